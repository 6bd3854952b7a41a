"""A process that says what was committed. It imports nothing else, because every one that a test starts does so."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection

from bridge.store.dialect import insert
from bridge.store.store import Store
from bridge.store.tables import instances, meta
from bridge.store.transaction import Transaction

NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


async def open_store(url: str) -> Store[Transaction]:
    """A store whose clock stands at NOON, on both databases."""
    return await Store.open(url, clock=lambda: NOON, make_tx=Transaction, database_clock=False)


def acknowledge(url: str, prefix: str, acknowledged: Connection) -> None:
    """Runs units, twenty at a time, and reports each key once its commit was answered, until it is killed."""
    asyncio.run(_acknowledge(url, prefix, acknowledged))


async def _acknowledge(url: str, prefix: str, acknowledged: Connection) -> None:
    store = await open_store(url)

    async def keep_asking(name: int) -> None:
        for n in range(100_000):
            key = f"{prefix}-{name}-{n}"
            await store.run(partial(put_both, key))
            acknowledged.send(key)

    await asyncio.gather(*(keep_asking(name) for name in range(20)))


def put_both(key: str, tx: Transaction) -> None:
    tx.execute(insert(meta).values(key=key, value=""))
    tx.execute(insert(instances).values(id=key, seen_at=tx.now, boot=""))
