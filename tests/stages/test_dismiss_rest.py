"""「送らない」 about a letter that was stopped: what has left stands, and what has not is never sent."""

from datetime import timedelta

import pytest

from bridge.core.next_notice import reached
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office
from tests.stages.samples import customers, firing, resolved


async def stopped(office: Office, sent: int) -> None:
    """A first report of which this many left before 丸山 stopped it."""
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    if sent:
        await office.deliver(limit=sent)
    await office.press("maruyama", "stop")
    await office.told("trouble")


async def test_the_rest_of_a_letter_is_never_sent_and_stays_unsent(office: Office) -> None:
    await stopped(office, sent=1)
    answer = await office.press("sato", "dismiss", reason="already_sent")
    notice = await office.newest()
    assert (answer.status, notice.state, notice.decided_by) == (303, "dismissed", "sato")
    assert (await office.counts(notice))["sent"] == 1
    await office.wait(timedelta(hours=3))
    assert len(office.mails) == 1
    assert (await office.press("maruyama", "resume", notice)).why == "decided"
    assert (await office.press("maruyama", "reopen", notice)).why == "decided"


async def test_those_who_have_it_are_told_what_follows(office: Office) -> None:
    await stopped(office, sent=1)
    await office.press("sato", "dismiss", reason="other")
    first = await office.newest()
    assert reached(first)
    await office.wait(minutes(51))
    update = await office.newest()
    assert (update.kind, update.state) == ("update", "awaiting_approval")
    await office.post(resolved(ends_at=office.clock.now))
    await office.wait(minutes(6))
    assert (await office.newest()).kind == "recovery"


async def test_it_can_still_be_corrected_for_those_who_have_it(office: Office) -> None:
    await stopped(office, sent=1)
    await office.press("sato", "dismiss", reason="other")
    wrong = await office.newest()
    office.clock.move(minutes(1))
    await office.press("maruyama", "correct", wrong, nature="wrong_fact", right="法人のお客様のみ")
    await office.approve_and_send("sato")
    (_, first, _), (_, corrected, _) = office.mails
    assert corrected == first


async def test_everybody_behind_it_is_told_and_so_is_the_links_own_address(office: Office) -> None:
    await stopped(office, sent=1)
    await office.press("sato", "dismiss", reason="already_sent")
    rows = {one.kind: one for one in await office.claim("oncall")}
    assert rows["decided"].person == "maruyama"
    own = await office.written(rows["own_decision"])
    assert own.subject == "【残りは見送り】みどりショップ第一報"


async def test_a_stopped_letter_of_which_nothing_left_is_as_if_it_was_never_approved(office: Office) -> None:
    await stopped(office, sent=0)
    await office.press("sato", "dismiss", reason="false_alarm")
    notice = await office.newest()
    assert (notice.state, notice.number, notice.approved_by) == ("dismissed", None, None)
    assert not reached(notice)
    office.clock.move(minutes(1))
    await office.press("maruyama", "reopen")
    sent = await office.approve_and_send("sato")
    assert (sent.state, sent.number, len(office.mails)) == ("sent", 1, len(customers()))


@pytest.mark.parametrize("ends", [True, False])
async def test_a_recovery_report_that_was_stopped_and_given_up_lets_the_incident_close(
    office: Office, ends: bool
) -> None:
    await office.post(firing())
    await office.tick()
    await office.approve_and_send()
    await office.post(resolved(ends_at=office.clock.now))
    await office.wait(minutes(6))
    await office.press("maruyama", "approve")
    await office.tick(seconds(31))
    if ends:
        await office.deliver(limit=1)
    await office.press("maruyama", "stop")
    await office.press("sato", "dismiss", reason="other")
    await office.tick()
    owed = (await office.incident()).final_at
    assert ((await office.incident()).state, owed is not None) == (
        ("recovered", True) if ends else ("closed", False)
    )
