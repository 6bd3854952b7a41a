"""The operators' door: nobody passes without the API's token, and no body is read before that."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from bridge.sources import credentials
from bridge.sources.credentials import Credentials
from bridge.web.dependencies import Dependencies
from bridge.web.rate_limit import Guesses
from bridge.web.request_body import problem, read_body

Handler = Callable[[Request], Awaitable[Response]]


class Guard:
    """Who may use /api/v1 and /-/reload."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._guesses = Guesses()

    def wrap(self, handler: Handler) -> Handler:
        """The handler behind the guard: 401, or the body read within limits and handed on."""

        async def guarded(request: Request) -> Response:
            config = self._deps.runtime().config
            wanted = Credentials(bearer_token=config.api.bearer_token)
            if not credentials.check(wanted, request.headers):
                await self._guesses.wrong(request)
                return unauthorized(wanted.challenge)
            body = await read_body(request, config.server.body_limit)

            async def replay() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            return await handler(Request(request.scope, replay))

        return guarded


def unauthorized(challenge: str) -> Response:
    """401, with what RFC 9110 15.5.2 asks for."""
    return problem(401, "wrong or missing credentials", {"WWW-Authenticate": challenge})
