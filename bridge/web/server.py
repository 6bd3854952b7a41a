"""The web application: every route, and the answers that none of them gives."""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response

from bridge.web.api import api_router, bearer_guard
from bridge.web.approval import Approval
from bridge.web.bodies import problem
from bridge.web.desk import Desk
from bridge.web.ops import Ops
from bridge.web.webhooks import Webhooks

log = structlog.get_logger(__name__)

SCRIPT_HEADERS = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}


def public_app(desk: Desk) -> FastAPI:
    """Webhooks and approval pages; the operators' routes too, unless `server.ops_listen` has them."""
    app = _app()
    ops, approval, script = Ops(desk), Approval(desk), desk.pages.live_js()

    async def live_js(request: Request) -> Response:  # noqa: ARG001
        return Response(script, 200, SCRIPT_HEADERS, "text/javascript")

    app.add_route("/webhooks/{source}", Webhooks(desk).post, ["POST"], include_in_schema=False)
    app.add_route("/approve/{token}", approval.show, ["GET", "HEAD"], include_in_schema=False)
    app.add_route("/approve/{token}", approval.press, ["POST"], include_in_schema=False)
    app.add_route("/static/live.js", live_js, ["GET", "HEAD"], include_in_schema=False)
    app.add_route("/healthz", ops.healthz, ["GET", "HEAD"], include_in_schema=False)
    app.add_route("/readyz", ops.readyz, ["GET", "HEAD"], include_in_schema=False)
    if desk.setup().config.server.ops_listen is None:
        _add_ops(app, desk, ops)
    return app


def ops_app(desk: Desk) -> FastAPI:
    """/api, /metrics and /-/reload on an address of their own."""
    app, ops = _app(), Ops(desk)
    app.add_route("/healthz", ops.healthz, ["GET", "HEAD"], include_in_schema=False)
    app.add_route("/readyz", ops.readyz, ["GET", "HEAD"], include_in_schema=False)
    _add_ops(app, desk, ops)
    return app


def _add_ops(app: FastAPI, desk: Desk, ops: Ops) -> None:
    app.include_router(api_router(desk))
    app.add_route("/metrics", ops.metrics, ["GET", "HEAD"], include_in_schema=False)

    async def reload(request: Request) -> Response:
        return await ops.reload(request)

    app.add_api_route(
        "/-/reload",
        reload,
        methods=["POST"],
        dependencies=[bearer_guard(desk)],
        include_in_schema=False,
        response_model=None,
    )


def _app() -> FastAPI:
    app = FastAPI(title="The bridge", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.middleware("http")(_last_resort)
    return app


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, StarletteHTTPException)
    headers = dict(error.headers or {})
    return problem(error.status_code, str(error.detail), headers)


async def _invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """422 naming the first wrong field. The input is never echoed: it may be a secret, or not even JSON."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return problem(422, f"{field}: {first['msg']}", field=field)


async def _last_resort(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """A mistake of ours answers 500 without telling how it is built."""
    try:
        return await call_next(request)
    except HTTPException:
        raise
    except Exception:
        log.exception("request_failed", method=request.method, path=request.url.path)
        return problem(500, "a mistake of the bridge; it was logged")
