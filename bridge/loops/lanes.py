"""The two lanes: claim, compose, send, mark. A big send in one never delays a ring in the other."""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from bridge import metrics
from bridge.clock import monotonic, pause
from bridge.errors import BridgeError, StorageDown
from bridge.log import Logger
from bridge.loops.composers import OncallComposer
from bridge.loops.letters import LetterTrain, Ready, TrainDependencies
from bridge.loops.outgoing import Composer, OutgoingMail
from bridge.loops.results import Results
from bridge.loops.stops import Stops
from bridge.loops.trouble import Trouble
from bridge.loops.verdicts import Verdicts, result, unsent
from bridge.metronome import Bell
from bridge.smtp.connect import SmtpError
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Mail, Relay
from bridge.smtp.session import Abandoned
from bridge.smtp.train import Car
from bridge.stages.instances import ThisInstance, may_claim_letters
from bridge.stages.runtime import Runtime
from bridge.stages.wake import LeavingRing, Wake
from bridge.store.claims import Claimed, DeliveryResult, Wanted
from bridge.store.outbox import Lane
from bridge.store.store import Store
from bridge.store.tx import Tx

log = Logger(__name__)

AT_ONCE = 500  # rows a claim takes
AHEAD = 20  # letters in doubt that may wait for each connection, so that it never waits for the database
FIRST = 2  # letters for each connection that go one by one, before the server is known to take them
STALE = 8.0  # seconds after their claim they are claimed anew: less than it takes until an instance counts as dead
FLOWS = 5.0  # seconds after a letter was taken the next ones may be in doubt before they are on the wire
TOGETHER = 10  # rings that share the commit of their doubt
SUSPECT_ALONE = 60.0  # seconds the lane waits for a message that processes died on, before it claims others
AGAIN = 1.0  # seconds a lane rests after an error of our own


