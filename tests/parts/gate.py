"""A hop between a sender and the bridge that fails for a while: 503 while it is shut, else what the bridge says."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx


class Gate(http.server.ThreadingHTTPServer):
    """`refused` and `passed`: the parsed posts that met a shut and an open gate, oldest first."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Hop)
        self.target = target
        self.open = True
        self.refused: list[dict[str, Any]] = []
        self.passed: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/webhooks/alertmanager"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Hop(http.server.BaseHTTPRequestHandler):
    server: Gate

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 503
        if self.server.open:
            headers = {"Authorization": self.headers["Authorization"]}
            status = httpx.post(self.server.target, content=body, headers=headers, timeout=10).status_code
        told = self.server.passed if status == 200 else self.server.refused
        told.append(json.loads(body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """The test looks at `refused` and `passed` instead."""


@contextmanager
def gate(target: str) -> Iterator[Gate]:
    """A running gate to this address, open at first."""
    server = Gate(target)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
