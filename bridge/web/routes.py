"""The web application: every route, and the answers that none of them gives."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bridge.errors import StorageDown
from bridge.plugins import module_called
from bridge.web import for_browsers
from bridge.web.approval_routes import ApprovalRoutes
from bridge.web.auth import Guard
from bridge.web.console.console_routes import ConsoleRoutes
from bridge.web.console.sign_in_routes import SignInRoutes
from bridge.web.console.visitors import Visitors
from bridge.web.dependencies import Dependencies
from bridge.web.later import Later
from bridge.web.middleware import EdgeMiddleware, WebhookFront
from bridge.web.ops import Ops
from bridge.web.post_log import PostLog
from bridge.web.public_path import PublicPath
from bridge.web.request_body import busy
from bridge.web.webhooks import Webhooks, address_meant

READ = ["GET", "HEAD"]
SCRIPT_HEADERS = {"Cache-Control": "max-age=3600, no-transform"}


def public_app(deps: Dependencies) -> ASGIApp:
    """Webhooks and approval pages; the operators' routes too, unless `server.ops_listen` has them."""
    alone = deps.runtime().config.server.ops_listen is None
    posts = PostLog(deps.now())
    webhooks = Webhooks(deps, posts)
    app = _app(deps)
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
    app.add_route("/webhooks/{path:path}", webhooks.post, ["POST"])
    app.add_route("/approve/{token}", approval.answer, [*READ, "POST"])
    _add_console(app, deps, posts)
    app.add_route("/static/live.js", live_js, READ)
    if alone:
        _add_operators(app, deps)

    def edge(webhook: ASGIApp) -> ASGIApp:
        return PublicPath(EdgeMiddleware(webhook, deps.pages), _root(deps))

    return WebhookFront(app, webhooks.post, edge, _root(deps))


def ops_app(deps: Dependencies) -> Starlette:
    """/api, /metrics and /-/reload on an address of their own."""
    app = _app(deps)
    _add_operators(app, deps)
    return app


def _add_console(app: Starlette, deps: Dependencies, posts: PostLog) -> None:
    visitors = Visitors(deps)
    sign_in = SignInRoutes(deps, visitors)
    app.add_route("/sign-in", sign_in.ask, [*READ, "POST"])
    app.add_route("/sign-in/{token}", sign_in.enter, [*READ, "POST"])
    app.add_route("/sign-out", sign_in.leave, ["POST"])
    for path, (endpoint, methods) in ConsoleRoutes(deps, visitors, sign_in, posts).all().items():
        app.add_route(path, endpoint, methods)


def _add_operators(app: Starlette, deps: Dependencies) -> None:
    ops, guard = Ops(deps), Guard(deps)
    api = Later(partial(_api_app, app, deps, guard))
    for path in ("/api/v1/{path:path}", "/openapi.json", "/docs"):
        app.router.routes.append(Route(path, api))
    app.add_route("/metrics", ops.metrics, READ)
    app.add_route("/-/reload", guard.wrap(ops.reload), ["POST"])


def _api_app(app: Starlette, deps: Dependencies, guard: Guard) -> ASGIApp:
    """Imported when it is asked for: `Later`."""
    made: ASGIApp = module_called("bridge.web.api", "api_app").api_app(deps, guard, app.exception_handlers)
    return made


def _root(deps: Dependencies) -> Callable[[], str]:
    return lambda: deps.runtime().config.server.path


def _app(deps: Dependencies) -> Starlette:
    app = Starlette(exception_handlers={HTTPException: _refusal(deps), StorageDown: _down})
    app.router.redirect_slashes = False
    app.add_middleware(EdgeMiddleware, pages=deps.pages)
    app.add_middleware(PublicPath, root=_root(deps))  # the last one is the outermost
    ops = Ops(deps)
    app.add_route("/healthz", ops.healthz, READ)
    app.add_route("/readyz", ops.readyz, READ)
    return app


def _refusal(deps: Dependencies) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The answer to what no route takes, and to what a route refuses."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return for_browsers.error(
            request.scope, deps.pages, error.status_code, str(error.detail), error.headers
        )

    return refused


async def _down(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return busy()