@dataclass(frozen=True, slots=True)
class LaneDependencies:
    """What a lane needs of the rest."""

    store: Store[Tx]
    marks: Results
    me: Callable[[], ThisInstance]
    now: Callable[[], datetime]
    runtime: Callable[[], Runtime]
    wake: Callable[[Wake], None]


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
        self._queue: asyncio.Queue[Ready] = asyncio.Queue()
        self._enough = width * (AHEAD // 4 if lane == "customers" else 1)
        self._few = self._enough  # rows that wait when more are claimed
        self._hungry = asyncio.Event()
        self._held: set[tuple[int, int]] = set()  # id and fence of what waits for a sender or is being sent
        self._missed: set[tuple[int, int]] = set()  # what the last look found claimed, and in nobody's hands
        self._doubted: set[tuple[int, int]] = set()  # of rings: granted after their claim
        self._undoubted: dict[tuple[int, int], Claimed] = {}  # rings that wait, by the same
        self._verdicts = Verdicts(lane, lambda: office.runtime().config.smtp.on_unknown, office.now)
        self._stops = Stops(office.store, office.marks, office.runtime, office.wake, self._held)
        self._of_train = TrainDependencies(self._wanted, self._more, self._settled, self._finish)
        self._trains: set[LetterTrain] = set()
        self._taken_at = -math.inf  # when the last mail was taken, of a monotonic clock
        self._probe: asyncio.Task[bool] | None = None
        self._trouble = Trouble("lane_waits")
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
        self._hungry.set()
        for train in self._trains:
            train.stop()
        while not self._queue.empty():
            row = self._queue.get_nowait().row
            self._finish(row, unsent(row))

    def take(self, rows: Sequence[Claimed]) -> None:
        """Send these, which a unit has claimed for this lane."""
        if self._stopping:
            for row in rows:
                self._office.marks.put(unsent(row))
            return
        self._put(rows, [None] * len(rows))

    def _put(self, rows: Sequence[Claimed], cars: Sequence[Car | None]) -> None:
        until = monotonic() + STALE
        self._held.update([(row.id, row.fence) for row in rows])
        for row, car in zip(rows, cars, strict=True):
            if self._lane == "oncall" and not row.in_doubt:
                self._undoubted[row.id, row.fence] = row
            self._queue.put_nowait(Ready(row, car, until))

    async def _feed(self) -> None:
        while not self._stopping:
            try:
                await self._feed_once()
                self._trouble.over(lane=self._lane)
            except StorageDown as error:
                self._trouble.met(error, lane=self._lane)
                await self._bell.wait()
            except Exception:
                metrics.LOOP_FAILURES.labels(self._lane).inc()
                log.exception("lane_failed", lane=self._lane)
                await pause(AGAIN)

    async def _feed_once(self) -> None:
        if not await self._some_relay_works():
            return
        by_train = self._by_train(self._relays()[0])
        # A server that is silent from the first letter on leaves none in doubt: the first ones go one by one.
        leaves = by_train and monotonic() < self._taken_at + FLOWS
        ahead = (AHEAD if leaves else FIRST) * self._width - self._queue.qsize()
        room = max(ahead, 1) if by_train else AT_ONCE
        wanted = Wanted(self._lane, room, leaves)
        unit = partial(claim_rows, runtime=self._office.runtime(), wanted=wanted, me=self._office.me())
        rows = await self._office.marks.claim(unit)
        self._put(rows, [await self._car(row) if row.in_doubt else None for row in rows])
        if self._stopping:
            self.stop()
        if any(row.suspect for row in rows):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._queue.join(), SUSPECT_ALONE)
        if not rows:
            await self._rest()
        self._few = 0 if by_train and not leaves else self._enough
        while self._queue.qsize() > self._few:
            self._hungry.clear()
            await self._hungry.wait()

    def _by_train(self, relay: Relay) -> bool:
        """Whether letters leave one behind the other; with `hold` nobody may be in doubt who is not on the wire."""
        on_unknown = self._office.runtime().config.smtp.on_unknown
        return self._lane == "customers" and on_unknown != "hold" and relay.takes_trains

    async def _car(self, row: Claimed) -> Car | None:
        """A letter as it goes by train; None where it needs more care, or is not to be sent."""
        try:
            mail = await self._compose(row)
        except Exception:
            return None  # it is told when the letter goes by itself
        announcement = mail.envelope.announcement() if mail else None
        if mail is None or announcement is None:
            return None
        return Car(row.id, row.notice_id or "", row.address, announcement, mail.content)

    async def _rest(self) -> None:
        """Until there is something to claim; what is claimed and in nobody's hands is claimed anew.

        Where two looks have found it so: a ring may be on its way from the unit that claimed it.
        """
        in_hand = self._held | self._office.marks.unwritten  # before the database is asked: it knows no less
        claimed, next_due = await self._office.store.read(self._look)
        missed, before = claimed - in_hand, self._missed
        self._missed = missed
        lost = {row for row, _ in missed & before}
        if not lost:
            await self._bell.wait(next_due, *([AGAIN] if missed else []))
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
            ready: Ready | None = await self._queue.get()
            while ready is not None:
                relay = self._relays()[0]
                if not self._may_begin(ready, relay):
                    self._finish(ready.row, unsent(ready.row))
                    break
                if ready.car is None:
                    self._finish(ready.row, await self._single(ready.row))
                    break
                train = LetterTrain(self._of_train, relay)
                self._trains.add(train)
                try:
                    await train.send(ready)
                except Exception:
                    log.exception("train_failed", notice=ready.row.notice_id)
                finally:
                    self._trains.discard(train)
                ready = train.aside

    def _may_begin(self, ready: Ready, relay: Relay) -> bool:
        """What is in doubt without being sent is claimed anew where the server's pace or time has changed that."""
        if self._lane == "oncall" or not ready.row.in_doubt:
            return True
        return monotonic() < ready.until and self._by_train(relay)

    def _more(self, relay: Relay) -> Ready | None:
        """The next letter for a train."""
        if self._stopping or relay is not self._relays()[0]:
            return None
        while not self._queue.empty():
            ready = self._queue.get_nowait()
            if self._may_begin(ready, relay):
                return ready
            self._finish(ready.row, unsent(ready.row))
        return None

    def _finish(self, row: Claimed, mark: DeliveryResult) -> None:
        self._office.marks.put(mark)
        key = row.id, row.fence
        self._held.discard(key)
        self._doubted.discard(key)
        self._undoubted.pop(key, None)
        if mark.state == "sent":
            self._taken_at = monotonic()
        self._queue.task_done()
        if self._queue.qsize() <= self._few:
            self._hungry.set()

    async def _single(self, row: Claimed) -> DeliveryResult:
        try:
            return await self._send(row)
        except Exception as error:
            log.exception("message_failed", lane=self._lane, row=row.id, notice=row.notice_id)
            return self._verdicts.poisoned(row, f"{type(error).__name__} in the bridge")

    def _wanted(self, row: Claimed) -> bool:
        return not (self._stopping or self._stops.holds(row))

    async def _send(self, row: Claimed) -> DeliveryResult:
        if not self._wanted(row):
            return unsent(row)
        try:
            mail = await self._compose(row)
        except StorageDown:
            return unsent(row)
        except BridgeError as error:
            return result(row, "failed", str(error))
        if mail is None:
            return result(row, "failed", "nobody is responsible for this message any more")
        try:
            outcome = await self._by_any_relay(row, mail)
        except Abandoned:
            return unsent(row)
        return self._settled(row, outcome) if outcome else unsent(row)

    async def _by_any_relay(self, row: Claimed, mail: OutgoingMail) -> Outcome | None:
        """The answer of the first relay that takes it, or of the last one asked; None where none could be asked."""
        letter = row.notice_id if self._lane == "customers" else None
        sending = Mail(mail.envelope, mail.content, self._once(row), letter)
        outcome: Outcome | None = None
        for relay in self._relays():
            if letter and not await relay.turn(lambda: not self._stopping):
                return None
            try:
                outcome = await relay.send(sending)
            except SmtpError as error:
                log.warning("relay_down", lane=self._lane, error=str(error))
                continue
            if outcome.state == "sent":
                break
            if letter is None:
                log.warning("ring_not_taken", person=row.person, kind=row.kind, words=outcome.words)
        return outcome

    def _settled(self, row: Claimed, outcome: Outcome) -> DeliveryResult:
        """What to write; a refusal that is about us stops the letter, and a ring's is told at once."""
        if outcome.state == "sent":
            return self._verdicts.mark(row, outcome, 0.0)
        mark = self._verdicts.mark(row, outcome, min(relay.retry_in for relay in self._relays()))
        if self._lane == "customers":
            return self._stops.about(row, outcome, mark)
        if mark.state == "failed" and row.kind == "ring":
            metrics.RINGS_REFUSED.inc()
            log.error("ring_refused", person=row.person, notice=row.notice_id, words=outcome.words)
        return mark

    def _once(self, row: Claimed) -> Callable[[], Awaitable[None]]:
        """Commits the mark once; a fallback that takes over needs no second one."""
        granted = row.in_doubt

        async def before_data() -> None:
            nonlocal granted
            granted = granted or bool(not self._stopping and await self._doubt(row))
            if not granted or self._stopping:
                raise Abandoned("not wanted any more")

        return before_data

    async def _doubt(self, row: Claimed) -> bool:
        """Whether a row is in doubt now. Rings that wait behind it share the commit: a storm is not one for each."""
        key = (row.id, row.fence)
        if key not in self._doubted:
            self._undoubted.pop(key, None)
            behind = list(islice(self._undoubted.values(), TOGETHER - 1))
            for each in behind:
                del self._undoubted[each.id, each.fence]
            granted = await self._office.marks.in_doubt([row, *behind])
            self._doubted |= granted & self._held
        return key in self._doubted


def leave(lane: LaneWorker, composer: OncallComposer, rings: Sequence[LeavingRing]) -> None:
    """Hand a lane the rings that the unit of their incidents has claimed, with what they say."""
    for ring in rings:
        if ring.composed:
            composer.keep(ring.row, ring.composed)
        lane.take([ring.row])


def claim_rows(tx: Tx, runtime: Runtime, wanted: Wanted, me: ThisInstance) -> list[Claimed]:
    """Take due messages of a lane; the attempt is counted before anything is dialled.

    Just woken from a long sleep, or on another database, customers' letters wait for the heartbeat (`stop_old_work`).
    """
    if wanted.lane == "customers" and not may_claim_letters(tx, me):
        return []
    return tx.claims.claim(wanted, me.id, runtime.config.services)


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
