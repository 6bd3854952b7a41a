"""What the store promises of a unit of work: committed when answered, and alone in its failure."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from bridge.errors import StorageDown
from bridge.store.dialect import insert, skip_locked
from bridge.store.prepared import Prepared
from bridge.store.store import Store
from bridge.store.tables import alerts, incidents, instances, meta
from bridge.store.transaction import Transaction
from bridge.store.worker import WAITING
from tests.store.acknowledging import NOON, open_store


class Wrong(Exception):
    """A unit's own error."""


def put(key: str) -> Callable[[Transaction], None]:
    def unit(tx: Transaction) -> None:
        tx.execute(insert(meta).values(key=key, value=""))

    return unit


def put_and_raise(key: str, error: BaseException) -> Callable[[Transaction], None]:
    def unit(tx: Transaction) -> None:
        put(key)(tx)
        raise error

    return unit


def keys(tx: Transaction) -> list[str]:
    return list(tx.execute(select(meta.c.key).order_by(meta.c.key)).scalars())


@asynccontextmanager
async def busy_writers(store: Store[Transaction], writers: int) -> AsyncIterator[None]:
    """Inside, every writer is at work, so that whatever comes now has to wait together."""
    gate = Event()
    at_work = []
    for _ in range(writers):
        begun = Event()
        unit = partial(_wait_at, gate, begun)
        at_work.append(asyncio.ensure_future(store.run(unit)))
        await asyncio.to_thread(begun.wait, 10)
    try:
        yield
    finally:
        gate.set()
        await asyncio.gather(*at_work)


def _wait_at(gate: Event, begun: Event, tx: Transaction) -> None:
    begun.set()
    gate.wait(10)


async def together(
    store: Store[Transaction], writers: int, *units: Callable[[Transaction], Any]
) -> list[Any]:
    """What the units came to when they were committed together."""
    async with busy_writers(store, writers):
        waiting = [asyncio.ensure_future(store.run(unit)) for unit in units]
        await asyncio.sleep(0)
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_fresh_database_answers_an_empty_list(store: Store[Transaction]) -> None:
    assert await store.read(keys) == []


async def test_what_run_answered_is_read_afterwards(store: Store[Transaction]) -> None:
    await store.run(put("a"))
    assert await store.read(keys) == ["a"]


async def test_units_that_were_answered_are_stored_after_closing_and_opening(database_url: str) -> None:
    first = await open_store(database_url)
    await first.run(put("a"))
    await first.run(put("soft"), soft=True)
    await first.close()
    second = await open_store(database_url)
    assert await second.read(keys) == ["a", "soft"]
    await second.close()


async def test_a_units_own_error_reaches_its_caller_unchanged_and_undoes_it(
    store: Store[Transaction],
) -> None:
    error = Wrong("mine")
    with pytest.raises(Wrong) as caught:
        await store.run(put_and_raise("a", error))
    assert caught.value is error
    assert await store.read(keys) == []


async def test_the_error_of_one_unit_leaves_its_neighbours_alone(
    store: Store[Transaction], writers: int
) -> None:
    answers = await together(store, writers, put("a"), put_and_raise("b", Wrong()), put("a"), put("c"))
    assert [type(answer) for answer in answers] == [type(None), Wrong, IntegrityError, type(None)]
    assert await store.read(keys) == ["a", "c"]


async def test_nor_does_the_error_of_a_prepared_statement_disturb_them(
    store: Store[Transaction], writers: int
) -> None:
    statement = text("INSERT INTO meta (key, value) VALUES ('a', '')")
    again = Prepared(statement, statement)
    answers = await together(store, writers, put("a"), lambda tx: tx.run(again, {}).rowcount, put("c"))
    assert [type(answer).__name__ for answer in answers] == ["NoneType", "IntegrityError", "NoneType"]
    assert await store.read(keys) == ["a", "c"]


async def test_a_unit_that_hides_a_database_error_spoils_no_neighbour(
    store: Store[Transaction], writers: int
) -> None:
    def hides(tx: Transaction) -> None:
        with suppress(IntegrityError):
            put("a")(tx)
            put("a")(tx)

    answers = await together(store, writers, put("b"), hides, put("c"))
    alone = await together(store, writers, hides)
    assert [answers[0], answers[2]] == [None, None]
    acknowledged = answers[1] is None or alone[0] is None
    assert await store.read(keys) == (["a", "b", "c"] if acknowledged else ["b", "c"])


