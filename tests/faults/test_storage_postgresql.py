"""The PostgreSQL server under real faults: restarted, killed, cut off, demoted, stuck, full."""

import asyncio
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import select

from bridge.errors import StorageDown
from bridge.store.dialect import insert
from bridge.store.store import Store
from bridge.store.tables import meta
from bridge.store.transaction import Transaction
from tests.parts.disk import small_disk
from tests.parts.postgres import Mode, Postgres, postgres
from tests.parts.waiting import until
from tests.store.acknowledging import open_store
from tests.store.test_store import keys, put


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server of this file's own, which its tests may break."""
    with postgres() as cluster:
        yield cluster


@pytest.fixture
def url(server: Postgres) -> Iterator[str]:
    with server.fresh_database() as fresh:
        yield fresh


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[Store[Transaction]]:
    opened = await open_store(url)
    yield opened
    await opened.close()


async def until_up(store: Store[Transaction], key: str) -> None:
    """Asks again and again, as Alertmanager does; a test that never succeeds runs into its time limit."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await store.run(put(key))
            except StorageDown:
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_loses_nothing_acknowledged_and_needs_no_hand(
    server: Postgres, store: Store[Transaction], mode: Mode
) -> None:
    kept: list[str] = []
    stopping = asyncio.Event()

    async def keep_asking(name: int) -> None:
        n = 0
        while not stopping.is_set():
            n += 1
            try:
                await store.run(put(f"{name}-{n}"))
                kept.append(f"{name}-{n}")
            except StorageDown:
                await asyncio.sleep(0.05)

    askers = [asyncio.ensure_future(keep_asking(name)) for name in range(8)]
    await asyncio.to_thread(until, lambda: len(kept) >= 100, 20, "a hundred units are acknowledged")
    await asyncio.to_thread(server.restart, mode)
    await until_up(store, "up")
    stopping.set()
    await asyncio.gather(*askers)
    assert set(kept) <= set(await store.read(keys))


def cut_me_off(server: Postgres, tx: Transaction) -> None:
    """The server ends this transaction's connection, as a fail-over does."""
    pid = tx.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    server.sql(f"SELECT pg_terminate_backend({pid}, 5000)")


async def test_a_unit_whose_connection_is_cut_is_run_once_again(
    server: Postgres, store: Store[Transaction]
) -> None:
    runs = []

    def unit(tx: Transaction) -> None:
        put("a")(tx)
        runs.append(1)
        if len(runs) == 1:
            cut_me_off(server, tx)
        put("b")(tx)

    await store.run(unit)
    assert len(runs) == 2
    assert await store.read(keys) == ["a", "b"]


async def test_units_in_the_same_transaction_as_a_cut_one_are_all_committed(
    server: Postgres, store: Store[Transaction]
) -> None:
    cuts: list[int] = []

    def cut_once(tx: Transaction) -> None:
        if not cuts:
            cuts.append(1)
            cut_me_off(server, tx)
        put("cut")(tx)

    others = [put(f"{n}") for n in range(20)]
    await asyncio.gather(*(store.run(unit) for unit in (*others, cut_once)))
    assert len(await store.read(keys)) == 21


async def test_a_unit_that_is_cut_off_every_time_is_refused(
    server: Postgres, store: Store[Transaction]
) -> None:
    def unit(tx: Transaction) -> None:
        put("a")(tx)
        cut_me_off(server, tx)
        put("b")(tx)

    with pytest.raises(StorageDown, match="AdminShutdown"):
        await store.run(unit)
    assert await store.read(keys) == []


async def test_a_commit_whose_answer_was_lost_is_asked_again_and_recorded_once(url: str) -> None:
    with commit_answer_lost(url) as (through_proxy, lost):
        store = await open_store(through_proxy)
        lost.arm()
        once = insert(meta).values(key="a", value="").on_conflict_do_nothing()
        await store.run(lambda tx: tx.execute(once).rowcount)
        assert lost.happened
        assert await store.read(keys) == ["a"]
        await store.close()


async def test_a_statement_asked_often_is_still_planned_for_its_values(store: Store[Transaction]) -> None:
    def unit(tx: Transaction) -> int:
        for n in range(20):
            tx.execute(select(meta).where(meta.c.key == f"{n}")).all()
        plans = "SELECT sum(generic_plans) FROM pg_prepared_statements WHERE custom_plans > 0"
        return int(tx.connection.exec_driver_sql(plans).scalar_one())

    assert await store.run(unit) == 0


