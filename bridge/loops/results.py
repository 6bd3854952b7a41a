"""What became of messages, written in batches: with the next claim or mark of doubt, or within 50 ms.

A message that goes by itself has its mark of doubt committed right before its DATA, and softly: a killed process
loses none, a power cut may undo those since the last full commit, which count as in doubt then
(bridge/stages/instances.py, `recover_claims`).
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence, Set
from functools import partial
from typing import NamedTuple

from bridge import metrics
from bridge.clock import pause
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.loops.trouble import Trouble
from bridge.stages.instances import ThisInstance, forgets_marked_letter
from bridge.stages.ring import ring_refused
from bridge.store.claims import Claimed, DeliveryResult
from bridge.store.store import Store
from bridge.store.tx import Tx

log = Logger(__name__)

Claims = Callable[[Tx], list[Claimed]]
"""A unit that returns the messages that it claimed, or of which it marked the doubt."""

ROWS = 200  # results a commit waits for at the most
SECONDS = 0.05  # and how long
AGAIN = 1.0  # seconds after which a batch that could not be committed is tried again


class LeavingLetter(NamedTuple):
    """A letter whose doubt is committed: its row and fence, and name and tick of the database that says so."""

    row: int
    fence: int
    database: str
    tick: int


class Results:
    """One flusher for both lanes. What rides with a mark of doubt needs to survive a killed process only."""

    def __init__(
        self,
        store: Store[Tx],
        me: Callable[[], ThisInstance],
        on_quiet: Callable[[], None],
        on_leaving: Callable[[LeavingLetter], None],
        on_done: Callable[[int, int], None],
    ) -> None:
        """`on_quiet` is called when everything that was put is committed: a letter may be done, or a ring is refused.

        `on_leaving` is called with one of the letters that were just granted, before they go on the wire; `on_done`
        with row and fence of a letter whose result was committed.
        """
        self._store = store
        self._me = me
        self._on_quiet, self._on_leaving, self._on_done = on_quiet, on_leaving, on_done
        self._doubts: list[tuple[Sequence[Claimed], asyncio.Future[set[tuple[int, int]]]]] = []
        self._noted: Set[str] = frozenset()  # letters whose first accepted mail is noted
        self._results: list[DeliveryResult] = []
        self._news = False  # since it was quiet
        self.unwritten: set[tuple[int, int]] = set()  # id and fence of every result that is not committed yet
        self._asked = asyncio.Event()
        self._marked = asyncio.Event()
        self._full = asyncio.Event()
        self._rides = 0
        self._closing = False
        self._trouble = Trouble("marks_wait")

    async def claim(self, claims: Claims) -> list[Claimed]:
        """Run the unit, and write in its transaction what became of earlier messages. Raises what it raises."""
        return await self._ride(claims)

    async def in_doubt(self, rows: Sequence[Claimed]) -> set[tuple[int, int]]:
        """Which of the messages, by id and fence, may go on the wire; their rows are committed as `in_doubt`."""
        future: asyncio.Future[set[tuple[int, int]]] = asyncio.get_running_loop().create_future()
        self._doubts.append((rows, future))
        self._asked.set()
        return await future

    def put(self, result: DeliveryResult) -> None:
        """Remember a result for the next batch."""
        self._results.append(result)
        self.unwritten.add((result.id, result.fence))
        self._marked.set()
        if len(self._results) >= ROWS:
            self._full.set()

    async def run(self) -> None:
        """Until `close`; then everything that was put is committed."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._commit_doubts())
            group.create_task(self._commit_results())

    def close(self) -> None:
        """No more rows will come."""
        self._closing = True
        for event in (self._asked, self._marked, self._full):
            event.set()

    async def _commit_doubts(self) -> None:
        while not self._closing or self._doubts:
            await self._asked.wait()
            if not self._closing:
                self._asked.clear()
            batch, self._doubts = self._doubts, []
            granted = await self._granted([row for rows, _ in batch for row in rows]) if batch else set()
            for _, future in batch:
                if not future.cancelled():
                    future.set_result(granted)

    async def _granted(self, rows: Sequence[Claimed]) -> set[tuple[int, int]]:
        """The rows that may go on. Without its mark none may: its connection ends, and its row waits."""
        try:
            granted = await self._ride(partial(mark_in_doubt, rows=rows, me=self._me()), soft=True)
        except Exception as error:
            self._failed("in_doubt", error)
            return set()
        return {(row.id, row.fence) for row in granted}

    async def _ride(self, claims: Claims, *, soft: bool = False) -> list[Claimed]:
        results, self._results = self._results, []
        self._rides += 1
        unit = partial(write_and_claim, results=results, claims=claims, me=self._me(), noted=self._noted)
        try:
            claimed, leaving, first_accepts = await self._store.run(unit, soft=soft)
        except BaseException:
            self._results = results + self._results
            self._marked.set()
            raise
        self._written(results, first_accepts)
        if leaving:
            self._on_leaving(leaving)
        return claimed

    async def _commit_results(self) -> None:
        while not self._closing or self._results:
            await self._marked.wait()
            rides = self._rides
            await _either(self._full, SECONDS)
            if not self._closing:
                if rides != self._rides and len(self._results) < ROWS:
                    continue  # those that are left came just now
                self._marked.clear()
                self._full.clear()
            batch, self._results = self._results, []
            if batch and not await self._commit(batch):
                self._results = batch + self._results
                self._marked.set()

    async def _commit(self, batch: list[DeliveryResult]) -> bool:
        try:
            unit = partial(write_results, results=batch, me=self._me(), noted=self._noted)
            first_accepts = await self._store.run(unit)
        except Exception as error:
            self._failed("results", error)
            if self._closing:
                return True  # the rows stay claimed; the next start sorts them out
            await pause(AGAIN)
            return False
        self._written(batch, first_accepts)
        return True

    def _failed(self, what: str, error: Exception) -> None:
        """A database that is away is foreseen: one line, and not a traceback for each batch."""
        metrics.LOOP_FAILURES.labels("marks").inc()
        if isinstance(error, StorageDown):
            self._trouble.met(error)
        else:
            log.exception("marks_not_written", what=what)

    def _written(self, results: Sequence[DeliveryResult], first_accepts: Iterable[float]) -> None:
        self._trouble.over()
        for seconds in first_accepts:
            metrics.FIRST_ACCEPT.observe(seconds)
        # A mail to the on-call that was taken is no business of the timer's.
        self._news = self._news or any(r.lane == "customers" or r.state == "failed" for r in results)
        if accepted := _accepted(results):
            self._on_done(accepted[-1].id, accepted[-1].fence)
            if new := _letters(accepted) - self._noted:
                self._noted |= new  # another set: units in the store's thread hold the one before
        self.unwritten.difference_update([(result.id, result.fence) for result in results])
        if self._news and not self.unwritten and not self._doubts:
            self._news = False
            self._on_quiet()


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for it, but not for longer than this."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _accepted(results: Iterable[DeliveryResult]) -> list[DeliveryResult]:
    """The customers' mails among them that the server took."""
    return [each for each in results if each.state == "sent" and each.lane == "customers"]


