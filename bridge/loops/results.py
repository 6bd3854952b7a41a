"""What became of messages, written in batches: marks of doubt at once and softly, results with them or within 50 ms.

A connection asks for its next mark when it has its last answer. That answer rides with the mark, so that a killed
process leaves at most one mail of each connection in doubt. A power cut may undo what was committed softly
since the last full commit: those mails count as in doubt then (bridge/stages/instances.py, `recover_claims`).
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

ROWS = 200  # results a commit waits for at the most
SECONDS = 0.05  # and how long
SOON = 0.005  # seconds that doubts wait for each other while no connection waits for them
TOGETHER = 100  # doubts that are not waited for any longer
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
        self._pressing = asyncio.Event()
        self._marked = asyncio.Event()
        self._full = asyncio.Event()
        self._closing = False
        self._trouble = Trouble("marks_wait")

    async def in_doubt(self, rows: Sequence[Claimed], *, ahead: bool = False) -> set[tuple[int, int]]:
        """Which of the messages, by id and fence, may go on the wire; their rows are committed as `in_doubt`.

        `ahead`: their connection has others to send meanwhile.
        """
        future: asyncio.Future[set[tuple[int, int]]] = asyncio.get_running_loop().create_future()
        self._doubts.append((rows, future))
        self._asked.set()
        if not ahead or sum(len(doubt) for doubt, _ in self._doubts) >= TOGETHER:
            self._pressing.set()
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
        for event in (self._asked, self._pressing, self._marked, self._full):
            event.set()

    async def _commit_doubts(self) -> None:
        while not self._closing or self._doubts:
            await self._asked.wait()
            await _either(self._pressing, SOON)
            if not self._closing:
                self._asked.clear()
                self._pressing.clear()
            batch, self._doubts = self._doubts, []
            if not batch:
                continue
            granted = await self._commit_softly([row for rows, _ in batch for row in rows])
            for _, future in batch:
                if not future.cancelled():
                    future.set_result(granted)

    async def _commit_softly(self, rows: list[Claimed]) -> set[tuple[int, int]]:
        """The rows that may go on. Without its mark none may: its connection ends, and its row waits."""
        results, self._results = self._results, []
        unit = partial(write_before_data, results=results, rows=rows, me=self._me(), noted=self._noted)
        try:
            granted, leaving, first_accepts = await self._store.run(unit, soft=True)
        except Exception as error:
            self._failed("in_doubt", error)
            self._results = results + self._results
            self._marked.set()
            return set()
        self._written(results)
        _observe(first_accepts)
        if leaving:
            self._on_leaving(leaving)
        return granted

    async def _commit_results(self) -> None:
        while not self._closing or self._results:
            await self._marked.wait()
            await _either(self._full, SECONDS)
            if not self._closing:
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
        self._written(batch)
        _observe(first_accepts)
        if self._news and not self._results and not self._doubts:
            self._news = False
            self._on_quiet()
        return True

    def _failed(self, what: str, error: Exception) -> None:
        """A database that is away is foreseen: one line, and not a traceback for each batch."""
        metrics.LOOP_FAILURES.labels("marks").inc()
        if isinstance(error, StorageDown):
            self._trouble.met(error)
        else:
            log.exception("marks_not_written", what=what)

    def _written(self, results: Sequence[DeliveryResult]) -> None:
        self._trouble.over()
        # A mail to the on-call that was taken is no business of the timer's.
        self._news = self._news or any(r.lane == "customers" or r.state == "failed" for r in results)
        if accepted := _accepted(results):
            self._on_done(accepted[-1].id, accepted[-1].fence)
            if new := _letters(accepted) - self._noted:
                self._noted |= new  # another set: units in the store's thread hold the one before
        self.unwritten -= {(result.id, result.fence) for result in results}


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


def _observe(first_accepts: Iterable[float]) -> None:
    for seconds in first_accepts:
        metrics.FIRST_ACCEPT.observe(seconds)


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


def write_before_data(
    tx: Tx,
    results: Sequence[DeliveryResult],
    rows: Sequence[Claimed],
    me: ThisInstance,
    noted: Set[str] = frozenset(),
) -> tuple[set[tuple[int, int]], LeavingLetter | None, list[float]]:
    """Write these results, and tell which of these claimed messages, by id and fence, may go on the wire.

    Also one of the letters among them, and what `write_results` returns.
    """
    first_accepts = write_results(tx, results, me, noted)
    granted = tx.claims.mark_in_doubt([(row.id, row.fence) for row in rows], me.id)
    letter = next((r for r in rows if r.lane == "customers" and (r.id, r.fence) in granted), None)
    leaving = LeavingLetter(letter.id, letter.fence, *tx.instances.name_and_tick()) if letter else None
    return granted, leaving, first_accepts
