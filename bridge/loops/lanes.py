"""The two lanes: claim, compose, send, mark. A big send in one never delays a ring in the other."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from bridge import metrics
from bridge.clock import Bell, pause
from bridge.core.model import DeliveryState
from bridge.errors import BridgeError, StorageDown
from bridge.letters.mime import wire
from bridge.loops.results import Results
from bridge.smtp.connect import SmtpError
from bridge.smtp.outcome import Outcome, retry_at
from bridge.smtp.relay import Relay
from bridge.smtp.session import Abandoned, Envelope
from bridge.stages.instances import ThisInstance, may_claim_letters
from bridge.stages.runtime import Runtime
from bridge.store.claims import IN_DOUBT_WAIT, Claimed, DeliveryResult
from bridge.store.outbox import Lane
from bridge.store.store import Store
from bridge.store.tx import Tx

log = structlog.get_logger(__name__)

AT_ONCE = 100  # rows a claim takes
POISON_AFTER = timedelta(minutes=1)  # how long a row rests that our own code failed on
POISON_TRIES = 5  # errors of our own code after which a row has failed
SUSPECT_ALONE = 60.0  # seconds the lane waits for a message that processes died on, before it claims others
LOSSES = 3  # connections that one message may lose before it, and not the server, is taken to be the reason
BEHIND = 1.0  # seconds such a message waits longer than the others for a relay that is down
AGAIN = 1.0  # seconds a lane rests after an error of our own


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One message ready for the wire. `raw` has CRLF lines and is not yet dot-stuffed."""

    envelope: Envelope
    raw: bytes


class Composer(Protocol):
    """Makes a claimed row a mail; None when there is nobody to send it to any more."""

    async def __call__(self, row: Claimed) -> OutgoingMail | None: ...


@dataclass(frozen=True, slots=True)
class LaneDependencies:
    """What a lane needs of the rest."""

    store: Store[Tx]
    marks: Results
    me: Callable[[], ThisInstance]
    now: Callable[[], datetime]
    runtime: Callable[[], Runtime]


