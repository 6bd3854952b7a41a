"""One POST to a running bridge, for the commands that work through it."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

from bridge.errors import BridgeError

ANSWER_SECONDS = 30


class NoAnswer(BridgeError):
    """No bridge answers at that address."""


def post(base: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    """Post JSON to `path` under the address `base`. Returns status and text of the answer. Raises NoAnswer."""
    url = urlsplit(base)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    with closing(kind(url.hostname or "127.0.0.1", url.port, timeout=ANSWER_SECONDS)) as connection:
        try:
            written = {"Content-Type": "application/json", **headers}
            connection.request("POST", f"{url.path.rstrip('/')}{path}", body, written)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except OSError as error:
            raise NoAnswer(f"{url.geturl()}: {error}. Is the bridge running there?") from None
