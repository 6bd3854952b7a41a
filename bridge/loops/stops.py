"""Letters that a mail server refuses because of us: the rest stays queued, and people are told why."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from bridge.clock import pause
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.loops.results import Results
from bridge.loops.verdicts import unsent
from bridge.smtp.meaning import alike
from bridge.smtp.outcome import Outcome
from bridge.stages.refused_letter import stop_refused
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.claims import Claimed, DeliveryResult
from bridge.store.store import Store
from bridge.store.tx import Tx

log = Logger(__name__)

LOOK = 0.02  # seconds between two looks whether the refusals are written
AGAIN = 1.0  # seconds after which a stop that could not be written is tried again


@dataclass
class _Stop:
    """`words`: as `meaning.alike` makes them. `held`: claims from before the stop, once it is written."""

    words: str
    held: frozenset[tuple[int, int]] | None = None


@dataclass
class Stops:
    """`held`: the claims, by id and fence, that wait for a sender or are being sent."""

    store: Store[Tx]
    marks: Results
    runtime: Callable[[], Runtime]
    wake: Callable[[Wake], None]
    held: set[tuple[int, int]]
    _stops: dict[str, _Stop] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def holds(self, row: Claimed) -> bool:
        """Whether this message was claimed before its letter was stopped."""
        stop = self._stops.get(row.notice_id or "")
        return stop is not None and (stop.held is None or (row.id, row.fence) in stop.held)

    def about(self, row: Claimed, outcome: Outcome, mark: DeliveryResult) -> DeliveryResult:
        """What to write about a customers' letter: one that was refused because of us keeps its turn."""
        if mark.state != "failed" or row.notice_id is None:
            return mark
        words = alike(outcome.words)
        if outcome.why == "about_us" and not self.holds(row):
            self._stops[row.notice_id] = _Stop(words)
            log.warning("letter_refused", notice=row.notice_id, words=outcome.words)
            task = asyncio.create_task(self._stop(row.notice_id, outcome.words))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return unsent(row, outcome.words)
        same = self.holds(row) and self._stops[row.notice_id].words == words
        return unsent(row, outcome.words) if same else mark

    async def _stop(self, notice_id: str, words: str) -> None:
        """Once the refusals so far are written, so that they can be taken back."""
        written = set(self.marks.unwritten)
        while written & self.marks.unwritten:
            await pause(LOOK)
        unit = partial(stop_refused, runtime=self.runtime(), notice_id=notice_id, words=words)
        while True:
            try:
                wake = await self.store.run(unit)
                break
            except StorageDown as error:
                log.warning("letter_not_stopped", notice=notice_id, error=str(error))
                await pause(AGAIN)
        self._stops[notice_id].held = frozenset(self.held)
        self.wake(wake)