class LaneWorker:
    """One lane: a feeder that claims, and as many senders as the relay has connections."""

    def __init__(
        self,
        lane: Lane,
        office: LaneDependencies,
        relays: Callable[[], Sequence[Relay]],
        width: int,
        bell: Bell,
        compose: Composer,
    ) -> None:
        self._lane = lane
        self._office = office
        self._relays = relays
        self._width = width
        self._bell = bell
        self._compose = compose
        self._queue: asyncio.Queue[Claimed] = asyncio.Queue(maxsize=width)
        self._held: set[tuple[int, int]] = set()  # id and fence of what waits for a sender or is being sent
        self._losses: Counter[int] = Counter()
        self._probe: asyncio.Task[bool] | None = None
        self._stopping = False

    async def run(self) -> None:
        """Until `stop`; then messages already on the wire are finished and the rest is left claimed."""
        senders = [asyncio.create_task(self._send_all()) for _ in range(self._width)]
        try:
            await self._feed()
            await self._queue.join()
        finally:
            tasks = [*senders, *filter(None, [self._probe])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """Claim no more, and drop what no sender has begun."""
        self._stopping = True
        self._bell.ring()
        while not self._queue.empty():
            self._queue.get_nowait()
            self._queue.task_done()

    async def _feed(self) -> None:
        while not self._stopping:
            try:
                await self._feed_once()
            except StorageDown as error:
                log.warning("lane_waits", lane=self._lane, error=str(error))
                await self._bell.wait()
            except Exception:
                metrics.LOOP_FAILURES.labels(self._lane).inc()
                log.exception("lane_failed", lane=self._lane)
                await pause(AGAIN)

    async def _feed_once(self) -> None:
        if not await self._some_relay_works():
            return
        rows = await self._office.store.run(
            partial(
                claim_rows,
                runtime=self._office.runtime(),
                lane=self._lane,
                limit=AT_ONCE,
                me=self._office.me(),
            )
        )
        self._held.update((row.id, row.fence) for row in rows)
        for row in rows:
            if not self._stopping:
                await self._queue.put(row)
        if any(row.suspect for row in rows):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._queue.join(), SUSPECT_ALONE)
        if not rows:
            await self._rest()

    async def _rest(self) -> None:
        """Until there is something to claim; what is claimed and in nobody's hands is claimed anew."""
        in_hand = self._held | self._office.marks.unwritten  # before the database is asked: it knows no less
        claimed, next_due = await self._office.store.read(self._look)
        lost = {row for row, _ in claimed - in_hand}
        if not lost:
            await self._bell.wait(next_due)
            return
        freed = await self._office.store.run(
            partial(
                give_back_lost,
                runtime=self._office.runtime(),
                ids=lost,
                me=self._office.me(),
            )
        )
        if freed:
            log.warning("claims_lost", lane=self._lane, rows=len(lost))
        else:
            await self._bell.wait(longest=AGAIN)

    async def _some_relay_works(self) -> bool:
        """While no relay works nothing is claimed: one probe at a time, as often as the breaker allows."""
        relays = self._relays()
        if any(relay.up for relay in relays):
            self._look_after(relays)
            return True
        wait = min(relay.retry_in for relay in relays)
        if wait > 0:
            await self._bell.wait(longest=wait)
        if self._stopping or min(relay.retry_in for relay in relays) > 0:
            return False
        return any([await relay.probe() for relay in relays])

    def _look_after(self, relays: Sequence[Relay]) -> None:
        """While the fallback carries the mail, find out beside it when the first relay is back."""
        down = [relay for relay in relays if not relay.up and relay.retry_in == 0]
        if down and (self._probe is None or self._probe.done()):
            self._probe = asyncio.create_task(down[0].probe())

    def _look(self, tx: Tx) -> tuple[set[tuple[int, int]], datetime | None]:
        """What this instance has claimed, and when there is more to claim."""
        next_due = tx.claims.next_due_at(self._lane, self._office.runtime().config.services)
        return tx.claims.held(self._lane, self._office.me().id), next_due

    async def _send_all(self) -> None:
        while True:
            row = await self._queue.get()
            try:
                self._office.marks.put(await self._send(row))
            except Exception as error:
                log.exception("message_failed", lane=self._lane, row=row.id, notice=row.notice_id)
                self._office.marks.put(self._poisoned(row, f"{type(error).__name__} in the bridge"))
            finally:
                self._held.discard((row.id, row.fence))
                self._queue.task_done()

    async def _send(self, row: Claimed) -> DeliveryResult:
        try:
            mail = await self._compose(row)
        except StorageDown:
            return _result(row, "queued", counted=False)
        except BridgeError as error:
            return _result(row, "failed", str(error))
        if mail is None:
            return _result(row, "failed", "nobody is responsible for this message any more")
        before_data = self._once(row)
        outcome: Outcome | None = None
        wait = timedelta()
        for relay in self._relays():
            try:
                outcome = await relay.send(mail.envelope, wire(mail.raw), before_data)
            except Abandoned:
                return _result(row, "queued", counted=False)
            except SmtpError as error:
                log.warning("relay_down", lane=self._lane, error=str(error))
                wait = timedelta(seconds=relay.retry_in)
                continue
            if outcome.state == "sent":
                break
        if outcome is None:
            return _result(row, "queued", wait=wait, counted=False)
        return self._mark(row, outcome)

    def _once(self, row: Claimed) -> Callable[[], Awaitable[None]]:
        """Commits the mark once; a fallback that takes over needs no second one."""
        granted = False

        async def before_data() -> None:
            nonlocal granted
            granted = granted or await self._office.marks.in_doubt(row)
            if not granted:
                raise Abandoned("not wanted any more")

        return before_data

    def _poisoned(self, row: Claimed, why: str) -> DeliveryResult:
        """A message that our own code fails on ends within half an hour, where people see it."""
        failed = row.crashes + 1 >= POISON_TRIES
        mark = _result(row, "failed", why) if failed else self._postponed(row, why)
        return replace(mark, crashed=True)

    def _postponed(self, row: Claimed, why: str) -> DeliveryResult:
        wait = self._patience(row)
        if wait is None:
            return _result(row, "failed", why)
        return _result(row, "deferred", why, max(wait, POISON_AFTER))

    def _patience(self, row: Claimed) -> timedelta | None:
        """How long a deferred message rests; None when it was tried for long enough."""
        now = self._office.now()
        again = retry_at(row.attempts, row.first_at, now)
        return None if again is None else again - now

    def _mark(self, row: Claimed, outcome: Outcome) -> DeliveryResult:
        if outcome.state == "queued":
            return self._lost(row, outcome)
        self._losses.pop(row.id, None)
        match outcome.state:
            case "deferred":
                wait = self._patience(row)
                return _result(row, "failed" if wait is None else "deferred", outcome.words, wait)
            case "unknown":
                held = self._lane == "customers" and self._office.runtime().config.smtp.on_unknown == "hold"
                once_more = not held and row.ambiguous == 0
                return _result(
                    row,
                    "deferred" if once_more else "unknown",
                    outcome.words,
                    IN_DOUBT_WAIT,
                    ambiguous=1,
                )
            case _:
                return _result(row, outcome.state, outcome.words)

    def _lost(self, row: Claimed, outcome: Outcome) -> DeliveryResult:
        """A mail whose connection was lost is tried again at once, and the attempt does not count.

        A mail that ends every connection must not starve the others. While no relay works it waits behind them:
        as the first one again it would make the relay seem dead again.
        """
        self._losses[row.id] += 1
        if self._losses[row.id] < LOSSES:
            down = min(relay.retry_in for relay in self._relays())
            wait = timedelta(seconds=down + BEHIND) if down else None
            return _result(row, "queued", outcome.words, wait, counted=False)
        del self._losses[row.id]
        return self._postponed(row, outcome.words)


def _result(
    row: Claimed,
    state: DeliveryState,
    reply: str = "",
    wait: timedelta | None = None,
    *,
    counted: bool = True,
    ambiguous: int = 0,
) -> DeliveryResult:
    rest = wait or timedelta()
    return DeliveryResult(row.id, row.fence, row.notice_id, row.lane, state, reply, rest, counted, ambiguous)


def claim_rows(tx: Tx, runtime: Runtime, lane: Lane, limit: int, me: ThisInstance) -> list[Claimed]:
    """Take due messages of a lane; the attempt is counted before anything is dialled.

    Just woken from a long sleep, or on another database, customers' letters wait for the heartbeat (`stop_old_work`).
    """
    if lane == "customers" and not may_claim_letters(tx, me):
        return []
    return tx.claims.claim(lane, limit, me.id, runtime.config.services)


def give_back_lost(tx: Tx, runtime: Runtime, ids: Collection[int], me: ThisInstance) -> bool:
    """Free these claims of this instance, which none of its senders has, as if it had died with them.

    COMMIT of a claim can lose its answer, and a server that crashed forgets soft marks: it has another boot.
    False where a record that was turned back has them again: they were sent, and wait for the heartbeat to say so.
    """
    if not may_claim_letters(tx, me):
        return False
    on_unknown = runtime.config.smtp.on_unknown
    return (
        tx.claims.give_back([me.id], all_in_doubt=tx.boot_id() != me.boot_id, on_unknown=on_unknown, ids=ids)
        > 0
    )
