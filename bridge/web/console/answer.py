"""A page as the answer to a request."""

from starlette.responses import Response

from bridge.web.pages import Page


def response(page: Page) -> Response:
    """The page with its status and headers."""
    return Response(page.html, page.status, dict(page.headers))
