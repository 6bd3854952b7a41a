"""Reading request bodies within limits, and answering in problem+json (RFC 9457)."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

READ_SECONDS = 30.0  # for a whole body; slower senders are not ours
DROPPED = 64 * 2**20  # bytes past the limit that are read and dropped: most senders read no answer before the end
BUSY_SECONDS = "5"


class BodyRefused(Exception):
    """A body that is not read to its end, with the status that says why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


async def read_body(request: Request, limit: int) -> bytes:
    """The body, at most `limit` bytes of it, also when it comes in chunks. Raises BodyRefused."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyRefused(415, "compressed bodies are not accepted. Post the body as it is")
    body, size = bytearray(), 0
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for piece in request.stream():
                size += len(piece)
                if size <= limit:
                    body += piece
                elif size > limit + DROPPED:
                    break
    except TimeoutError:
        raise BodyRefused(408, f"the body did not arrive within {READ_SECONDS:.0f} s") from None
    if size > limit:
        raise BodyRefused(413, f"the body is larger than {limit} bytes, the limit server.body_limit")
    return bytes(body)


def problem(status: int, title: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """An error for a program: what, and where where that is known."""
    content = {"type": "about:blank", "title": title, "status": status, **more}
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def busy() -> JSONResponse:
    """503: nothing was recorded; a sender that retries loses nothing."""
    return problem(503, "nothing was recorded. Post again", {"Retry-After": BUSY_SECONDS})
