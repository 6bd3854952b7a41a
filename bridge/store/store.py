"""The store: units of work in, results out after COMMIT. docs/design.md §9 says what a unit is."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import URL, Connection, event

from bridge import clock
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.store.dialect import Purpose
from bridge.store.listener import Listener
from bridge.store.open_database import OpenDatabase, open_database
from bridge.store.transaction import Transaction
from bridge.store.worker import TOGETHER, Job, Jobs, MakeTx, UnitOutcome, Worker

__all__ = ["Store"]

log = Logger(__name__)

SILENCE = 6.0  # seconds without an answer to any statement: a database that hangs reports no error
CLOSE_WITHIN = 1.5  # seconds for what is under way; what is cut off then is not committed

T = TypeVar("T")
X = TypeVar("X", bound=Transaction)


class Store(Generic[X]):
    """An open database. `X` is the transaction that its units are given."""

    def __init__(
        self, database: OpenDatabase, now: Callable[[Connection], datetime], make_tx: MakeTx[X]
    ) -> None:
        self._database = database
        self._writes: Jobs[X] = Jobs()
        self._reads: Jobs[X] = Jobs() if database.dialect.readers else self._writes
        lanes = [("write", self._writes, TOGETHER)] * database.dialect.writers
        lanes += [("read", self._reads, 1)] * database.dialect.readers
        self._workers = [
            Worker(f"store-{name}-{n}", jobs, database.engine, database.dialect, now, make_tx, together)
            for n, (name, jobs, together) in enumerate(lanes)
        ]
        # A file of our own does not freeze.
        self._silence = SILENCE if database.dialect.readers else float("inf")
        self._answered_at = clock.monotonic()
        event.listen(database.engine, "after_cursor_execute", self._answered)
        self._loop = asyncio.get_running_loop()
        self._callbacks: list[Callable[[], None]] = []
        self._listener = Listener(database.dialect, self._heard)
        for thread in (*self._workers, self._listener):
            thread.start()

    @classmethod
    async def open(
        cls,
        url: str | URL,
        *,
        clock: Callable[[], datetime],
        make_tx: MakeTx[X],
        database_clock: bool = True,
    ) -> "Store[X]":
        """Opens the database, migrates it, and keeps it. `url` is `sqlite:///path` or `postgresql://...`.

        `clock` gives `tx.now` on SQLite. On PostgreSQL the server's clock does, unless `database_clock`
        is false.
        Raises StorageRefused when a person has to act, StorageDown when trying again may help.
        """
        database = await asyncio.to_thread(open_database, url)

        def now(connection: Connection) -> datetime:
            seen, schema = database.dialect.look(connection)
            if schema not in (None, database.migrated.after):
                raise StorageDown(
                    f"A newer version has taken the database to schema {schema}. Restart as that one"
                )
            return seen if seen and database_clock else clock()

        return cls(database, now, make_tx)

    async def run(self, unit: Callable[[X], T], *, soft: bool = False) -> T:
        """Run a unit and return its result once it is committed. Raises what it raises; then nothing is committed.

        `soft`: the commit survives a killed process, but a power cut only where a unit that is not soft shared its
        COMMIT. Raises StorageDown; after silence, or when COMMIT was cut off, the unit may be committed all the same.
        """
        return await self._ask(self._writes, unit, "soft" if soft else "write")

    async def read(self, query: Callable[[X], T]) -> T:
        """Run a query and return its result. It sees one state, which holds all that was acknowledged before."""
        return await self._ask(self._reads, query, "read")

    def add_listener(self, callback: Callable[[], None]) -> None:
        """Called in the event loop when any instance has committed a unit that said `tx.tell_others()`.

        A saving, not a promise: notifications can be lost with their connection, so loops poll as well.
        """
        self._callbacks.append(callback)

    async def close(self) -> None:
        """Finish what waits, then close the database. One that hangs is left to the end of the process."""
        self._writes.close()
        self._reads.close()
        self._listener.stop()
        if await asyncio.to_thread(self._ended):
            await asyncio.to_thread(self._database.close)
        else:
            log.warning("database_left_hanging")

    def _ended(self) -> bool:
        """Whether the threads have ended; under one that has not, nothing must be closed or unlocked."""
        until = clock.monotonic() + CLOSE_WITHIN
        threads = (*self._workers, self._listener)
        for thread in threads:
            thread.join(max(0.0, until - clock.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    async def _ask(self, jobs: Jobs[X], unit: Callable[[X], T], purpose: Purpose) -> T:
        future: asyncio.Future[UnitOutcome] = asyncio.get_running_loop().create_future()
        job = Job(unit, purpose, future)
        jobs.put(job)
        asked_at = clock.monotonic()
        while not future.done():
            patience = max(asked_at, self._answered_at) + self._silence - clock.monotonic()
            if patience <= 0:
                job.given_up = True
                raise StorageDown(f"The database has not answered for {SILENCE:g} s. Try again")
            await asyncio.wait([future], timeout=min(patience, SILENCE))
        result: T = future.result().unwrap()
        return result

    def _answered(self, *_statement: object) -> None:
        """Long work is not silence: a post that opens a thousand incidents takes its time."""
        self._answered_at = clock.monotonic()

    def _heard(self) -> None:
        with suppress(RuntimeError):  # the event loop is closed
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for callback in self._callbacks:
            callback()
