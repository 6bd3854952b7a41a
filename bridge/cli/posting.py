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
    return ask("POST", base, path, body, {"Content-Type": "application/json", **headers})


def ask(method: str, base: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, str]:
    """One request, as `post`."""
    url = urlsplit(base)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    with closing(kind(url.hostname or "127.0.0.1", url.port, timeout=ANSWER_SECONDS)) as connection:
        try:
            connection.request(method, f"{url.path.rstrip('/')}{path}", body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except OSError as error:
            raise NoAnswer(f"{url.geturl()}: {error}. Is the bridge running there?") from None


def post_to_api(
    config: Config, url: str | None, path: str, body: bytes, kind: str = "application/json"
) -> tuple[int, str]:
    """Post to `path` under /api/v1 of the bridge with this configuration, at `url` if given. Raises NoAnswer."""
    return post(
        url or own_address(config), f"/api/v1{path}", body, {**_token_of(config), "Content-Type": kind}
    )


def get_from_api(config: Config, url: str | None, path: str) -> tuple[int, str]:
    """Read `path` under /api/v1 in the same way. Raises NoAnswer."""
    return ask("GET", url or own_address(config), f"/api/v1{path}", None, _token_of(config))


def own_address(config: Config) -> str:
    """Where the bridge with this configuration answers operators on its own machine."""
    return f"http://{config.server.ops_listen or config.server.listen}"


def _token_of(config: Config) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {config.api.bearer_token.get_secret_value()}"}
