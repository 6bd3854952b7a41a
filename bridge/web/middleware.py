"""The outermost layer of both applications: headers that no answer lacks, and the answer to our own mistakes.

In front of the public one: posts of alerts, which do not need what FastAPI does for a route.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.log import Logger
from bridge.web.for_browsers import MISTAKE, error
from bridge.web.pages import Pages
from bridge.web.refusal_log import RefusalLog

log = Logger(__name__)

ENDS_CONNECTION = (401, 413)  # a stranger is not read any further
LEFT = "handler is closed"  # what the event loop says when the answer is written to a client that has left
HEADERS = {
    "Cache-Control": "no-store, no-transform",  # a proxy that masks addresses would show another letter
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_CLOSE = (b"connection", b"close")
_WEBHOOKS = "/webhooks/"


class WebhookFront:
    """In front of FastAPI: what it does for a route costs more than reading an alert, which needs none of it.

    `edge` is what the answers go through there, too. Any other method, and any other path, is FastAPI's.
    """

    def __init__(
        self,
        app: ASGIApp,
        post: Callable[[Request], Awaitable[Response]],
        edge: Callable[[ASGIApp], ASGIApp],
        root: Callable[[], str],
    ) -> None:
        self._app = app
        self._post = post
        self._webhooks = edge(self._answer)
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mine = scope["type"] == "http" and scope["method"] == "POST"
        if mine and scope["path"].startswith((_WEBHOOKS, self._root() + _WEBHOOKS)):
            await self._webhooks(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_params"] = {"path": scope["path"][len(_WEBHOOKS) :]}
        answer = await self._post(Request(scope, receive, send))
        await answer(scope, receive, send)


class EdgeMiddleware:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app = app
        self._pages = pages
        self._refusals = RefusalLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A base URL that ended in a slash: served, for a redirect loses the body.
        if scope["path"].startswith("//"):
            scope["path"] = "/" + scope["path"].lstrip("/")
        begun, status = False, 0

        async def send_with_headers(message: Message) -> None:
            nonlocal begun, status
            if message["type"] == "http.response.start":
                begun = True
                status = message["status"]
                more = [*_RAW, _CLOSE] if status in ENDS_CONNECTION else _RAW
                have = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in more if one[0] not in have)]
            elif status:
                self._refusals.see(scope, status, message)
                status = 0  # the first part says it all
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as exc:
            if _is_gone(exc):
                log.info("client_left", method=scope["method"], path=scope["path"])
                return
            log.exception("request_failed", method=scope["method"], path=scope["path"])
            if not begun:
                answer = error(scope, self._pages, 500, MISTAKE)
                await answer(scope, receive, send_with_headers)


def _is_gone(exc: Exception) -> bool:
    """Whether the client has left: nobody's mistake, and nobody reads an answer."""
    return isinstance(exc, ClientDisconnect) or (isinstance(exc, RuntimeError) and LEFT in str(exc))