async def test_an_exception_that_no_future_can_hold_still_reaches_its_caller(
    store: Store[Transaction],
) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await store.run(put_and_raise("a", StopIteration()))


async def test_a_caller_who_gave_up_does_not_disturb_the_others(store: Store[Transaction]) -> None:
    given_up = asyncio.ensure_future(store.run(put("a")))
    await asyncio.sleep(0)
    given_up.cancel()
    await store.run(put("b"))
    assert "b" in await store.read(keys)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fails=st.lists(st.booleans(), min_size=1, max_size=60),
)
async def test_of_many_units_at_once_exactly_the_good_ones_are_committed(
    store: Store[Transaction], fails: list[bool]
) -> None:
    batch = uuid4()
    names = [f"{batch}-{n}" for n in range(len(fails))]
    units = [
        put_and_raise(name, Wrong()) if bad else put(name) for name, bad in zip(names, fails, strict=True)
    ]
    answers = await asyncio.gather(*(store.run(unit) for unit in units), return_exceptions=True)
    assert [isinstance(answer, Wrong) for answer in answers] == fails
    kept = set(await store.read(keys)) & set(names)
    assert kept == {name for name, bad in zip(names, fails, strict=True) if not bad}


async def test_more_waiting_units_than_the_store_takes_are_refused_at_once(
    store: Store[Transaction], writers: int
) -> None:
    async with busy_writers(store, writers):
        asked = [asyncio.ensure_future(store.run(lambda tx: None)) for _ in range(WAITING + 10)]
        await asyncio.sleep(0)
        refused = [task for task in asked if task.done()]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert len(refused) == 10
    assert sum(isinstance(answer, StorageDown) for answer in answers) == 10


async def test_closing_finishes_what_waits(database_url: str) -> None:
    store = await open_store(database_url)
    waiting = [asyncio.ensure_future(store.run(put(f"{n:03}"))) for n in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*waiting) == [None] * 100


async def test_a_closed_store_refuses_instead_of_waiting(database_url: str) -> None:
    store = await open_store(database_url)
    await store.close()
    with pytest.raises(StorageDown, match="closed"):
        await store.run(put("a"))


async def test_a_query_cannot_write(store: Store[Transaction]) -> None:
    with pytest.raises(StorageDown):
        await store.read(put("a"))
    assert await store.read(keys) == []
    await store.run(put("b"))


async def test_a_query_asks_nothing_twice_and_a_unit_asks_anew(store: Store[Transaction]) -> None:
    def ask(tx: Transaction) -> list[list[str]]:
        tx.know("told", ["before"])
        answers = [tx.once("keys", lambda: keys(tx)) for _ in range(2)]
        return [*answers, tx.once("told", lambda: ["asked"])]

    first, again, told = await store.read(ask)
    assert first is again
    assert told == ["before"]
    first, again, told = await store.run(ask)
    assert first is not again
    assert told == ["asked"]


async def test_now_is_the_given_clock_where_the_database_clock_is_not_wanted(
    store: Store[Transaction],
) -> None:
    assert await store.run(lambda tx: tx.now) == NOON


async def test_now_is_the_servers_own_on_postgresql(database_url: str) -> None:
    store: Store[Transaction] = await Store.open(database_url, clock=lambda: NOON, make_tx=Transaction)
    now = await store.run(lambda tx: tx.now)
    await store.close()
    assert now.tzinfo is UTC
    assert (now == NOON) == database_url.startswith("sqlite")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 2, 10, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 11, 10, tzinfo=timezone(timedelta(hours=9))),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
async def test_a_moment_comes_back_to_the_microsecond_in_utc(
    store: Store[Transaction], moment: datetime
) -> None:
    await store.run(lambda tx: tx.execute(insert(instances).values(id="a", seen_at=moment, boot="")).rowcount)
    seen = await store.read(lambda tx: tx.execute(select(instances.c.seen_at)).scalar_one())
    assert seen == moment
    assert seen.tzinfo is UTC


