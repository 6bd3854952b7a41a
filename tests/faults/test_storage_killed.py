"""SIGKILL at any moment: what was acknowledged is there, what is there is whole."""

import asyncio
import random

from sqlalchemy import select

from bridge.store.tables import instances, meta
from bridge.store.transaction import Transaction
from tests.parts.forked import FORKED
from tests.store.acknowledging import acknowledge, open_store


def both(tx: Transaction) -> tuple[set[str], set[str]]:
    return set(tx.execute(select(meta.c.key)).scalars()), set(tx.execute(select(instances.c.id)).scalars())


def killed_after(url: str, prefix: str, units: int) -> list[str]:
    """What one process acknowledged before it was killed, at about the given number."""
    here, there = FORKED.Pipe(duplex=False)
    process = FORKED.Process(target=acknowledge, args=(url, prefix, there), daemon=True)
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
