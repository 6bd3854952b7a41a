"""The address as the bridge's routes know it: without the path of public_url, and without what mail programs add.

A proxy may serve the bridge under a path (https://ops.example.jp/bridge) and pass it on or cut it off: both work.
"""

import re
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

APPROVE = "/approve/"
_SLASHES = re.compile("/{2,}")
# What mail programs and people take for a part of a link that stands in a sentence. No token begins or ends so.
_AROUND = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000/.,;:!?\"'()<>[]{}*|。、，．」』）＞〉》】"


def meant(path: str, root: str) -> str:
    """The route's path that a request's path means. `root`: the path of public_url, empty or like `/bridge`."""
    inside = path[len(root) :] if root and path.startswith(f"{root}/") else path
    approve = _SLASHES.sub("/", inside)
    if approve.startswith(APPROVE):
        return APPROVE + approve[len(APPROVE) :].strip(_AROUND)
    return inside


class PublicPath:
    """ASGI middleware: hands each request on with the path that is meant."""

    def __init__(self, app: ASGIApp, root: Callable[[], str]) -> None:
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (path := meant(scope["path"], self._root())) != scope["path"]:
            scope = {**scope, "path": path}
        await self._app(scope, receive, send)