async def test_moments_are_ordered_and_compared_as_time(store: Store[Transaction]) -> None:
    moments = [NOON + timedelta(microseconds=n) for n in (5, 1_000_000, 0, 70)]
    rows = [{"id": str(n), "seen_at": moment, "boot": ""} for n, moment in enumerate(moments)]
    await store.run(lambda tx: tx.execute(insert(instances), rows).rowcount)
    query = select(instances.c.seen_at).where(instances.c.seen_at > NOON).order_by(instances.c.seen_at)
    found = await store.read(lambda tx: list(tx.execute(query).scalars()))
    assert found == sorted(moments)[1:]


async def test_a_moment_without_a_zone_is_refused(store: Store[Transaction]) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError, match="no time zone"):
        await store.run(lambda tx: tx.execute(insert(instances).values(id="a", seen_at=naive, boot="")))


@pytest.mark.parametrize(
    "label, kept",
    [
        ("みどりショップ 🍃", "みどりショップ 🍃"),
        ("a\0b", "a\ufffdb"),
        ("\\u0000 written out", "\\u0000 written out"),
        ("\\\0", "\\\ufffd"),
        ("\ud83d alone", "\ufffd alone"),
    ],
)
async def test_json_comes_back_without_what_a_database_refuses(
    store: Store[Transaction], label: str, kept: str
) -> None:
    def unit(tx: Transaction) -> None:
        tx.execute(
            insert(incidents).values(id="i", service="s", state="open", started_at=tx.now, received_at=tx.now)
        )
        tx.execute(
            insert(alerts).values(
                incident_id="i",
                source="s",
                fingerprint="f",
                status="firing",
                labels={"name": label},
                annotations={},
                starts_at=tx.now,
                url="",
            )
        )

    await store.run(unit)
    assert await store.read(lambda tx: tx.execute(select(alerts.c.labels)).scalar_one()) == {"name": kept}


async def test_insert_or_update_is_one_statement_on_both(store: Store[Transaction]) -> None:
    new = insert(meta)
    upsert = new.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": new.excluded.value})
    await store.run(lambda tx: tx.execute(upsert, [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]))
    await store.run(lambda tx: tx.execute(upsert, [{"key": "a", "value": "3"}]))
    rows = await store.read(lambda tx: list(tx.execute(select(meta.c.value).order_by(meta.c.key)).scalars()))
    assert rows == ["3", "2"]


async def test_claimed_rows_are_left_out_not_waited_for(store: Store[Transaction], writers: int) -> None:
    await store.run(put("a"))
    query = skip_locked(select(meta.c.key).limit(1))
    claims = await together(store, writers, *[lambda tx: list(tx.execute(query).scalars())] * 3)
    assert ["a"] in claims


async def test_units_with_the_same_lock_see_each_others_work(store: Store[Transaction]) -> None:
    def count_up(tx: Transaction) -> None:
        tx.lock("service", "shop")
        tx.execute(insert(meta).values(key=f"{len(keys(tx)):03}", value=""))

    await asyncio.gather(*(store.run(count_up) for _ in range(60)))
    assert await store.read(keys) == [f"{n:03}" for n in range(60)]


async def test_units_that_take_locks_in_any_order_do_not_stop_each_other(store: Store[Transaction]) -> None:
    def under(name: str, key: str) -> Callable[[Transaction], None]:
        def unit(tx: Transaction) -> None:
            tx.lock("service", name)
            put(key)(tx)

        return unit

    async with asyncio.timeout(10):
        await asyncio.gather(*(store.run(under("ab"[n % 2], f"{n:03}")) for n in range(200)))
    assert len(await store.read(keys)) == 200


async def test_a_notification_is_heard_when_its_unit_is_committed(database_url: str) -> None:
    here = await open_store(database_url)
    heard = asyncio.Event()
    here.add_listener(heard.set)
    if database_url.startswith("sqlite"):  # one process: it wakes its own loops
        await here.run(Transaction.tell_others)
        assert not heard.is_set()
    else:
        there = await open_store(database_url)
        async with asyncio.timeout(10):
            await there.run(Transaction.tell_others)
            await heard.wait()
        await there.close()
    await here.close()