def read_only(server: Postgres) -> bool:
    return server.sql("SHOW default_transaction_read_only").strip() == "on"


async def test_a_demoted_server_is_refused_and_used_again_when_it_is_primary(
    server: Postgres, store: Store[Transaction]
) -> None:
    await store.run(put("before"))
    server.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    server.sql("SELECT pg_reload_conf()")
    await asyncio.to_thread(until, partial(read_only, server), 10, "the server refuses writes")
    try:
        with pytest.raises(StorageDown):
            await store.run(put("refused"))
    finally:
        server.sql("ALTER SYSTEM RESET default_transaction_read_only")
        server.sql("SELECT pg_reload_conf()")
    await until_up(store, "after")
    assert await store.read(keys) == ["after", "before"]


async def test_a_statement_that_takes_too_long_fails_alone(store: Store[Transaction]) -> None:
    def slow(tx: Transaction) -> None:
        tx.connection.exec_driver_sql("SET LOCAL statement_timeout = '100ms'")
        tx.connection.exec_driver_sql("SELECT pg_sleep(5)")

    answers = await asyncio.gather(
        *(store.run(unit) for unit in (put("a"), slow, put("b"))), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [type(None), StorageDown, type(None)]
    assert "57014" in str(answers[1])


async def test_a_deadlock_is_resolved_by_running_again(url: str, store: Store[Transaction]) -> None:
    await store.run(put("a"))
    await store.run(put("b"))
    met = threading.Barrier(2)
    runs: list[str] = []

    def both(first: str, second: str, tx: Transaction) -> None:
        tx.execute(meta.update().where(meta.c.key == first).values(value=first))
        runs.append(first)
        if len(runs) <= 2:  # each holds what the other wants; who is run again goes on alone
            met.wait(10)
        tx.execute(meta.update().where(meta.c.key == second).values(value=second))
        put(f"{first} before {second}")(tx)

    other = await open_store(url)
    await asyncio.gather(store.run(partial(both, "a", "b")), other.run(partial(both, "b", "a")))
    assert sorted(runs[:2]) == ["a", "b"]
    assert len(runs) == 3, "one of them was run again"
    assert await store.read(keys) == ["a", "a before b", "b", "b before a"]
    await other.close()


async def test_a_lock_held_by_a_stuck_session_refuses_its_unit_and_no_other(
    url: str, store: Store[Transaction]
) -> None:
    with closing(psycopg.connect(url)) as stuck:
        stuck.execute("LOCK TABLE incidents IN ACCESS EXCLUSIVE MODE")
        query = "SELECT count(*) FROM incidents"
        answers = await asyncio.gather(
            store.run(lambda tx: tx.connection.exec_driver_sql(query).scalar()),
            store.run(put("meanwhile")),
            return_exceptions=True,
        )
    assert "55P03" in str(answers[0])  # lock_not_available
    assert await store.read(keys) == ["meanwhile"]


async def test_behind_units_that_meet_a_lock_nobody_waits_for_longer_than_a_request_may(
    url: str, store: Store[Transaction]
) -> None:
    """The units' own count of the waits is what matters, not this machine's speed: 2.5 s once, then half a second."""
    with closing(psycopg.connect(url)) as stuck:
        stuck.execute("LOCK TABLE incidents IN ACCESS EXCLUSIVE MODE")
        patience: list[str] = []

        def meets_it(tx: Transaction) -> None:
            patience.append(tx.connection.exec_driver_sql("SHOW lock_timeout").scalar_one())
            tx.connection.exec_driver_sql("SELECT count(*) FROM incidents")

        await asyncio.gather(*(store.run(meets_it) for _ in range(2)), return_exceptions=True)
    assert set(patience) <= {"2500ms", "500ms"}
    assert patience.count("2500ms") <= 2


async def test_an_instance_that_stops_in_mid_transaction_is_cut_off(
    url: str, store: Store[Transaction]
) -> None:
    """Its locks are free again after 5 s, as after a machine that was suspended."""
    holds_it, woken = threading.Event(), threading.Event()

    def suspended(tx: Transaction) -> None:
        tx.lock("service", "shop")
        holds_it.set()
        woken.wait(20)

    other = await open_store(url)
    asleep = asyncio.ensure_future(other.run(suspended))
    assert await asyncio.to_thread(holds_it.wait, 10)
    async with asyncio.timeout(15):
        while True:
            try:
                await store.run(lambda tx: tx.lock("service", "shop"))
                break
            except StorageDown:
                continue
    woken.set()
    await asyncio.gather(asleep, return_exceptions=True)
    await other.close()


async def test_units_are_refused_while_the_server_is_frozen_and_not_committed_when_it_wakes(
    server: Postgres, store: Store[Transaction]
) -> None:
    await store.run(put("before"))
    with server.frozen():
        units = [store.run(put(f"{n}")) for n in range(3)]
        answers = await asyncio.gather(*units, store.read(keys), return_exceptions=True)
    assert [type(answer) for answer in answers] == [StorageDown] * 4
    await until_up(store, "after")
    assert await store.read(keys) == ["after", "before"]


async def test_a_store_is_closed_while_its_server_is_frozen(server: Postgres, url: str) -> None:
    store = await open_store(url)
    await store.run(put("before"))
    with server.frozen():
        waiting = asyncio.ensure_future(store.run(put("a")))
        await asyncio.sleep(0)
        await store.close()
    await asyncio.gather(waiting, return_exceptions=True)
    await store.close()  # lets go of the connections, now that they answer


async def test_a_full_disk_of_the_server_refuses_units_and_recovers(server: Postgres, tmp_path: Path) -> None:
    with small_disk(server.home / "tablespace", 24) as disk:
        shutil.chown(disk.path, "postgres")
        server.sql(f"CREATE TABLESPACE small LOCATION '{disk.path}'")
        server.sql("CREATE DATABASE full_one TABLESPACE small")
        store = await open_store(server.url("full_one"))
        kept = await _put_until_down(store)
        assert await store.read(keys) == kept
        disk.remount("size=64m")
        await store.run(put("z"))
        assert await store.read(keys) == [*kept, "z"]
        await store.close()
        server.sql("DROP DATABASE full_one WITH (FORCE)")
        server.sql("DROP TABLESPACE small")


async def _put_until_down(store: Store[Transaction]) -> list[str]:
    kept: list[str] = []
    for n in range(1_000):
        try:
            await store.run(partial(_put_large, f"a{n:04}"))
            kept.append(f"a{n:04}")
        except StorageDown:
            return kept
    raise AssertionError("the disk never filled up")


def _put_large(name: str, tx: Transaction) -> None:
    """300 KB that do not compress."""
    noise = "(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 9400))"
    tx.connection.exec_driver_sql(f"INSERT INTO meta (key, value) VALUES ('{name}', {noise})")


async def test_listening_goes_on_after_a_restart(server: Postgres, store: Store[Transaction]) -> None:
    heard = asyncio.Event()
    store.add_listener(heard.set)
    await asyncio.to_thread(server.restart, "immediate")
    await until_up(store, "up")
    async with asyncio.timeout(20):
        while not heard.is_set():
            await store.run(Transaction.tell_others)
            await asyncio.sleep(0.2)


class LostAnswer:
    """Whether the next COMMIT loses its answer, and whether one has."""

    def __init__(self) -> None:
        self.happened = False
        self._armed = False

    def arm(self) -> None:
        self._armed = True

    def asks(self, sent: bytes) -> bool:
        """Whether this COMMIT is the one."""
        if self._armed and b"COMMIT" in sent:
            self._armed, self.happened = False, True
            return True
        return False


@contextmanager
def commit_answer_lost(url: str) -> Iterator[tuple[str, LostAnswer]]:
    """A proxy before the server that passes a COMMIT on, waits for its answer and drops the connection."""
    lost = LostAnswer()
    address, _, database = url.rpartition("@")[2].partition("/")
    host, _, port = address.partition(":")
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def serve() -> None:
            while True:
                try:
                    client, _ = proxy.accept()
                except OSError:
                    return
                upstream = socket.create_connection((host, int(port)))
                Thread(target=pump, args=(upstream, client, None), daemon=True).start()
                Thread(target=pump, args=(client, upstream, lost), daemon=True).start()

        Thread(target=serve, daemon=True).start()
        yield f"postgresql://postgres@127.0.0.1:{proxy.getsockname()[1]}/{database}", lost
        proxy.shutdown(socket.SHUT_RDWR)


def pump(source: socket.socket, target: socket.socket, lost: LostAnswer | None) -> None:
    """Copies until either side closes. After the COMMIT to be lost, the client's side closes first."""
    with source, target:
        try:
            while data := source.recv(65_536):
                if lost and lost.asks(data):
                    source.shutdown(socket.SHUT_RDWR)
                    target.sendall(data)
                    target.recv(1)
                    return
                target.sendall(data)
        except OSError:
            return
