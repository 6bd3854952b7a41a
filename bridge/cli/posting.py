"""One POST to a running bridge, for the commands that work through it."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

from bridge.config import Config
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


def post_to_api(
    config: Config, url: str | None, path: str, body: bytes, kind: str = "application/json"
) -> tuple[int, str]:
    """Post to `path` under /api/v1 of the bridge with this configuration, at `url` if given. Raises NoAnswer."""
    base = url or f"http://{config.server.ops_listen or config.server.listen}"
    token = config.api.bearer_token.get_secret_value()
    return post(base, f"/api/v1{path}", body, {"Authorization": f"Bearer {token}", "Content-Type": kind})