def _letters(results: Iterable[DeliveryResult]) -> set[str]:
    return {each.notice_id for each in results if each.notice_id}


def write_results(
    tx: Tx, results: Sequence[DeliveryResult], me: ThisInstance, noted: Set[str] = frozenset()
) -> list[float]:
    """Write what became of claimed messages. `noted`: letters of which the first accepted mail is known already.

    A record that was turned back under them must go on showing that: nothing is written there.

    Returns, for first reports whose first letter was accepted just now, the seconds since detection.
    """
    if forgets_marked_letter(tx, me, results):
        return []
    tx.claims.mark(results, me.id)
    for ring in (each for each in results if each.ring_to and each.state == "failed"):
        ring_refused(tx, ring.notice_id or "", ring.ring_to or "", ring.reply)
    letters = _letters(_accepted(results)) - noted
    return tx.notices.first_accepts(letters) if letters else []


def mark_in_doubt(tx: Tx, rows: Sequence[Claimed], me: ThisInstance) -> list[Claimed]:
    """Those of these claimed messages that may go on the wire: they are in doubt now."""
    granted = tx.claims.mark_in_doubt([(row.id, row.fence) for row in rows], me.id)
    return [row._replace(state="in_doubt") for row in rows if (row.id, row.fence) in granted]


def write_and_claim(
    tx: Tx, results: Sequence[DeliveryResult], claims: Claims, me: ThisInstance, noted: Set[str] = frozenset()
) -> tuple[list[Claimed], LeavingLetter | None, list[float]]:
    """Write these results, and run the unit that claims messages. Also one of the letters that may leave now.

    And what `write_results` returns.
    """
    first_accepts = write_results(tx, results, me, noted)
    claimed = claims(tx)
    letter = next((row for row in claimed if row.lane == "customers" and row.in_doubt), None)
    leaving = LeavingLetter(letter.id, letter.fence, *tx.instances.name_and_tick()) if letter else None
    return claimed, leaving, first_accepts
