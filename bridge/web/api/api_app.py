"""What answers /api/v1 with its description: FastAPI, for everything that has a schema.

It is a second of imports, so a start does not wait for it: `routes.py` has it made later.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from bridge.web import for_browsers
from bridge.web.api.description import describe
from bridge.web.api.router import api_router
from bridge.web.auth import Guard
from bridge.web.dependencies import Dependencies
from bridge.web.request_body import problem

READ = ["GET", "HEAD"]


def api_app(deps: Dependencies, guard: Guard, errors: Mapping[Any, Any]) -> FastAPI:
    """The routes under /api/v1, /openapi.json and /docs.

    `errors`: the answers that none of them gives, by exception or status, as Starlette takes them.
    """

    async def mistake(request: Request, error: Exception) -> Response:  # noqa: ARG001
        """The edge around this logs it."""
        return for_browsers.error(request.scope, deps.pages, 500, for_browsers.MISTAKE)

    app = FastAPI(
        title="The bridge",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={**errors, RequestValidationError: _invalid, Exception: mistake},
    )
    app.include_router(api_router(deps, guard))

    async def docs(request: Request) -> Response:  # noqa: ARG001
        page = deps.pages.api(describe(app.openapi()))
        return Response(page.html, page.status, page.headers)

    app.add_route("/docs", docs, READ, include_in_schema=False)
    return app


async def _invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """422 naming the first wrong field. The input is never echoed: it may be a secret, or not even JSON."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return problem(422, f"body: not JSON at character {first['loc'][-1]}", field="body")
    field = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return problem(422, f"{field}: {first['msg']}", field=field)
