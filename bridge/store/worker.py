"""Group commit: units that wait run in one transaction, and are acknowledged after its COMMIT.

A disk can be asked to keep something a thousand times a second, not ten thousand times; units that wait
together therefore share one COMMIT. Each runs in a SAVEPOINT of its own, so that its error undoes it alone.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Thread
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

from bridge import clock
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.store.dialect import Dialect, ErrorMeaning, LockHeld, Purpose
from bridge.store.transaction import Transaction

log = Logger(__name__)

X = TypeVar("X", bound=Transaction)
MakeTx = Callable[[Connection, datetime], X]

TOGETHER = 500  # units in one transaction
WAITING = 5_000  # units that may wait; more is overload, and a quick 503
SAY_AGAIN = 60.0  # seconds until the same trouble is logged again
LOST_ALONE = 3  # units that may be lost one by one before the rest is not even tried


@dataclass(slots=True)
class Job(Generic[X]):
    """One unit of work, and the future of the caller who waits for it."""

    unit: Callable[[X], Any]
    purpose: Purpose
    future: asyncio.Future["UnitOutcome"]
    outcome: "UnitOutcome | None" = None
    given_up: bool = False  # its caller was told StorageDown, and asks again: better not committed now


class GivenUp(Exception):
    """The unit's caller waited too long. Undoes it; nobody hears of it."""


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """What a unit came to. Exceptions travel as values: a future cannot hold every kind (StopIteration)."""

    result: Any = None
    error: BaseException | None = None

    def unwrap(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


@dataclass(slots=True)
class Jobs(Generic[X]):
    """The jobs that wait, in order. The event loop adds them, worker threads take them."""

    _waiting: deque[Job[X]] = field(default_factory=deque)
    _changed: Condition = field(default_factory=Condition)
    _closed: bool = False

    def put(self, job: Job[X]) -> None:
        """Raises StorageDown when too many wait already, or after `close`."""
        with self._changed:
            if self._closed:
                raise StorageDown("The store is closed")
            if len(self._waiting) >= WAITING:
                raise StorageDown(f"Overloaded: {WAITING} units wait for the database")
            self._waiting.append(job)
            self._changed.notify()

    def take(self, limit: int) -> list[Job[X]]:
        """Wait for the first job, then take all that wait, at most `limit`. An empty list means closed and done."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Worker(Thread, Generic[X]):
    """A thread that runs jobs: the reads one by one, then the writes together."""

    def __init__(
        self,
        name: str,
        jobs: Jobs[X],
        engine: Engine,
        dialect: Dialect,
        now: Callable[[Connection], datetime],
        make_tx: MakeTx[X],
        together: int,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._jobs = jobs
        self._engine = engine
        self._dialect = dialect
        self._now = now
        self._make_tx = make_tx
        self._together = together

    def run(self) -> None:
        while taken := self._jobs.take(self._together):
            try:
                for job in taken:
                    if job.purpose == "read":
                        self._finish([job])
                self._finish([job for job in taken if job.purpose != "read"])
            except BaseException as error:  # a bug here must not leave callers waiting for ever
                log.exception("store_worker_failed")
                _fail([job for job in taken if job.outcome is None], error)

    def _finish(self, jobs: Sequence[Job[X]]) -> None:
        """Round by round: a unit whose lock is held elsewhere waits for it at the head of a later round."""
        while jobs:
            try:
                later = self._transaction(jobs)
                _deliver([job for job in jobs if job.outcome])
                jobs = later
            except Exception as error:
                if self._dialect.verdict(error) is ErrorMeaning.DOWN:
                    _fail(jobs, error)
                else:
                    self._finish_alone(jobs)
                return

    def _finish_alone(self, jobs: Sequence[Job[X]]) -> None:
        """Each once again, in a transaction of its own. Gives up on the rest when the database is away."""
        lost = 0
        for at, job in enumerate(jobs):
            try:
                self._transaction([job], again=True)
                _deliver([job])
            except Exception as error:
                lost += 1
                if self._dialect.verdict(error) is ErrorMeaning.DOWN or lost == LOST_ALONE:
                    _fail(jobs[at:], error)
                    return
                _fail([job], error)

    def _transaction(self, jobs: Sequence[Job[X]], *, again: bool = False) -> list[Job[X]]:
        """Runs the units and commits; only then they have outcomes. Returns those that met a held lock.

        `again`: they were tried together before, and waited for a held lock once: now they wait for it less.
        Raises what the database raised: then nothing was recorded, or perhaps all, when COMMIT was cut.
        """
        try:
            with self._engine.connect() as connection:
                connection.execution_options(purpose=_purpose(jobs), again=again)
                with connection.begin():
                    outcomes = self._run(connection, jobs)
        except BaseException as error:
            if len(jobs) > 1 or self._dialect.verdict(error) is not ErrorMeaning.OWN:
                raise
            outcomes = [UnitOutcome(error=error)]
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.outcome = outcome
        return [job for job in jobs if job.outcome is None]

    def _run(self, connection: Connection, jobs: Sequence[Job[X]]) -> list[UnitOutcome | None]:
        now = self._now(connection)
        if len(jobs) == 1:  # no SAVEPOINT needed: its transaction is its own
            tx = self._make_tx(connection, now)
            if jobs[0].purpose == "read":
                tx.keep_answers()
            return [self._outcome(connection, jobs[0], tx)]
        return [self._savepoint(connection, now, job, first=job is jobs[0]) for job in jobs]

    def _savepoint(
        self, connection: Connection, now: datetime, job: Job[X], *, first: bool
    ) -> UnitOutcome | None:
        tx = self._make_tx(connection, now)
        tx.may_wait = first
        try:
            with connection.begin_nested():
                return self._outcome(connection, job, tx)
        except LockHeld:
            return None
        except BaseException as error:
            if self._dialect.verdict(error) is not ErrorMeaning.OWN:
                raise
            return UnitOutcome(error=error)

    def _outcome(self, connection: Connection, job: Job[X], tx: X) -> UnitOutcome:
        if job.given_up:
            raise GivenUp
        result = job.unit(tx)
        tx.flush()
        self._dialect.check(connection)
        if job.given_up:  # claims without a worker, say, would stay so
            raise GivenUp
        return UnitOutcome(result)


class _SaidLast:
    """One line for each change of what is wrong, and one a minute while it lasts: a full disk must not fill a log."""

    def __init__(self) -> None:
        self._words, self._at, self._unsaid = "", float("-inf"), 0

    def said(self, words: str, units: int) -> None:
        now = clock.monotonic()
        if words == self._words and now - self._at < SAY_AGAIN:
            self._unsaid += 1
            return
        log.warning("units_not_committed", units=units, error=words, unsaid=self._unsaid)
        self._words, self._at, self._unsaid = words, now, 0


_LAST = _SaidLast()


def _purpose(jobs: Sequence[Job[X]]) -> Purpose:
    """One unit that needs the disk makes the whole transaction wait for it."""
    return "write" if any(job.purpose == "write" for job in jobs) else jobs[0].purpose


def _fail(jobs: Sequence[Job[X]], error: BaseException) -> None:
    """Name the kind of error; never where the database is, nor what was to be written."""
    if isinstance(error, StorageDown):
        words = str(error)
    else:
        cause = getattr(error, "orig", None) or error
        detail = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
        name = type(cause).__name__ + (f" {detail}" if detail else "")
        words = f"The database cannot commit now ({name}). Try again"
    _LAST.said(words, len(jobs))
    for job in jobs:
        job.outcome = UnitOutcome(error=StorageDown(words))
    _deliver(jobs)


def _deliver(jobs: Sequence[Job[X]]) -> None:
    """Wakes the callers, one call into the event loop for all of them."""
    if jobs:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            jobs[0].future.get_loop().call_soon_threadsafe(_resolve, jobs)


def _resolve(jobs: Sequence[Job[X]]) -> None:
    for job in jobs:
        if job.outcome and not job.future.done():  # the caller may have given up
            job.future.set_result(job.outcome)
