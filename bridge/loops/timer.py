"""The timer: due rings, holds that end, letters that are done, duties, anchors; and a heartbeat beside them.

Each step is a unit of its own, and each ring and incident within a step too: one bad row stops nobody else. The
heartbeat and the loading of a long list go on beside the rounds, so that neither waits for the other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bridge import metrics
from bridge.audiences.cache import CustomerLists
from bridge.clock import monotonic, pause
from bridge.core import anchors
from bridge.core.model import AudienceFacts, Ring
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.loops.fan_out import Loader
from bridge.loops.peers import Peers
from bridge.loops.relay_watch import RelayWatch
from bridge.loops.trouble import Trouble
from bridge.metronome import Bell
from bridge.stages import instances
from bridge.stages.drill import begin_drill
from bridge.stages.finish import finish, is_news
from bridge.stages.look_for_duties import FoundDuties, find_duties, note_looks
from bridge.stages.next_notice import follow_up
from bridge.stages.ring import ring
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.stages.watch import news, watch
from bridge.store.store import Store
from bridge.store.tx import Tx

log = Logger(__name__)

BEAT_EVERY = 2.0  # seconds; an instance unseen for 12 is dead
LOADING_WAITED_FOR = 1.0  # seconds a round waits for a list to be loaded; a longer one goes on beside it


@dataclass(frozen=True, slots=True)
class Agenda:
    """What one round finds due. `ringing`: the services of the rings. `letters`: the hold of some letter has ended.
    `sending`: letters are being sent. `senders`: one fell silent, or is heard again.

    `done`: some sending has tried every recipient once, or has nothing left to send.
    `unknown`: services with work that the running configuration does not have.
    """

    rings: list[Ring]
    ringing: Collection[str]
    letters: bool
    sending: bool
    done: bool
    duties: FoundDuties
    senders: bool
    drills: list[str]
    now: datetime
    next_due: datetime | None
    unknown: frozenset[str]


@dataclass
class Timer:
    """One instance's timer. `last_tick` is monotonic: /readyz and the metrics judge by it."""

    store: Store[Tx]
    runtime: Callable[[], Runtime]
    lists: CustomerLists
    watch: RelayWatch
    peers: Peers | None
    me: Callable[[], instances.ThisInstance]
    bell: Bell
    wake: Callable[[Wake], None]
    last_tick: float = field(default_factory=monotonic)
    _last_beat: float = float("-inf")
    _anchored_at: datetime | None = None
    _listening_since: datetime | None = None
    _unknown: frozenset[str] = frozenset()
    _loading: asyncio.Task[None] | None = None
    _trouble: Trouble = field(default_factory=lambda: Trouble("timer_waits"))
    _heart_trouble: Trouble = field(default_factory=lambda: Trouble("heart_waits"))
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._loader = Loader(self.store, self.runtime, self.lists, self.me().id, self.wake)

    async def run(self) -> None:
        """Until `stop`."""
        beating = asyncio.create_task(self._keep_beating())
        try:
            await self._go_round()
        finally:
            for task in filter(None, (beating, self._loading)):
                task.cancel()

    async def _keep_beating(self) -> None:
        while True:
            await pause(BEAT_EVERY)
            try:
                await self._live_on()
                if self.peers:
                    await self.peers.look()
                self._heart_trouble.over()
            except StorageDown as error:
                self._heart_trouble.met(error)
            except Exception:
                metrics.LOOP_FAILURES.labels("heart").inc()
                log.exception("heart_failed")

    async def _go_round(self) -> None:
        while not self._stopping:
            try:
                next_due = await self.tick()
                self._trouble.over()
            except StorageDown as error:
                self._trouble.met(error)
                next_due = None
            except Exception:
                metrics.LOOP_FAILURES.labels("timer").inc()
                log.exception("timer_failed")
                next_due = None
            await self.bell.wait(next_due)

    def stop(self) -> None:
        """After the round under way."""
        self._stopping = True
        self.bell.ring()

    async def tick(self) -> datetime | None:
        """One round; returns when the next is due, None when nothing is planned."""
        await self._beat()
        agenda = await self.store.read(self._agenda)
        self._log_unknown(agenda.unknown)
        if agenda.rings:
            lists = await self.lists.facts(agenda.ringing)
            await asyncio.gather(
                *(self._singly("ring", partial(self._ring_one, due, lists)) for due in agenda.rings)
            )
        if agenda.letters and self._loading is None:
            self._loading = asyncio.create_task(self._loader.load_due())
        if self._loading is not None:
            await self._look_after_loading(self._loading)
        if agenda.done:
            self.wake(await self.store.run(partial(finish, runtime=self.runtime())))
        for drill in agenda.drills:
            await self._singly("drill", partial(self._begin_drill, drill))
        if agenda.senders:
            await self._singly("watch", self._watch_senders)
        for incident in agenda.duties.owing:
            await self._singly("follow_up", partial(self._follow_one, incident))
        if agenda.duties.looked or agenda.duties.rules_changed:
            await self.store.run(partial(note_looks, found=agenda.duties), soft=True)
        await self._singly("anchor", partial(self._anchor, agenda.now))
        await self.watch.look(sending=agenda.sending)
        self.last_tick = monotonic()
        return agenda.next_due

    async def _beat(self) -> None:
        """Say that this instance lives, and take over what dead ones held. Every few seconds is enough."""
        if monotonic() - self._last_beat >= BEAT_EVERY:
            await self._live_on()

    async def _live_on(self) -> None:
        self._last_beat = monotonic()
        unit = partial(instances.live_on, runtime=self.runtime(), me=self.me())
        self.wake(await self.store.run(unit))

    async def _look_after_loading(self, loading: asyncio.Task[None]) -> None:
        await asyncio.wait([loading], timeout=LOADING_WAITED_FOR)
        if loading.done():
            self._loading = None
            await loading  # raises what it came to

    def _agenda(self, tx: Tx) -> Agenda:
        """What is to be done now, read at once; most rounds find nothing and write nothing."""
        services = self.runtime().config.services
        unknown = tx.duties.services() - services.keys()
        duties = find_duties(tx, self.runtime(), unknown)
        send_at = tx.notices.next_send_at(services)
        times = [tx.rings.next_due_at(services), send_at, duties.next_at, tx.drills.next_due_at(services)]
        sending = tx.notices.in_states({"sending"})
        rings = tx.rings.due(services)
        return Agenda(
            rings=rings,
            ringing=tx.incidents.services_of([ring.notice_id for ring in rings]) if rings else (),
            sending=bool(sending),
            letters=send_at is not None,
            senders=bool(news(tx, self.runtime().config, self._since(tx))),
            done=any(is_news(tx, notice) for notice in sending),
            duties=duties,
            drills=[drill.id for drill in tx.drills.due(services)],
            now=tx.now,
            next_due=min((at for at in times if at and at > tx.now), default=None),
            unknown=frozenset(unknown),
        )

    def _since(self, tx: Tx) -> datetime:
        """Since when this instance listens to senders: what was posted before may have found nobody."""
        self._listening_since = self._listening_since or tx.now
        return self._listening_since

    async def _watch_senders(self) -> None:
        def unit(tx: Tx) -> Wake:
            return watch(tx, self.runtime(), self._since(tx))

        self.wake(await self.store.run(unit))

    def _log_unknown(self, unknown: frozenset[str]) -> None:
        """Log each service once. Another instance may know it and do its work; if none does, the work is left."""
        if unknown - self._unknown:
            log.warning("services_not_configured", services=sorted(unknown))
        self._unknown = unknown

    async def _ring_one(self, due: Ring, lists: Mapping[str, AudienceFacts]) -> None:
        def unit(tx: Tx) -> tuple[Wake, float]:
            late = (tx.now - due.due_at).total_seconds()
            return ring(tx, self.runtime(), due, lists), max(late, 0.0)

        wake, late = await self.store.run(unit)
        if wake.oncall:
            metrics.RINGS.inc()
            metrics.RING_LATENESS.observe(late)
        self.wake(wake)

    async def _begin_drill(self, drill_id: str) -> None:
        unit = partial(begin_drill, runtime=self.runtime(), drill_id=drill_id)
        self.wake(await self.store.run(unit))

    async def _follow_one(self, incident_id: str) -> None:
        unit = partial(follow_up, runtime=self.runtime(), incident_id=incident_id)
        self.wake(await self.store.run(unit))

    async def _anchor(self, now: datetime) -> None:
        """Once an hour: the heads of the histories that grew go to the log, out of the database's reach.

        What was ignored long ago is forgotten then, too.
        """
        since = anchors.due(self._anchored_at, now)
        if since is None:
            return
        heads = await self.store.read(lambda tx: tx.events.heads(since))
        await self.store.run(lambda tx: tx.alerts.prune_ignored())
        self._anchored_at = now
        for head in heads:
            log.info(anchors.LOGGED_AS, anchor=str(head))

    async def _singly(self, loop: str, step: Callable[[], Awaitable[None]]) -> None:
        """One row's trouble is logged and counted; the others go on, and it is tried again next round."""
        try:
            await step()
        except StorageDown:
            raise
        except Exception:
            metrics.LOOP_FAILURES.labels(loop).inc()
            log.exception("row_failed", loop=loop)
