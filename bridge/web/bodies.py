"""Reading request bodies within limits, and answering in problem+json (RFC 9457)."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

READ_SECONDS = 30.0  # for a whole body; slower senders are not ours
BUSY_SECONDS = "5"


class BodyRefused(HTTPException):
    """A body that is not read to its end, with the status that says why."""


async def read_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes of it, also when it comes in chunks. Raises BodyRefused."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyRefused(415, "compressed bodies are not accepted. Post the body as it is")
    too_large = BodyRefused(413, f"the body is larger than {limit} bytes, the limit server.body_limit")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > limit:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > limit:
                    raise too_large
    except TimeoutError:
        raise BodyRefused(408, f"the body did not arrive within {READ_SECONDS:.0f} s") from None
    return bytes(body)


def storable(text: str) -> str:
    """Foreign text that both databases take: without NUL, which PostgreSQL refuses, and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def problem(status: int, title: str, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """An error for a program: what, and where where that is known."""
    content = {"type": "about:blank", "title": title, "status": status, **more}
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def busy() -> JSONResponse:
    """503: nothing was recorded; a sender that retries loses nothing."""
    return problem(503, "nothing was recorded. Post again", {"Retry-After": BUSY_SECONDS})
