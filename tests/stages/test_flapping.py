"""An alert that goes up and down more slowly than `settle`: what is known of its incident outlives every letter."""

from datetime import datetime

import pytest

from bridge.core.facts import Facts
from tests.parts.midori import minutes
from tests.stages.office import Office, office, states
from tests.stages.samples import NIGHT, configured, firing, resolved


async def up_and_down(office: Office, up: int, down: int, until: datetime) -> None:
    """From now on, it fires for so many minutes, and does not for so many."""
    while office.clock.now < until:
        await office.post(firing(starts_at=office.clock.now))
        await pass_minutes(office, up)
        await office.post(resolved(ends_at=office.clock.now))
        await pass_minutes(office, down)


async def pass_minutes(office: Office, count: int) -> None:
    """Time in which the rings reach their people."""
    for _ in range(count):
        await office.wait(minutes(1))
        await office.told("ring")


async def rung(office: Office) -> list[tuple[float, list[str]]]:
    """Every ring of the newest incident: minutes after its receipt, and whom.

    A ring whose mail was withdrawn unsent, because a newer draft rings in the same minute, counts once.
    """
    found = [ring for notice in await office.notices() for ring in await office.rings(notice)]
    once = {(ring.fired_at, ring.people) for ring in found if ring.fired_at}
    return [((at - NIGHT).total_seconds() / 60, list(people)) for at, people in sorted(once)]


# What an alert that fires all the time rings in its first 45 minutes, by the configuration of these tests.
STEADY = [(at, ["maruyama"] if at < 10 else ["maruyama", "sato"]) for at in (0, 5, 10, 13, *range(15, 50, 5))]


@pytest.mark.parametrize("up, down", [(3, 6), (2, 7), (8, 6)])
async def test_it_rings_no_more_and_nobody_else_than_an_alert_that_fires_all_the_time(
    database_url: str, up: float, down: float
) -> None:
    async with office(database_url) as one:
        await up_and_down(one, up, down, NIGHT + minutes(45))
        assert [ring for ring in await rung(one) if ring[0] <= 45] == STEADY
        assert {notice.due_at for notice in await one.notices()} == {NIGHT + minutes(15)}


async def test_who_has_it_has_it_through_every_turn(office: Office) -> None:
    await office.post(firing())
    await pass_minutes(office, 1)
    await office.press("maruyama", "acknowledge")
    await pass_minutes(office, 1)
    await office.post(resolved())
    await pass_minutes(office, 6)
    assert states(await office.notices())[-1] == ("recovery", "awaiting_approval")
    await office.post(firing())
    newest = await office.newest()
    assert (newest.kind, newest.acknowledged_by, newest.acknowledged_at) == (
        "first",
        "maruyama",
        NIGHT + minutes(1),
    )
    assert [when for when, _ in await rung(office)] == [0]


async def test_what_a_person_typed_is_in_the_next_draft_of_its_kind(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "edit", body="当直が書き直した文です。")
    await office.post(resolved())
    await office.wait(minutes(6))
    await office.post(firing(starts_at=office.clock.now))
    notice = await office.newest()
    version = await office.version(notice)
    assert (notice.kind, version.version, version.edited_by) == ("first", 2, "maruyama")
    assert version.texts["ja"].body == "当直が書き直した文です。\n"


async def test_what_a_person_answered_is_in_the_next_recovery_report(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(6))
    await office.press("maruyama", "edit", answers={"cause": "証明書の期限が切れておりました。"})
    await office.post(firing(starts_at=office.clock.now))
    await office.wait(minutes(2))
    end = office.clock.now
    await office.post(resolved(ends_at=end))
    await office.wait(minutes(6))
    notice = await office.newest()
    facts = Facts.from_dict((await office.version(notice)).facts)
    assert (notice.kind, facts.answers.cause) == ("recovery", "証明書の期限が切れておりました。")
    assert facts.recovered_at == end


async def test_a_letter_that_was_decided_hands_nothing_on(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "edit", body="当直が書き直した文です。")
    await office.press("maruyama", "dismiss", reason="誤報")
    office.clock.move(minutes(3))
    await office.post(firing("PaymentErrors"))
    notice = await office.newest()
    assert (notice.version, notice.base_at) == (1, NIGHT + minutes(3))


async def test_dismissed_and_then_going_up_and_down_it_is_one_incident_and_people_are_told_once(
    office: Office,
) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "dismiss", reason="誤報")
    await office.post(resolved())
    await office.wait(minutes(7))
    assert (await office.incident()).state == "closed"
    await up_and_down(office, 3, 7, NIGHT + minutes(70))
    assert len(await office.incidents()) == 1
    assert states(await office.notices()) == [("first", "dismissed")]
    assert [when for when, _ in await rung(office)] == [0, 30]


async def test_a_dismissed_letter_that_told_of_the_end_too_keeps_it_quiet_as_well(office: Office) -> None:
    await office.post(firing())
    await office.post(resolved())
    await office.wait(minutes(6))
    await office.press("maruyama", "dismiss", reason="誤報")
    await office.post(firing(starts_at=office.clock.now))
    assert len(await office.incidents()) == 1
    assert states(await office.notices()) == [("first", "superseded"), ("recovery", "dismissed")]


async def test_a_new_alert_beside_a_dismissed_one_is_told_of(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "dismiss", reason="誤報")
    await office.post(resolved())
    await office.wait(minutes(7))
    await office.post(firing("PaymentErrors"))
    assert len(await office.incidents()) == 2
    assert states(await office.notices()) == [("first", "awaiting_approval")]


async def test_a_ring_that_nobody_has_got_yet_is_rung_by_the_notice_that_takes_its_place(
    database_url: str,
) -> None:
    async with office(database_url, configured(settle="1m")) as quick:
        await quick.post(firing())
        await quick.post(resolved())
        await quick.tick()
        await quick.tick(minutes(1))
        notice = await quick.newest()
        assert notice.kind == "recovery"
        pending = await quick.pending(notice)
        assert pending
        assert pending.due_at <= quick.clock.now
