"""SIGKILL at any moment: what was acknowledged is there, what is there is whole."""

import asyncio
import multiprocessing
import random
from functools import partial
from multiprocessing.connection import Connection

from sqlalchemy import select

from bridge.store.dialect import insert
from bridge.store.tables import instances, meta
from bridge.store.transaction import Transaction
from tests.store.conftest import open_store


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


def both(tx: Transaction) -> tuple[set[str], set[str]]:
    return set(tx.execute(select(meta.c.key)).scalars()), set(tx.execute(select(instances.c.id)).scalars())


def killed_after(url: str, prefix: str, units: int) -> list[str]:
    """What one process acknowledged before it was killed, at about the given number."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=acknowledge, args=(url, prefix, there), daemon=True)
    process.start()
    there.close()
    keys: list[str] = []
    try:
        while True:
            keys.append(here.recv())
            if len(keys) == units:
                process.kill()
    except EOFError:  # its end of the pipe is gone, and everything in it was read
        process.join()
        return keys


def test_a_killed_process_loses_nothing_it_acknowledged(database_url: str, kill_rounds: int) -> None:
    chance = random.Random(3)
    acknowledged = [
        key
        for number in range(kill_rounds)
        for key in killed_after(database_url, f"round{number}", units=chance.randint(1, 400))
    ]
    in_meta, in_instances = asyncio.run(read_both(database_url))
    assert len(acknowledged) >= kill_rounds
    assert set(acknowledged) <= in_meta
    assert in_meta == in_instances


async def read_both(url: str) -> tuple[set[str], set[str]]:
    store = await open_store(url)
    try:
        return await store.read(both)
    finally:
        await store.close()
