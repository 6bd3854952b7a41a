"""The outermost layer of both applications: headers that no answer lacks, and the answer to our own mistakes.

Under it, of the public one: posts of alerts, which do not need what FastAPI does for a route.
"""

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.web.for_browsers import error
from bridge.web.pages import Pages
from bridge.web.refusal_log import RefusalLog

log = structlog.get_logger(__name__)

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_WEBHOOKS = "/webhooks/"


class WebhookFront:
    """ASGI middleware: finding a route and its parameters costs more than reading an alert, which has none.

    Any other method, and any other path, is FastAPI's.
    """

    def __init__(self, app: ASGIApp, post: Callable[[Request], Awaitable[Response]]) -> None:
        self._app = app
        self._post = post

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        source = _posted_to(scope)
        if source is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = {"source": source}
        answer = await self._post(Request(scope, receive, send))
        await answer(scope, receive, send)


def _posted_to(scope: Scope) -> str | None:
    """The source that is posted to; None for anything else."""
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(_WEBHOOKS):
        return None
    source = str(scope["path"][len(_WEBHOOKS) :])
    return source if source and "/" not in source else None


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
        begun, status = False, 0

        async def send_with_headers(message: Message) -> None:
            nonlocal begun, status
            if message["type"] == "http.response.start":
                begun = True
                headers = message["headers"]
                have = {name for name, _ in headers}
                message["headers"] = [*headers, *(header for header in _RAW if header[0] not in have)]
                status = message["status"]
            elif status:
                self._refusals.see(scope, status, message)
                status = 0  # the first part says it all
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            log.info("client_left", method=scope["method"], path=scope["path"])
        except Exception:
            log.exception("request_failed", method=scope["method"], path=scope["path"])
            if not begun:
                answer = error(scope, self._pages, 500, "a mistake of the bridge; it was logged")
                await answer(scope, receive, send_with_headers)
