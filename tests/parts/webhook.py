"""A webhook receiver that keeps what it is sent, for tests of the senders alone."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Receiver(http.server.ThreadingHTTPServer):
    """`bodies`: the parsed posts so far; `tokens`: their Authorization headers. `status` is what it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Post)
        self.bodies: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.status = 200
        self.url = f"http://127.0.0.1:{self.server_address[1]}/webhooks/alertmanager"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Post(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.tokens.append(self.headers.get("Authorization", ""))
        self.server.bodies.append(json.loads(body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """The test looks at `bodies` instead."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A running receiver on a free port."""
    server = Receiver()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
