"""A page as the answer to a request, and the way to another page."""

from starlette.responses import RedirectResponse, Response

from bridge.web.dependencies import Dependencies
from bridge.web.pages import Page


def response(page: Page) -> Response:
    """The page with its status and headers."""
    return Response(page.html, page.status, dict(page.headers))


def go_to(path: str, deps: Dependencies) -> RedirectResponse:
    """303 to one of our pages, as it is called outside: under the path of public_url."""
    return RedirectResponse(f"{deps.runtime().config.server.path}{path}", 303)
