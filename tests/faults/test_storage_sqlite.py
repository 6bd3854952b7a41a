"""The SQLite file under real faults: what was acknowledged stays, the rest is refused, all recovers."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from bridge.errors import StorageDown, StorageRefused
from bridge.store.dialect import insert
from bridge.store.store import Store
from bridge.store.tables import meta
from bridge.store.transaction import Transaction
from tests.parts.disk import small_disk
from tests.store.acknowledging import open_store
from tests.store.test_store import keys, put

ANOTHER_PROCESS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement).fetchone()
print("done", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(path: Path, *statements: str) -> Iterator[None]:
    """Inside, another process has run the statements and keeps its transaction open."""
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(path), *statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        yield
        process.kill()


@contextmanager
def transactions() -> Iterator[list[Connection]]:
    """The connection of every transaction that is begun inside, whether or not it gets its lock."""
    begun: list[Connection] = []

    def count(connection: Connection) -> None:
        begun.append(connection)

    event.listen(Engine, "begin", count)
    try:
        yield begun
    finally:
        event.remove(Engine, "begin", count)


async def put_until_down(store: Store[Transaction], prefix: str) -> list[str]:
    """What was acknowledged before the first refusal; ten units at once, 2 KiB each."""
    kept: list[str] = []
    for batch in range(1_000):
        names = [f"{prefix}{batch:04}{n}" for n in range(10)]
        answers = await asyncio.gather(
            *(store.run(partial(_put_large, name)) for name in names), return_exceptions=True
        )
        kept += [name for name, answer in zip(names, answers, strict=True) if answer is None]
        if any(isinstance(answer, StorageDown) for answer in answers):
            return kept
    raise AssertionError("the disk never filled up")


def _put_large(name: str, tx: Transaction) -> None:
    tx.execute(insert(meta).values(key=name, value="x" * 2048))


async def test_a_full_disk_refuses_units_keeps_what_was_acknowledged_and_recovers(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        store = await open_store(f"sqlite:///{disk.path}/bridge.sqlite3")
        kept = await put_until_down(store, "a")
        disk.fill()
        kept += await put_until_down(store, "b")  # what fitted into space that SQLite already had
        assert await store.read(keys) == sorted(kept)
        disk.remount("size=16m")
        disk.free()
        await store.run(put("z"))
        await store.close()
        again = await open_store(f"sqlite:///{disk.path}/bridge.sqlite3")
        assert await again.read(keys) == [*sorted(kept), "z"]
        await again.close()


async def test_a_start_on_a_full_disk_is_refused_for_now_and_spoils_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        url = f"sqlite:///{disk.path}/bridge.sqlite3"
        disk.fill()
        with pytest.raises(StorageDown, match="cannot be opened now"):
            await open_store(url)
        disk.free()
        store = await open_store(url)
        await store.run(put("a"))
        await store.close()


async def test_a_read_only_file_system_is_refused_at_the_start(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        url = f"sqlite:///{disk.path}/bridge.sqlite3"
        store = await open_store(url)
        await store.close()
        disk.remount("ro")
        with pytest.raises(StorageRefused, match=f"{disk.path}.*Read-only"):
            await open_store(url)


async def test_units_are_refused_together_while_another_process_locks_the_database(tmp_path: Path) -> None:
    path = tmp_path / "bridge.sqlite3"
    store = await open_store(f"sqlite:///{path}")
    with another_process(path, "BEGIN IMMEDIATE"):
        with transactions() as begun:
            early = asyncio.ensure_future(store.run(put("early")))
            await asyncio.sleep(0)
            late = [asyncio.ensure_future(store.run(put(f"late{n}"))) for n in range(20)]
            answers = await asyncio.gather(early, *late, return_exceptions=True)
        assert await store.read(keys) == []
    assert all(isinstance(answer, StorageDown) for answer in answers)
    assert "SQLITE_BUSY" in str(answers[0])
    assert len(begun) <= 2, "one wait for the early one, one for all that came late"
    await store.run(put("after"))
    assert await store.read(keys) == ["after"]
    await store.close()


async def test_writing_again_and_again_expires_no_prepared_statement(tmp_path: Path) -> None:
    """To switch between reading and writing does, so it is said where it changes."""
    store = await open_store(f"sqlite:///{tmp_path}/bridge.sqlite3")
    seen: list[str] = []

    def listen(tx: Transaction) -> None:
        driver = tx.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(seen.append)

    await store.run(listen)
    for key in "abc":
        await store.run(put(key))
    assert not [one for one in seen if "query_only" in one]
    assert await store.read(keys) == ["a", "b", "c"]
    await store.close()


async def test_a_short_lock_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "bridge.sqlite3"
    store = await open_store(f"sqlite:///{path}")
    with another_process(path, "BEGIN IMMEDIATE"):
        waiting = asyncio.ensure_future(store.run(put("a")))
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
    assert await store.read(keys) == ["a"]
    await store.close()


async def test_a_long_backup_lets_the_log_grow_and_the_log_shrinks_after_it(tmp_path: Path) -> None:
    path = tmp_path / "bridge.sqlite3"
    wal = path.with_name("bridge.sqlite3-wal")
    store = await open_store(f"sqlite:///{path}")
    megabyte = "x" * 1_000_000

    async def write(name: str) -> None:
        await store.run(lambda tx: tx.execute(insert(meta).values(key=name, value=megabyte)).rowcount)

    with another_process(path, "BEGIN", "SELECT count(*) FROM meta"):
        for n in range(24):
            await write(f"during{n}")
        grown = _size(wal)
    for n in range(3):
        await write(f"after{n}")
    assert grown > 24_000_000
    assert _size(wal) <= 16 * 1024 * 1024
    assert len(await store.read(keys)) == 27
    await store.close()


def _size(path: Path) -> int:
    return path.stat().st_size


async def test_a_database_corrupted_while_in_use_says_so_and_does_not_start_again(tmp_path: Path) -> None:
    path = tmp_path / "bridge.sqlite3"
    store = await open_store(f"sqlite:///{path}")
    for n in range(300):
        await store.run(partial(_put_large, f"{n}"))
    await store.close()
    with sqlite3.connect(path) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'meta'").fetchone()[0]
    connection.close()
    _overwrite_page(path, root)
    with pytest.raises(StorageRefused, match="corrupt"):
        await open_store(f"sqlite:///{path}")


def _overwrite_page(path: Path, number: int) -> None:
    with path.open("r+b") as file:
        file.seek((number - 1) * 4096)
        file.write(b"\xff" * 4096)
