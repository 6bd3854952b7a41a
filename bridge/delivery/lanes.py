"""The two lanes: claim, compose, send, mark. A big send in one never delays a ring in the other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from bridge.clock import Bell
from bridge.core.model import DeliveryState
from bridge.delivery.dial import SmtpError
from bridge.delivery.marks import Marks
from bridge.delivery.outcome import Outcome, retry_at
from bridge.delivery.relay import Relay
from bridge.delivery.smtp import Abandoned, Envelope
from bridge.errors import BridgeError, StorageDown
from bridge.letters.mime import wire
from bridge.stages.send import claim
from bridge.store.outbox import EOD_WAIT, Claimed, Lane, Mark
from bridge.store.store import Store
from bridge.store.tx import Tx

log = structlog.get_logger(__name__)

AT_ONCE = 100  # rows a claim takes
POISON_AFTER = timedelta(minutes=1)  # how long a row rests that our own code failed on


@dataclass(frozen=True, slots=True)
class Mail:
    """One message ready for the wire. `raw` has CRLF lines and is not yet dot-stuffed."""

    envelope: Envelope
    raw: bytes


class Composer(Protocol):
    """Makes a claimed row a mail; None when there is nobody to send it to any more."""

    async def __call__(self, row: Claimed) -> Mail | None: ...


@dataclass(frozen=True, slots=True)
class Office:
    """What a lane needs of the rest."""

    store: Store[Tx]
    marks: Marks
    me: str
    now: Callable[[], datetime]
    on_unknown: Callable[[], str]


class LaneWorker:
    """One lane: a feeder that claims, and as many senders as the relay has connections."""

    def __init__(
        self,
        lane: Lane,
        office: Office,
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
        self._stopping = False

    async def run(self) -> None:
        """Until `stop`; then messages already on the wire are finished and the rest is left claimed."""
        senders = [asyncio.create_task(self._send_all()) for _ in range(self._width)]
        try:
            await self._feed()
            await self._queue.join()
        finally:
            for sender in senders:
                sender.cancel()
            await asyncio.gather(*senders, return_exceptions=True)

    def stop(self) -> None:
        """Claim no more, and drop what no sender has begun."""
        self._stopping = True
        self._bell.ring()
        while not self._queue.empty():
            self._queue.get_nowait()
            self._queue.task_done()

    async def _feed(self) -> None:
        while not self._stopping:
            if not await self._some_relay_works():
                continue
            try:
                rows = await self._office.store.run(
                    partial(claim, lane=self._lane, limit=AT_ONCE, me=self._office.me)
                )
                next_due = None if rows else await self._office.store.read(self._next_due)
            except StorageDown as error:
                log.warning("lane_waits", lane=self._lane, error=str(error))
                await self._bell.wait()
                continue
            for row in rows:
                if not self._stopping:
                    await self._queue.put(row)
            if not rows:
                await self._bell.wait(next_due)

    async def _some_relay_works(self) -> bool:
        """While no relay works nothing is claimed: one probe at a time, as often as the breaker allows."""
        relays = self._relays()
        if any(relay.up for relay in relays):
            return True
        wait = min(relay.retry_in for relay in relays)
        if wait > 0:
            await self._bell.wait(longest=wait)
        if self._stopping or min(relay.retry_in for relay in relays) > 0:
            return False
        return any([await relay.probe() for relay in relays])

    def _next_due(self, tx: Tx) -> datetime | None:
        return tx.outbox.next_due_at(self._lane)

    async def _send_all(self) -> None:
        while True:
            row = await self._queue.get()
            try:
                self._office.marks.put(await self._send(row))
            except Exception as error:
                log.exception("message_failed", lane=self._lane, row=row.id, notice=row.notice_id)
                self._office.marks.put(self._postponed(row, f"{type(error).__name__} in the bridge"))
            finally:
                self._queue.task_done()

    async def _send(self, row: Claimed) -> Mark:
        try:
            mail = await self._compose(row)
        except StorageDown:
            return _result(row, "queued", counted=False)
        except BridgeError as error:
            return _result(row, "failed", str(error))
        if mail is None:
            return _result(row, "failed", "nobody is responsible for this message any more")
        before_dot = self._once(row)
        outcome: Outcome | None = None
        wait = 0.0
        for relay in self._relays():
            try:
                outcome = await relay.send(mail.envelope, wire(mail.raw), before_dot)
            except Abandoned:
                return _result(row, "queued", counted=False)
            except SmtpError as error:
                log.warning("relay_down", lane=self._lane, error=str(error))
                wait = relay.retry_in
                continue
            if outcome.state == "sent":
                break
        if outcome is None:
            return self._waiting(row, wait)
        return self._mark(row, outcome)

    def _once(self, row: Claimed) -> Callable[[], Awaitable[None]]:
        """Commits the eod before the first dot; a fallback's dot needs no second one."""
        granted = False

        async def before_dot() -> None:
            nonlocal granted
            granted = granted or await self._office.marks.eod(row)
            if not granted:
                raise Abandoned("not wanted any more")

        return before_dot

    def _waiting(self, row: Claimed, seconds: float) -> Mark:
        due_at = self._office.now() + timedelta(seconds=seconds)
        return _result(row, "queued", due_at=due_at, counted=False)

    def _postponed(self, row: Claimed, why: str) -> Mark:
        again = retry_at(row.attempts, row.first_at, self._office.now())
        if again is None:
            return _result(row, "failed", why)
        return _result(row, "deferred", why, due_at=max(again, self._office.now() + POISON_AFTER))

    def _mark(self, row: Claimed, outcome: Outcome) -> Mark:
        now = self._office.now()
        match outcome.state:
            case "queued":
                return _result(row, "queued", outcome.reply, due_at=now, counted=False)
            case "deferred":
                again = retry_at(row.attempts, row.first_at, now)
                return _result(row, "deferred" if again else "failed", outcome.reply, again)
            case "unknown":
                once_more = self._office.on_unknown() == "resend_once" and row.ambiguous == 0
                return _result(
                    row,
                    "deferred" if once_more else "unknown",
                    outcome.reply,
                    now + EOD_WAIT,
                    ambiguous=1,
                )
            case _:
                return _result(row, outcome.state, outcome.reply)


def _result(
    row: Claimed,
    state: DeliveryState,
    reply: str = "",
    due_at: datetime | None = None,
    *,
    counted: bool = True,
    ambiguous: int = 0,
) -> Mark:
    return Mark(row.id, row.fence, row.notice_id, row.lane, state, reply, due_at, counted, ambiguous)
