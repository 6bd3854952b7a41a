"""The store: units of work in, results out after COMMIT. DESIGN.md §9 says what a unit is."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import URL, Connection

from bridge.errors import StorageDown
from bridge.store.dialect import Purpose, Tx
from bridge.store.listener import Listener
from bridge.store.opening import Database, open_database
from bridge.store.writer import TOGETHER, Job, Jobs, MakeTx, Outcome, Worker

__all__ = ["Store", "Tx"]

T = TypeVar("T")
X = TypeVar("X", bound=Tx)


class Store(Generic[X]):
    """An open database. `X` is the transaction that its units are given."""

    def __init__(self, database: Database, now: Callable[[Connection], datetime], make_tx: MakeTx[X]) -> None:
        self._database = database
        self._writes: Jobs[X] = Jobs()
        self._reads: Jobs[X] = Jobs() if database.dialect.readers else self._writes
        lanes = [("write", self._writes, TOGETHER)] * database.dialect.writers
        lanes += [("read", self._reads, 1)] * database.dialect.readers
        self._workers = [
            Worker(f"store-{name}-{n}", jobs, database.engine, database.dialect, now, make_tx, together)
            for n, (name, jobs, together) in enumerate(lanes)
        ]
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
        """What the unit returned, once it is committed; what it raised, and then nothing of it is.

        `soft`: the commit survives a killed process, not a power cut. It is kept when all that is committed
        together is soft. Raises StorageDown.
        """
        return await self._ask(self._writes, unit, "soft" if soft else "write")

    async def read(self, query: Callable[[X], T]) -> T:
        """What the query returned, of one consistent state that holds all that was acknowledged before."""
        return await self._ask(self._reads, query, "read")

    def add_listener(self, callback: Callable[[], None]) -> None:
        """Called in the event loop when any instance has committed a unit that said `tx.notify()`.

        A saving, not a promise: notifications can be lost with their connection, so loops poll as well.
        """
        self._callbacks.append(callback)

    async def close(self) -> None:
        """Finishes what waits, then lets go of the database."""
        self._writes.close()
        self._reads.close()
        for worker in self._workers:
            await asyncio.to_thread(worker.join)
        await asyncio.to_thread(self._listener.stop)
        await asyncio.to_thread(self._database.close)

    async def _ask(self, jobs: Jobs[X], unit: Callable[[X], T], purpose: Purpose) -> T:
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        jobs.put(Job(unit, purpose, future))
        result: T = (await future).unwrap()
        return result

    def _heard(self) -> None:
        with suppress(RuntimeError):  # the event loop is closed
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for callback in self._callbacks:
            callback()
