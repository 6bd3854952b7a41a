"""「やはり知らせる」: what was not to be sent is taken up again, or people hear once that it goes on."""

from datetime import timedelta

import pytest

from tests.parts.midori import minutes
from tests.stages.office import Office, office
from tests.stages.samples import configured, firing, resolved


async def dismissed(office: Office, person: str = "sato") -> None:
    """A first report that nobody wants sent, and every mail about that."""
    await office.post(firing())
    await office.tick()
    await office.press(person, "dismiss", reason="誤検知")
    await office.told("decided")


async def test_taken_up_again_it_has_a_fresh_version_and_its_own_base_and_deadline(office: Office) -> None:
    await dismissed(office)
    before = await office.newest()
    office.clock.move(minutes(8))
    answer = await office.press("maruyama", "reopen")
    after = await office.newest()
    assert (answer.status, answer.did) == (303, "reopened")
    assert (after.id, after.state, after.version) == (before.id, "awaiting_approval", before.version + 1)
    assert (after.base_at, after.due_at) == (before.base_at, before.due_at)
    assert (after.decided_by, after.decided_at, after.reason) == (None, None, None)
    promise = (await office.version(after)).promise_at
    assert promise == office.clock.now + minutes(60)


async def test_taken_up_again_it_rings_at_once_and_is_sent_like_any_other(office: Office) -> None:
    await dismissed(office)
    office.clock.move(minutes(11))
    await office.press("maruyama", "reopen")
    await office.tick()
    assert await office.told("ring") == ["maruyama", "sato"]
    sent = await office.approve_and_send("sato")
    assert (sent.state, sent.number) == ("sent", 1)


async def test_a_page_from_before_the_decision_sends_nothing_after_it_was_taken_up_again(
    office: Office,
) -> None:
    await dismissed(office)
    old = await office.newest()
    await office.press("maruyama", "reopen")
    assert (await office.press("sato", "approve", old)).why == "newer_version"


async def test_a_text_that_somebody_typed_before_is_not_taken_up(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("sato", "edit", body="おかけください: 099-999-9999")
    await office.press("sato", "dismiss", reason="誤検知")
    await office.press("maruyama", "reopen")
    version = await office.version(await office.newest())
    assert (version.edited_by, "099-999" in version.texts["ja"].body) == (None, False)


async def test_an_ended_disturbance_and_one_with_a_newer_report_are_not_taken_up_again(
    office: Office,
) -> None:
    await dismissed(office)
    old = await office.newest()
    office.clock.move(minutes(1))
    await office.post(firing("PaymentErrors"))
    assert (await office.press("maruyama", "reopen", old)).why == "decided"
    await office.press("maruyama", "dismiss", reason="誤検知")
    await office.post(resolved(), resolved("PaymentErrors"))
    assert (await office.press("maruyama", "reopen")).why == "decided"


async def test_of_two_people_who_take_it_up_one_does(office: Office) -> None:
    await dismissed(office)
    old = await office.newest()
    first = await office.press("maruyama", "reopen", old)
    second = await office.press("sato", "reopen", old)
    assert (first.status, second.status) == (303, 409)
    assert (await office.newest()).version == old.version + 1


async def test_a_dismissed_update_keeps_its_promise_when_it_is_taken_up_again(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.approve_and_send()
    await office.wait(minutes(55))
    update = await office.newest()
    await office.press("maruyama", "dismiss", reason="変化なし")
    await office.press("maruyama", "reopen")
    again = await office.newest()
    assert (again.id, again.state, again.due_at) == (update.id, "awaiting_approval", update.due_at)
    assert (await office.incident()).promise_at == update.due_at


async def test_a_dismissed_recovery_report_gives_way_to_a_first_report_when_it_fires_again(
    office: Office,
) -> None:
    await office.post(firing())
    await office.tick()
    first = await office.newest()
    await office.post(resolved(ends_at=office.clock.now))
    await office.wait(minutes(6))
    await office.press("maruyama", "dismiss", reason="誤検知")
    await office.post(firing(starts_at=office.clock.now))
    answer = await office.press("maruyama", "reopen")
    new = await office.newest()
    assert (new.kind, new.state, new.due_at) == ("first", "awaiting_approval", first.due_at)
    assert answer.link == await office.link(new, "maruyama")


# Nobody asked, and it goes on


async def test_half_an_hour_after_the_decision_one_mail_says_that_it_goes_on(office: Office) -> None:
    await dismissed(office)
    await office.wait(minutes(29))
    assert await office.told("still_firing") == []
    await office.wait(minutes(1))
    (row, other) = [one for one in await office.claim("oncall") if one.kind == "still_firing"]
    assert {row.person, other.person} == {"maruyama", "sato"}
    mail = await office.written(row)
    assert mail.subject == "【継続中】みどりショップ第一報"
    assert mail.body.startswith("送らないと決めた障害が続いています。")
    assert mail.body.count("/approve/") == 1
    await office.wait(timedelta(hours=12))
    assert await office.told("still_firing") == []


@pytest.mark.parametrize("after", ["0s", "30m"])
async def test_of_what_has_ended_or_is_not_to_be_told_nobody_hears(database_url: str, after: str) -> None:
    async with office(database_url, configured(still_firing_after=after)) as two:
        await dismissed(two)
        if after != "0s":
            await two.post(resolved(ends_at=two.clock.now))
        await two.wait(timedelta(hours=2))
        assert await two.told("still_firing") == []


async def test_one_that_settles_at_that_moment_is_told_of_when_it_fires_on(office: Office) -> None:
    await dismissed(office)
    await office.wait(minutes(28))
    await office.post(resolved(ends_at=office.clock.now))
    await office.wait(minutes(3))
    await office.post(firing(starts_at=office.clock.now))
    await office.wait(minutes(10))
    assert await office.told("still_firing") == ["maruyama", "sato"]


async def test_one_that_fires_again_within_the_hour_is_told_of_too(office: Office) -> None:
    await dismissed(office)
    await office.post(resolved(ends_at=office.clock.now))
    await office.wait(minutes(40))
    await office.post(firing(starts_at=office.clock.now))
    await office.wait(minutes(10))
    assert await office.told("still_firing") == ["maruyama", "sato"]


async def test_once_it_is_taken_up_again_the_quiet_mail_is_not_needed(office: Office) -> None:
    await dismissed(office)
    await office.press("maruyama", "reopen")
    await office.press("sato", "approve")
    await office.wait(timedelta(hours=1))
    assert await office.told("still_firing") == []
