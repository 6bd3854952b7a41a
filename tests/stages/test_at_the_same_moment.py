"""Two units at once, of one instance or of two: PostgreSQL alone runs them so. SQLite has one writer."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TypeVar

import psycopg
import pytest_asyncio

from bridge.stages.decide.decide import decide
from bridge.stages.decide.decision import DecisionRequest, DecisionResult
from bridge.stages.fan_out import Chunk, begin_send, claim_letter, stop_changed
from bridge.stages.finish import finish
from bridge.stages.instances import recover_claims
from bridge.stages.notify_oncall import tell_relay_down
from bridge.store.alerts import IgnoredAlert
from bridge.store.tx import Tx
from tests.parts.midori import seconds
from tests.parts.waiting import until
from tests.stages.conftest import EMPTY
from tests.stages.office import ListOf, Office, text_of
from tests.stages.office import office as open_office
from tests.stages.samples import firing

T = TypeVar("T")
WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest_asyncio.fixture
async def office(server_url: str) -> AsyncIterator[Office]:
    with psycopg.connect(server_url) as connection:
        connection.execute(EMPTY)
    async with open_office(server_url) as opened:
        yield opened


async def during(
    url: str, office: Office, first: Callable[[Tx], object], second: Callable[[Tx], T], back: float = 0
) -> T:
    """What `second` answers when it begins before `first` is committed, and meets what that has locked.

    `back`: how many seconds before `first` it began, by its own moment.
    """
    done, go_on = threading.Event(), threading.Event()

    def slowly(tx: Tx) -> None:
        first(tx)
        done.set()
        go_on.wait(2)

    slow = asyncio.ensure_future(office.store.run(slowly))
    assert await asyncio.to_thread(done.wait, 10)
    office.clock.move(seconds(-back))
    meeting = asyncio.ensure_future(office.store.run(second))
    with psycopg.connect(url, autocommit=True) as looking:
        await asyncio.to_thread(until, lambda: _waits(looking) or meeting.done(), 2, "it waits")
    go_on.set()
    await slow
    office.clock.move(seconds(back))
    return await meeting


def _waits(looking: "psycopg.Connection[tuple[int]]") -> bool:
    return looking.execute(WAITING).fetchall()[0][0] > 0


async def pressing(office: Office, action: str) -> Callable[[Tx], DecisionResult]:
    """A press of maruyama on the newest letter's page as it stands now."""
    notice = await office.newest()
    link, lists = await office.link(notice, "maruyama"), await ListOf(office).facts(["shop"])
    form = DecisionRequest(
        action, genuine=True, version=notice.version, audience=await office.audience(notice)
    )
    return partial(decide, runtime=office.runtime, link_id=link, form=form, lists=lists)


async def loading(office: Office) -> Callable[[Tx], object]:
    """The newest letter's list, as it is put into the outbox when the hold is over."""
    notice = await office.store.run(partial(claim_letter, runtime=office.runtime, instance_id="one"))
    assert notice
    return partial(
        begin_send, runtime=office.runtime, notice=notice, chunk=Chunk(0, office.recipients), last=True
    )


async def approved(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    office.clock.move(seconds(10))  # the hold


async def test_a_letter_called_back_as_it_begins_to_leave_goes_to_everybody(
    server_url: str, office: Office
) -> None:
    await approved(office)
    called_back = await during(
        server_url, office, await loading(office), await pressing(office, "cancel"), back=2
    )
    assert called_back.status == 409
    assert await office.deliver() == 3


async def test_after_a_letter_was_called_back_as_it_was_loaded_the_next_yes_sends_its_own_text(
    server_url: str, office: Office
) -> None:
    await approved(office)
    load = await loading(office)
    office.clock.move(seconds(-2))
    await during(server_url, office, await pressing(office, "cancel"), load)
    await office.press("sato", "edit", body="直しました。")
    await office.press("maruyama", "approve", override="文面は確認済み")
    await office.send()
    assert [text_of(mail).body for *_, mail in office.mails] == ["直しました。\n"] * 3


async def test_a_letter_stopped_as_it_is_called_back_stays_stopped(server_url: str, office: Office) -> None:
    await approved(office)
    stop = partial(stop_changed, runtime=office.runtime, notice=await office.newest(), why="list_changed")
    called_back = await during(server_url, office, stop, await pressing(office, "cancel"), back=2)
    assert called_back.status == 409
    assert ((await office.newest()).state, "cancelled" in await office.actions()) == ("stopped", False)


async def test_a_letter_whose_last_mail_leaves_as_it_is_stopped_is_sent(
    server_url: str, office: Office
) -> None:
    await approved(office)
    await office.tick()
    await office.deliver()
    stopped = await during(
        server_url, office, partial(finish, runtime=office.runtime), await pressing(office, "stop")
    )
    assert stopped.status == 409
    assert (await office.actions())[-1] == "sent"


async def test_two_troubles_of_one_letter_at_once_are_both_told(server_url: str, office: Office) -> None:
    await approved(office)
    await office.told("ring")
    stop = partial(stop_changed, runtime=office.runtime, notice=await office.newest(), why="list_changed")
    relay = partial(tell_relay_down, runtime=office.runtime, why="refused", told=frozenset())
    await during(server_url, office, relay, stop)
    assert await office.told("trouble") == ["maruyama", "maruyama", "sato", "sato"]


async def test_unwanted_alerts_are_counted_in_one_order(server_url: str, office: Office) -> None:
    unwanted = [IgnoredAlert(firing(name), "no service") for name in ("B", "A")]
    with psycopg.connect(server_url) as other:

        def count(tx: Tx) -> None:
            tx.alerts.add_ignored(unwanted)

        await office.store.run(count)
        other.execute("SELECT 1 FROM ignored WHERE alertname = 'A' FOR UPDATE")
        counting = asyncio.ensure_future(office.store.run(count))
        with psycopg.connect(server_url, autocommit=True) as looking:
            await asyncio.to_thread(until, lambda: _waits(looking), 2, "it waits for A")
        other.execute("SELECT 1 FROM ignored WHERE alertname = 'B' FOR UPDATE NOWAIT")
    await counting


async def test_a_late_heartbeat_counts_once_it_is_written(server_url: str, office: Office) -> None:
    await approved(office)
    await office.tick()
    await office.store.run(lambda tx: tx.instances.beat("late", "boot-1"))
    assert len(await office.claim(instance_id="late")) == 3
    office.clock.move(seconds(13))
    await during(
        server_url,
        office,
        lambda tx: tx.instances.beat("late", "boot-1"),
        partial(recover_claims, instance_id="one", boot_id="boot-1", on_unknown="hold"),
    )
    assert await office.counts(await office.newest()) == {"sending": 3}
