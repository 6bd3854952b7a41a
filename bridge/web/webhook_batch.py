"""Posts that arrive while others are being recorded are recorded together, next.

A storm then costs a few statements for all that came meanwhile, and a post that comes alone waits for nobody.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bridge import metrics
from bridge.clock import monotonic
from bridge.config import Config
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.sources.post import Parsed
from bridge.stages.leave_at_once import receive_and_ring
from bridge.stages.receive import ListsWanted, Received
from bridge.web.dependencies import Dependencies
from bridge.web.portions import SERVICES, first_services, portions, together

log = Logger(__name__)

POSTS = 500  # in one unit
PAUSE = 1.0  # seconds without a post
ALERTS = 10_000  # in one unit, unless a single post has more


@dataclass(frozen=True, slots=True)
class _Waiting:
    post: Parsed
    received: asyncio.Future[Received]


class WebhookBatch:
    """The way of one source's posts into the store."""

    def __init__(self, deps: Dependencies, source: str) -> None:
        self._deps = deps
        self._source = source
        self._waiting: deque[_Waiting] = deque()
        self._work: asyncio.Task[None] | None = None
        self._stored_at = float("-inf")

    async def record(self, post: Parsed) -> Received:
        """What became of the post, once that is committed. Raises StorageDown."""
        waiting = _Waiting(post, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._record_all())
        return await waiting.received

    async def _record_all(self) -> None:
        while self._waiting:
            taken = self._take()
            try:
                _resolve(taken, await self._store([waiting.post for waiting in taken]))
            except StorageDown as error:  # for those that wait too: a quick 503 is better than their own wait
                lost = [*taken, *self._waiting]
                self._waiting.clear()
                log.warning("webhooks_not_recorded", source=self._source, posts=len(lost), error=str(error))
                _refuse(lost, error)
            except Exception as error:
                await self._record_alone(taken, error)

    async def _record_alone(self, taken: Sequence[_Waiting], error: Exception) -> None:
        """One post made trouble: the others shall not suffer."""
        if len(taken) == 1:
            _refuse(taken, error)
            return
        for waiting in taken:
            try:
                _resolve([waiting], await self._store([waiting.post]))
            except Exception as own:
                _refuse([waiting], own)

    def _take(self) -> list[_Waiting]:
        taken = [self._waiting.popleft()]
        alerts = len(taken[0].post.alerts)
        while self._waiting and len(taken) < POSTS:
            alerts += len(self._waiting[0].post.alerts)
            if alerts > ALERTS:
                break
            taken.append(self._waiting.popleft())
        return taken

    async def _store(self, posts: Sequence[Parsed]) -> list[Received]:
        """One unit for each portion, each committed and its rings on their way before the next."""
        config = self._deps.runtime().config
        await self._read_lists_ahead(posts, config)
        received = together([await self._store_portion(portion) for portion in portions(posts, config)])
        self._log(received)
        return received

    async def _read_lists_ahead(self, posts: Sequence[Parsed], config: Config) -> None:
        """What comes after a pause mostly opens an incident: its unit then need not be run twice."""
        paused, self._stored_at = monotonic() - self._stored_at > PAUSE, monotonic()
        if paused and sum(len(post.alerts) for post in posts) <= SERVICES:
            await self._deps.lists.facts_at_once(set(first_services(posts, config).values()))

    async def _store_portion(self, posts: Sequence[Parsed]) -> list[Received]:
        """Lists are read for rings of incidents that are opened, which few posts do: the unit says when."""
        unit = partial(receive_and_ring, hands=self._deps.hands(), source=self._source, posts=posts)
        try:
            received, wake = await self._deps.store.run(partial(unit, lists=self._deps.lists.fresh))
        except ListsWanted as wanted:
            read = await self._deps.lists.facts_at_once(wanted.services)
            received, wake = await self._deps.store.run(partial(unit, lists=lambda _: read))
        self._deps.wake(wake)
        metrics.RINGS.inc(wake.rung)
        for _ in range(wake.rung):
            metrics.RING_LATENESS.observe(0)
        return received

    def _log(self, received: Sequence[Received]) -> None:
        """One line for all that was recorded together: a storm shall not fill the disk with lines."""
        log.info(
            "webhooks",
            source=self._source,
            posts=len(received),
            incidents=list(dict.fromkeys(incident for one in received for incident in one.incidents)),
            accepted=sum(one.accepted for one in received),
            ignored=sum(len(one.ignored) for one in received),
            reasons=sorted({reason for one in received for _, reason in one.ignored}),
        )


def _resolve(taken: Sequence[_Waiting], received: Sequence[Received]) -> None:
    for waiting, one in zip(taken, received, strict=True):
        if not waiting.received.done():  # its sender may have hung up
            waiting.received.set_result(one)


def _refuse(taken: Sequence[_Waiting], error: Exception) -> None:
    for waiting in taken:
        if not waiting.received.done():
            waiting.received.set_exception(error)
