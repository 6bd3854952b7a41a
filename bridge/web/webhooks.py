"""POST /webhooks/<source>: alerts in, 200 only after the commit (docs/design.md §6.2).

503 is the only answer to our own trouble: Alertmanager gives up on every 4xx, 429 too.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge import metrics
from bridge.config import SOURCES
from bridge.errors import SourceError, StorageDown
from bridge.sources import credentials
from bridge.stages.receive import Received
from bridge.web.auth import unauthorized
from bridge.web.dependencies import Dependencies
from bridge.web.rate_limit import Guesses
from bridge.web.request_body import BodyRefused, busy, problem, read_body
from bridge.web.webhook_batch import WebhookBatch


class Webhooks:
    """The route of every source."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._guesses = Guesses()
        self._intakes = {name: WebhookBatch(deps, name) for name in SOURCES}

    async def post(self, request: Request) -> Response:
        """One post of one source."""
        name = request.path_params["source"]
        settings = self._deps.runtime().config.sources.get(name)
        if settings is None:
            return problem(404, "this source is not listed in bridge.yaml")
        response, outcome = await self._answer(request, name, settings)
        metrics.WEBHOOKS.labels(name, outcome).inc()
        return response

    async def _answer(
        self, request: Request, name: str, settings: credentials.Credentials
    ) -> tuple[Response, str]:
        if not credentials.check(settings, request.headers):
            await self._guesses.wrong(request)
            return unauthorized(settings.challenge), "unauthorized"
        try:
            body = await read_body(request, self._deps.runtime().config.server.body_limit)
            post = SOURCES[name].parse(body, request.headers, self._deps.now())
            received = await self._intakes[name].record(post)
        except BodyRefused as refused:
            return problem(refused.status_code, refused.detail), "refused"
        except SourceError as error:
            return problem(400, str(error), field=error.field), "malformed"
        except StorageDown:
            return busy(), "unavailable"
        return _accepted(received), "accepted" if received.accepted else "ignored"


def _accepted(received: Received) -> JSONResponse:
    return JSONResponse(
        {
            "incidents": list(received.incidents),
            "accepted": received.accepted,
            "ignored": len(received.ignored),
        }
    )
