"""Errors for whoever asks: words on a page for a browser, problem+json (RFC 9457) for a program."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from bridge.web.pages import Pages
from bridge.web.request_body import problem

MISTAKE = "a mistake of the bridge; it was logged"
OF_PROGRAMS = ("/api/", "/webhooks/", "/metrics", "/-/", "/healthz", "/readyz", "/openapi.json")


def error(
    scope: Scope, pages: Pages, status: int, title: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """The answer to a request that failed; `headers` are added to it."""
    if not _by_browser(scope):
        return problem(status, title, headers, **more)
    page = pages.error(status)
    return Response(page.html, status, {**page.headers, **(headers or {})})


def _by_browser(scope: Scope) -> bool:
    """Whether a person reads the answer: the address is none of a program's, and HTML is asked for by name."""
    accepted = Headers(scope=scope).get("accept", "").lower()
    return not scope["path"].startswith(OF_PROGRAMS) and "text/html" in accepted
