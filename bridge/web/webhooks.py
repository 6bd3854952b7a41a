"""POST /webhooks/<source>: alerts in, 200 only after the commit (docs/design.md §6.2).

503 is the only answer to our own trouble: Alertmanager gives up on every 4xx, 429 too.
"""

import asyncio
from collections.abc import Collection
from functools import lru_cache, partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge import clock, metrics
from bridge.config import SOURCES
from bridge.errors import SourceError, StorageDown
from bridge.log import Logger
from bridge.sources import Source, may_post, read
from bridge.sources.post import Parsed, Post
from bridge.sources.settings import SourceSettings
from bridge.stages.refused import RefusedPost, tell_refused
from bridge.stages.watch import turned_away
from bridge.web.auth import unauthorized
from bridge.web.dependencies import Dependencies
from bridge.web.post_log import PostLog, TurnedAway
from bridge.web.rate_limit import Announcer, Guesses, client
from bridge.web.request_body import BodyRefused, busy, problem, read_body
from bridge.web.webhook_batch import WebhookBatch

log = Logger(__name__)

_NEARLY = ("webhooks", "webhook", "hooks", "hook")
LARGE = 2**18  # bytes


class Webhooks:
    """The route of every source."""

    def __init__(self, deps: Dependencies, posts: PostLog) -> None:
        self._deps = deps
        self._posts = posts
        self._guesses = Guesses()
        self._told = Announcer()
        self._turned_away = Announcer()
        self._intakes: dict[str, WebhookBatch] = {}

    async def post(self, request: Request) -> Response:
        """One post of one source. A slash too many is no other address: a redirect would lose the body."""
        path, sources = request.path_params["path"], self._deps.runtime().config.sources
        name, *rest = [part for part in path.split("/") if part] or [""]
        settings = sources.get(name)
        if settings is None:
            metrics.WEBHOOKS.labels("", "unlisted").inc()
            meant = address_meant(f"/webhooks/{path}", sources)
            return problem(
                404,
                f"no such address. Post to {meant}" if meant else "this source is not listed in bridge.yaml",
            )
        if tuple(rest) not in ((), getattr(SOURCES[settings.kind], "PATH", ())):
            return problem(404, f"post to /webhooks/{name}")
        response, outcome = await self._answer(request, name, settings)
        metrics.WEBHOOKS.labels(name, outcome).inc()
        if response.status_code == 200:
            self._posts.took(name)
        return response

    def _note(self, request: Request, source: str, status: int, why: str) -> None:
        """For the console: a post that was not taken, and where it came from."""
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

    async def _answer(self, request: Request, name: str, settings: SourceSettings) -> tuple[Response, str]:
        source = SOURCES[settings.kind]
        try:
            post = await self._admit(request, name, source, settings)
            if post is None:
                await self._turn_away(name, settings)
                self._note(request, name, 401, "")
                await self._guesses.wrong(request)
                return unauthorized(settings.challenge), "unauthorized"
            parsed = await _parsed(source, settings, post)
            received = await self._intake(name).record(parsed)
        except BodyRefused as refused:
            self._note(request, name, refused.status_code, refused.detail)
            if settings.covers_body:
                return problem(refused.status_code, refused.detail), "refused"
            return await self._refuse(RefusedPost(name, refused.status_code, refused.detail)), "refused"
        except SourceError as error:
            self._note(request, name, 400, str(error))
            return await self._refuse(RefusedPost(name, 400, str(error), error.field)), "malformed"
        except StorageDown:
            return busy(), "unavailable"
        for _, reason in received.ignored:
            metrics.IGNORED.labels(name, reason).inc()
        answer = _accepted(received.incidents, received.accepted, len(received.ignored))
        return answer, "accepted" if received.accepted else "ignored"

    async def _admit(
        self, request: Request, name: str, source: Source, settings: SourceSettings
    ) -> Post | None:
        """The post, if its sender may make it. No body of a stranger is read, unless the credentials cover it."""
        # Of a header that comes twice the first counts; Starlette reads all of them for each that is asked for.
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in reversed(request.headers.raw)
        }
        query = dict(request.query_params) if request.scope["query_string"] else {}
        limit = self._deps.runtime().config.server.body_limit
        if settings.covers_body:  # who it is nobody knows before: a stranger's body too large rings nobody
            at = self._deps.now()
            whole = Post(name, await read_body(request, limit), at, headers, query)
            return whole if await asyncio.to_thread(may_post, source, settings, whole) else None
        if not may_post(source, settings, Post(name, b"", self._deps.now(), headers, query)):
            return None
        body = await read_body(request, limit)
        return Post(name, body, self._deps.now(), headers, query)

    async def _turn_away(self, name: str, settings: SourceSettings) -> None:
        """Remember posts with a wrong credential: a sender that falls silent mostly has lost its token."""
        if settings.expect_every and self._turned_away.due(name, clock.monotonic()) is not None:
            try:
                await self._deps.store.run(partial(turned_away, source=name))
            except StorageDown as error:
                log.warning("turned_away_not_recorded", source=name, error=str(error))

    def _intake(self, name: str) -> WebhookBatch:
        if name not in self._intakes:
            self._intakes[name] = WebhookBatch(self._deps, name)
        return self._intakes[name]


async def _parsed(source: Source, settings: SourceSettings, post: Post) -> Parsed:
    """The post's alerts. A large body is read in a thread: rings and pages shall not wait for it."""
    if len(post.body) < LARGE:
        return read(source, settings, post)
    return await asyncio.to_thread(read, source, settings, post)


def address_meant(path: str, listed: Collection[str]) -> str:
    """Where to post instead of an address that nearly is one: `/webhook/alertmanager/` means a source by its name.

    Empty where it names none of the listed sources. No redirect: Alertmanager follows it with a GET and no body.
    """
    first, *rest = path.lower().strip("/").split("/")
    named = next((part for part in rest if part in listed), "") if first in _NEARLY else ""
    return f"/webhooks/{named}" if named else ""


@lru_cache(maxsize=64)  # in a storm all answers are alike
def _accepted(incidents: tuple[str, ...], accepted: int, ignored: int) -> JSONResponse:
    return JSONResponse({"incidents": incidents, "accepted": accepted, "ignored": ignored})
