"""POST /webhooks/<source>: alerts in, 200 only after the commit (docs/design.md §6.2).

503 is the only answer to our own trouble: Alertmanager gives up on every 4xx, 429 too.
"""

from functools import partial
from typing import get_args

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge import clock, metrics
from bridge.config import SOURCES
from bridge.core.triage import Ignored
from bridge.errors import SourceError, StorageDown
from bridge.sources import credentials
from bridge.stages.receive import Received
from bridge.stages.refused import RefusedPost, tell_refused
from bridge.web.auth import unauthorized
from bridge.web.dependencies import Dependencies
from bridge.web.post_log import PostLog, TurnedAway
from bridge.web.rate_limit import Announcer, Guesses, client
from bridge.web.request_body import BodyRefused, busy, problem, read_body
from bridge.web.webhook_batch import WebhookBatch

log = structlog.get_logger(__name__)


class Webhooks:
    """The route of every source."""

    def __init__(self, deps: Dependencies, posts: PostLog) -> None:
        self._deps = deps
        self._posts = posts
        self._guesses = Guesses()
        self._told = Announcer()
        self._intakes = {name: WebhookBatch(deps, name) for name in SOURCES}
        _begin_counting()

    async def post(self, request: Request) -> Response:
        """One post of one source."""
        name = request.path_params["source"]
        settings = self._deps.runtime().config.sources.get(name)
        if settings is None:
            metrics.WEBHOOKS.labels("", "unlisted").inc()
            return problem(404, "this source is not listed in bridge.yaml")
        response, outcome = await self._answer(request, name, settings)
        metrics.WEBHOOKS.labels(name, outcome).inc()
        if response.status_code == 200:
            self._posts.took(name, self._deps.now())
        return response

    def _turn_away(self, request: Request, source: str, status: int, why: str) -> None:
        self._posts.turned_away(TurnedAway(source, self._deps.now(), client(request), status, why))

    async def _refuse(self, post: RefusedPost) -> Response:
        """The answer to a post that could not be taken. Its sender may post: the on-call is told, once an outage."""
        if self._told.due(post.source, clock.monotonic()) is not None:
            try:
                unit = partial(tell_refused, runtime=self._deps.runtime(), post=post)
                self._deps.wake(await self._deps.store.run(unit))
            except StorageDown as error:
                log.warning("refusal_not_told", source=post.source, error=str(error))
        more = {"field": post.field} if post.field else {}
        return problem(post.status, post.title, None, **more)

    async def _answer(
        self, request: Request, name: str, settings: credentials.Credentials
    ) -> tuple[Response, str]:
        if not credentials.check(settings, request.headers):
            await self._guesses.wrong(request)
            self._turn_away(request, name, 401, "")
            return unauthorized(settings.challenge), "unauthorized"
        try:
            body = await read_body(request, self._deps.runtime().config.server.body_limit)
            post = SOURCES[name].parse(body, request.headers, self._deps.now())
            received = await self._intakes[name].record(post)
        except BodyRefused as refused:
            self._turn_away(request, name, refused.status_code, refused.detail)
            return await self._refuse(RefusedPost(name, refused.status_code, refused.detail)), "refused"
        except SourceError as error:
            self._turn_away(request, name, 400, str(error))
            return await self._refuse(RefusedPost(name, 400, str(error), error.field)), "malformed"
        except StorageDown:
            return busy(), "unavailable"
        for _, reason in received.ignored:
            metrics.IGNORED.labels(name, reason).inc()
        return _accepted(received), "accepted" if received.accepted else "ignored"


def _begin_counting() -> None:
    metrics.WEBHOOKS.labels("", "unlisted")
    for source in SOURCES:
        for outcome in metrics.OUTCOMES:
            metrics.WEBHOOKS.labels(source, outcome)
        for reason in get_args(Ignored):
            metrics.IGNORED.labels(source, reason)


def _accepted(received: Received) -> JSONResponse:
    return JSONResponse(
        {
            "incidents": list(received.incidents),
            "accepted": received.accepted,
            "ignored": len(received.ignored),
        }
    )
