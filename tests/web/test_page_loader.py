"""What a page is read from: rows that real stages wrote."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from bridge.core.model import Notice
from bridge.web.page_loader import Asked, load
from bridge.web.views.disclosures import history
from bridge.web.views.page_data import PageData
from tests.parts.midori import minutes
from tests.stages.office import KEYS, ListOf, Office
from tests.stages.office import office as open_office
from tests.stages.samples import customers, firing, resolved

SETTLED = minutes(11)


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(f"sqlite:///{tmp_path / 'bridge.sqlite3'}") as opened:
        yield opened


async def page(office: Office, notice: Notice, person: str = "maruyama", **asked: str) -> PageData:
    link = await office.link(notice, person)
    given = replace(Asked(KEYS, await ListOf(office).facts(["shop"])), **asked)
    loaded = await office.store.read(partial(load, runtime=office.runtime, link_id=link, asked=given))
    assert loaded
    return loaded.data


async def told(office: Office) -> Notice:
    """The first report, sent."""
    await office.post(firing())
    await office.tick()
    return await office.approve_and_send()


async def recovering(office: Office) -> Notice:
    """The recovery report of an incident that customers were told of, waiting."""
    await told(office)
    await office.post(resolved(ends_at=office.clock.now))
    await office.wait(SETTLED)
    return await office.newest()


async def test_a_page_of_nothing_leads_nowhere(office: Office) -> None:
    asked = Asked(KEYS, await ListOf(office).facts(["shop"]))
    assert await office.store.read(partial(load, runtime=office.runtime, link_id="x", asked=asked)) is None


@pytest.mark.parametrize("wanted, lang", [(None, "ja"), ("ja", "ja"), ("en", "en"), ("fr", "ja"), ("", "ja")])
async def test_a_page_is_in_the_language_asked_for_or_in_the_persons_own(
    office: Office, wanted: str, lang: str
) -> None:
    await office.post(firing())
    assert (await page(office, await office.newest(), lang=wanted)).lang == lang


async def test_a_draft_that_was_given_up_is_told_as_such_in_the_history(office: Office) -> None:
    recovery = await recovering(office)
    assert recovery.kind == "recovery"
    await office.post(firing(starts_at=office.clock.now))
    data = await page(office, await office.again(recovery))
    assert data.notice.closed_reason == "fires_again"
    assert data.withdrawn == {recovery.id}
    lines = [line.text for line in history(data)]
    assert "ブリッジ: アラートが再び出たので、下書きを取りやめました" in lines
    assert "ブリッジ: 下書きが置き換わりました" not in lines


async def test_facts_of_now_stand_beside_a_draft_that_a_person_edited(office: Office) -> None:
    await office.post(firing())
    draft = await office.newest()
    assert (await page(office, draft)).current is None
    await office.press("maruyama", "edit", subject="【重要】件名", body="本文")
    edited = await page(office, await office.again(draft))
    assert edited.current
    assert edited.current.impacts == edited.facts.impacts
    assert [version.version for version in edited.earlier] == [1]
    await office.press("maruyama", "dismiss", reason="false_alarm")
    assert (await page(office, await office.again(draft))).current is None


async def test_the_last_sending_is_the_one_before_this_notice(office: Office) -> None:
    await office.post(firing())
    first = await office.newest()
    before = await page(office, first)
    assert (before.previous_count, before.previous_report, before.repeated_at) == (None, None, None)
    sent = await office.approve_and_send()
    own = await page(office, sent)
    assert (own.previous_count, own.previous_report) == (None, None)
    office.recipients = customers(5)
    await office.wait(minutes(60))
    update = await page(office, await office.newest())
    assert (update.notice.kind, update.previous_count, update.audience.count) == ("update", 3, 5)
    assert update.previous_report
    assert (update.previous_report.kind, update.previous_report.number) == ("first", 1)
    assert update.previous_report.at == sent.sending_at
    assert update.repeated_at is None, "an update is no repetition of a first report"


async def test_a_letter_is_a_repetition_of_the_last_one_of_its_kind(office: Office) -> None:
    await told(office)
    await office.wait(minutes(60))
    update = await office.approve_and_send()
    await office.wait(minutes(60))
    following = await page(office, await office.newest())
    assert (following.notice.kind, following.repeated_at) == ("update", update.sending_at)


async def test_a_batch_is_compared_with_no_list(office: Office) -> None:
    await told(office)
    await office.upload(("a@example.jp", "みどり商事"))
    batch = await page(office, await office.newest())
    assert (batch.notice.kind, batch.previous_count) == ("individual", None)
    assert [(letter.address, letter.company) for letter in batch.letters] == [("a@example.jp", "みどり商事")]


async def test_the_way_to_the_newer_draft_is_each_persons_own(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    first = await office.newest()
    await office.post(resolved(ends_at=office.clock.now))
    await office.wait(SETTLED)
    newest = await office.newest()
    assert newest.id != first.id
    for person in ("maruyama", "sato"):
        later = (await page(office, await office.again(first), person)).successor
        assert later
        assert later.kind == newest.kind
        link = await office.link(newest, person)
        assert later.path == f"/approve/{KEYS.token(link)}"


async def test_a_link_runs_out_a_week_after_the_decision(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "dismiss", reason="false_alarm")
    notice = await office.newest()
    link = await office.link(notice, "maruyama")
    asked = Asked(KEYS, await ListOf(office).facts(["shop"]))
    for days, expired in ((7, False), (1, True)):
        office.clock.move(minutes(60 * 24 * days))
        found = await office.store.read(partial(load, runtime=office.runtime, link_id=link, asked=asked))
        assert found
        assert found.expired is expired
