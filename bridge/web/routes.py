"""The web application: every route, and the answers that none of them gives."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from bridge.errors import StorageDown
from bridge.web import for_browsers
from bridge.web.api.description import describe
from bridge.web.api.router import api_router
from bridge.web.approval_routes import ApprovalRoutes
from bridge.web.auth import Guard
from bridge.web.console.console_routes import ConsoleRoutes
from bridge.web.console.sign_in_routes import SignInRoutes
from bridge.web.console.visitors import Visitors
from bridge.web.dependencies import Dependencies
from bridge.web.middleware import EdgeMiddleware, WebhookFront
from bridge.web.ops import Ops
from bridge.web.post_log import PostLog
from bridge.web.public_path import PublicPath
from bridge.web.request_body import busy, problem
from bridge.web.webhooks import Webhooks, address_meant

READ = ["GET", "HEAD"]
SCRIPT_HEADERS = {"Cache-Control": "max-age=3600, no-transform"}


def public_app(deps: Dependencies) -> ASGIApp:
    """Webhooks and approval pages; the operators' routes too, unless `server.ops_listen` has them."""
    alone = deps.runtime().config.server.ops_listen is None
    posts = PostLog(deps.now())
    webhooks = Webhooks(deps, posts)
    app = _app(deps, described=alone)
    approval, script = ApprovalRoutes(deps), deps.pages.live_js()

    async def live_js(request: Request) -> Response:  # noqa: ARG001
        return Response(script, 200, SCRIPT_HEADERS, "text/javascript")

    refused = _refusal(deps)

    async def unmatched(request: Request, error: Exception) -> Response:
        """Whatever is written after these is a token, also what no route takes for one."""
        path = request.scope["path"]
        if path.startswith(("/approve/", "/sign-in/")):
            return await approval.not_found(request)
        if meant := address_meant(path, deps.runtime().config.sources):
            return for_browsers.error(request.scope, deps.pages, 404, f"no such address. Post to {meant}")
        return await refused(request, error)

    app.add_exception_handler(404, unmatched)
    app.add_route("/webhooks/{path:path}", webhooks.post, ["POST"], include_in_schema=False)
    app.add_route("/approve/{token}", approval.answer, [*READ, "POST"], include_in_schema=False)
    _add_console(app, deps, posts)
    app.add_route("/static/live.js", live_js, READ, include_in_schema=False)
    if alone:
        _add_operators(app, deps)

    def edge(webhook: ASGIApp) -> ASGIApp:
        return PublicPath(EdgeMiddleware(webhook, deps.pages), _root(deps))

    return WebhookFront(app, webhooks.post, edge, _root(deps))


def ops_app(deps: Dependencies) -> FastAPI:
    """/api, /metrics and /-/reload on an address of their own."""
    app = _app(deps, described=True)
    _add_operators(app, deps)
    return app


def _add_console(app: FastAPI, deps: Dependencies, posts: PostLog) -> None:
    visitors = Visitors(deps)
    sign_in = SignInRoutes(deps, visitors)
    app.add_route("/sign-in", sign_in.ask, [*READ, "POST"], include_in_schema=False)
    app.add_route("/sign-in/{token}", sign_in.enter, [*READ, "POST"], include_in_schema=False)
    app.add_route("/sign-out", sign_in.leave, ["POST"], include_in_schema=False)
    for path, (endpoint, methods) in ConsoleRoutes(deps, visitors, sign_in, posts).all().items():
        app.add_route(path, endpoint, methods, include_in_schema=False)


def _add_operators(app: FastAPI, deps: Dependencies) -> None:
    ops, guard = Ops(deps), Guard(deps)
    app.include_router(api_router(deps, guard))

    async def docs(request: Request) -> Response:  # noqa: ARG001
        page = deps.pages.api(describe(app.openapi()))
        return Response(page.html, page.status, page.headers)

    app.add_route("/docs", docs, READ, include_in_schema=False)
    app.add_route("/metrics", ops.metrics, READ, include_in_schema=False)
    app.add_route("/-/reload", guard.wrap(ops.reload), ["POST"], include_in_schema=False)


def _root(deps: Dependencies) -> Callable[[], str]:
    return lambda: deps.runtime().config.server.path


def _app(deps: Dependencies, *, described: bool) -> FastAPI:
    """`described`: it has the API and its /openapi.json."""
    app = FastAPI(
        title="The bridge",
        openapi_url="/openapi.json" if described else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_exception_handler(HTTPException, _refusal(deps))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StorageDown, _down)
    app.add_middleware(EdgeMiddleware, pages=deps.pages)
    app.add_middleware(PublicPath, root=_root(deps))  # the last one is the outermost
    ops = Ops(deps)
    app.add_route("/healthz", ops.healthz, READ, include_in_schema=False)
    app.add_route("/readyz", ops.readyz, READ, include_in_schema=False)
    return app


def _refusal(deps: Dependencies) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The answer to what no route takes, and to what a route refuses."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return for_browsers.error(
            request.scope, deps.pages, error.status_code, str(error.detail), error.headers
        )

    return refused


async def _invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """422 naming the first wrong field. The input is never echoed: it may be a secret, or not even JSON."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return problem(422, f"body: not JSON at character {first['loc'][-1]}", field="body")
    field = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return problem(422, f"{field}: {first['msg']}", field=field)


async def _down(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return busy()
