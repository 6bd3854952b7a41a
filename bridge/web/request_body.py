"""Reading request bodies within limits, and answering in problem+json (RFC 9457)."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

READ_SECONDS = 30.0  # for a whole body; slower senders are not ours
HEARD_OUT = 4  # times the limit: how much of a too large body is read, and thrown away, before the answer
BUSY_SECONDS = "5"


class BodyRefused(HTTPException):
    """A body that is not read to its end, with the status that says why."""


async def read_body(request: Request, limit: int, seconds: float = READ_SECONDS) -> bytes:
    """The body, at most `limit` bytes of it, also when it comes in chunks. Raises BodyRefused.

    One that is too large is heard out, unless its sender waits for our word (`Expect`) or it is very large:
    a client whose connection closes while it is still sending never reads the 413.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyRefused(415, "compressed bodies are not accepted. Post the body as it is")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > _patience(request, limit):
        raise _too_large(limit)
    pieces: list[bytes] = []
    read, more = 0, True
    with _Deadline(seconds):
        while more:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece, more = message.get("body", b""), message.get("more_body", False)
            read += len(piece)
            if read > limit * HEARD_OUT:
                raise _too_large(limit)
            if read <= limit:
                pieces.append(piece)
    if read > limit:
        raise _too_large(limit)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class _Deadline:
    """What is awaited inside ends with BodyRefused once it has taken so many seconds.

    As asyncio.timeout, at a fifth of its price: every post of an alert comes by here.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._passed = False

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._pass)

    def _pass(self) -> None:
        self._passed = True
        if self._task:
            self._task.cancel()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        # Where somebody else has cancelled the task too, that counts.
        if self._passed and self._task and self._task.uncancel() == 0 and kind is asyncio.CancelledError:
            raise BodyRefused(408, f"the body did not arrive within {self._seconds:g} s") from None


def _too_large(limit: int) -> BodyRefused:
    return BodyRefused(413, f"the body is larger than server.body_limit, {limit}")


def _patience(request: Request, limit: int) -> int:
    """The largest body, in bytes, that is read before it is refused."""
    return limit if "expect" in request.headers else limit * HEARD_OUT


def problem(status: int, title: str, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """An error for a program: what, and where where that is known."""
    content = {"type": "about:blank", "title": title, "status": status, **more}
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def busy() -> JSONResponse:
    """503: nothing was recorded; a sender that retries loses nothing."""
    return problem(503, "nothing was recorded. Post again", {"Retry-After": BUSY_SECONDS})
