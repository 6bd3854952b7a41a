"""What each press on the approval page does."""

import asyncio
from dataclasses import replace

import pytest

from bridge.core.facts import Facts
from bridge.stages.wake import Wake
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, office, states
from tests.stages.samples import CAUSE, NIGHT, configured, customers, firing, resolved


async def test_approving_fixes_number_version_list_and_hold_and_ends_the_rings(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(10))
    await office.told("ring")
    answer = await office.press("sato", "approve")
    notice = await office.newest()
    assert (notice.state, notice.number, notice.approved_version) == ("approved", 1, 1)
    assert (notice.approved_by, notice.approved_at) == ("sato", office.clock.now)
    assert (notice.decided_by, notice.decided_at) == ("sato", office.clock.now)
    assert notice.send_at == office.clock.now + seconds(10)
    assert (notice.recipients, notice.audience_digest) == (3, await office.audience(notice))
    assert [ring.state for ring in await office.rings(notice)] == ["fired", "fired", "fired", "cancelled"]
    assert await office.told("decided") == ["maruyama"]
    assert answer.approved_after == 600


@pytest.mark.parametrize(
    "presses", [("maruyama", "sato"), ("maruyama", "maruyama")], ids=["two people", "twice"]
)
async def test_two_presses_at_once_approve_once(office: Office, presses: tuple[str, str]) -> None:
    await office.post(firing())
    answers = await asyncio.gather(*(office.press(person, "approve") for person in presses))
    expected = [303, 303] if len(set(presses)) == 1 else [303, 409]
    assert sorted(answer.status for answer in answers) == expected
    assert (await office.actions()).count("approved") == 1
    await office.send()
    assert len(office.mails) == 3


async def test_approve_and_dismiss_at_once_are_one_decision(office: Office) -> None:
    await office.post(firing())
    answers = await asyncio.gather(office.press("maruyama", "approve"), office.press("sato", "dismiss"))
    assert sorted(answer.status for answer in answers) == [303, 409]


EVERYBODY = Wake(timer=True, oncall=True, customers=True)


@pytest.mark.parametrize(
    "before, action, wake, anchors",
    [
        pytest.param([], "approve", Wake(timer=True, oncall=True), 1, id="approve"),
        pytest.param([], "dismiss", Wake(timer=True, oncall=True), 1, id="dismiss"),
        pytest.param([], "acknowledge", Wake(timer=True, oncall=True), 0, id="acknowledge"),
        pytest.param([], "recovered", Wake(timer=True, oncall=True), 0, id="recovered"),
        pytest.param([], "test", Wake(oncall=True), 0, id="test"),
        pytest.param(["approve"], "cancel", Wake(timer=True, oncall=True), 0, id="cancel"),
        pytest.param(["approve", "tick"], "stop", Wake(timer=True, oncall=True), 0, id="stop"),
        pytest.param(["approve", "tick", "stop"], "resume", EVERYBODY, 0, id="resume"),
        pytest.param(["approve", "append", "tick"], "resume", EVERYBODY, 1, id="to another list"),
    ],
)
async def test_a_press_wakes_whoever_has_something_to_do(
    office: Office, before: list[str], action: str, wake: Wake, anchors: int
) -> None:
    await office.post(firing())
    for step in before:
        if step == "tick":
            await office.tick(seconds(10))
        elif step == "append":
            office.recipients = customers(4)
        else:
            await office.press("maruyama", step)
    answer = await office.press("maruyama", action)
    assert replace(answer.wake, anchors=()) == wake
    assert len(answer.wake.anchors) == anchors


async def test_after_a_cancel_nothing_of_the_approval_is_left(office: Office) -> None:
    await office.post(firing())
    before = await office.newest()
    await office.press("maruyama", "approve")
    assert (await office.press("sato", "cancel")).did == "cancelled"
    assert await office.newest() == before


@pytest.mark.parametrize("action", ["approve", "dismiss", "edit"])
async def test_cancel_in_the_hold_leads_back_to_before_every_approval(office: Office, action: str) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    office.clock.move(seconds(9))
    assert (await office.press("sato", "cancel")).status == 303
    notice = await office.newest()
    assert (notice.state, notice.number, notice.approvals) == ("awaiting_approval", None, ())
    assert (notice.approved_by, notice.approved_version, notice.decided_at) == (None, None, None)
    ring = await office.pending(notice)
    assert ring is not None
    assert ring.due_at == office.clock.now, "who was told that it is decided is rung at once"
    assert (await office.press("maruyama", action, body="書き直しました。")).status == 303
    await office.send()
    assert len(office.mails) == (3 if action == "approve" else 0)


async def test_after_the_hold_nothing_can_be_called_back(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    office.clock.move(seconds(10))
    assert (await office.press("sato", "cancel")).status == 409


async def test_no_hold_means_no_hold(database_url: str) -> None:
    async with office(database_url, configured(hold="0s")) as quick:
        await quick.post(firing())
        await quick.press("maruyama", "approve")
        assert (await quick.newest()).send_at == quick.clock.now
        await quick.tick()
        assert await quick.deliver() == 3


async def test_every_edit_is_a_new_version_and_never_sends(office: Office) -> None:
    await office.post(firing())
    answer = await office.press("sato", "edit", subject="【重要】 件名", body="一行目\r\n二行目")
    notice = await office.newest()
    version = await office.version(notice)
    assert (answer.status, notice.state, notice.version) == (303, "awaiting_approval", 2)
    assert (version.edited_by, version.texts["ja"].body) == ("sato", "一行目\n二行目\n")
    assert await office.pending(notice) is not None


async def test_saving_without_a_change_is_no_new_version(office: Office) -> None:
    await office.post(firing())
    text = (await office.version(await office.newest())).texts["ja"]
    await office.press("sato", "edit", subject=text.subject, body=text.body.replace("\n", "\r\n"))
    assert (await office.newest()).version == 1


async def test_two_edits_at_once_keep_one_and_refuse_the_other(office: Office) -> None:
    await office.post(firing())
    seen = await office.newest()
    answers = await asyncio.gather(
        office.press("maruyama", "edit", seen, body="甲"), office.press("sato", "edit", seen, body="乙")
    )
    assert sorted(answer.why for answer in answers) == ["done", "newer_version"]
    assert (await office.newest()).version == 2


async def test_dismissing_keeps_the_reason_and_tells_who_was_rung(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(10))
    await office.told("ring")
    await office.press("sato", "dismiss", reason=" 社内だけの機能 ")
    notice = await office.newest()
    assert (notice.state, notice.decided_by, notice.reason) == ("dismissed", "sato", "社内だけの機能")
    assert await office.told("decided") == ["maruyama"]


async def test_a_dismissed_update_leaves_the_promise_standing_for_the_next(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.wait(minutes(55))
    assert states(await office.notices())[-1] == ("update", "awaiting_approval")
    await office.press("maruyama", "dismiss", reason="変化なし")
    assert (await office.incident()).promise_at == NIGHT + minutes(120)
    await office.wait(minutes(65))
    assert states(await office.notices())[-2:] == [("update", "dismissed"), ("update", "awaiting_approval")]


async def test_a_dismissed_update_promises_the_next_by_what_still_fires(office: Office) -> None:
    """Every 30 minutes while something critical fires, else every 60."""
    await office.post(firing(severity="critical"), firing("PaymentErrors"))
    await office.approve_and_send()
    await office.wait(minutes(25))
    await office.post(resolved(severity="critical"))
    await office.press("maruyama", "dismiss", reason="変化なし")
    assert (await office.incident()).promise_at == NIGHT + minutes(30 + 60)


async def test_a_test_copy_goes_to_the_person_alone(office: Office) -> None:
    await office.post(firing())
    await office.press("sato", "test")
    assert await office.told("test") == ["sato"]
    assert await office.counts(await office.newest()) == {}
    assert (await office.newest()).state == "awaiting_approval"


async def test_answers_about_the_end_do_not_replace_the_text_of_a_first_report(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "edit", body="確認中です。")
    await office.press("maruyama", "edit", answers=CAUSE)
    notice = await office.newest()
    assert (await office.version(notice)).texts["ja"].body == "確認中です。\n"


async def test_stop_keeps_the_rest_and_resume_sends_it(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    assert await office.deliver(limit=1) == 1
    assert (await office.press("sato", "stop")).status == 303
    assert await office.told("trouble") == ["maruyama"]
    assert await office.deliver() == 0
    await office.tick(minutes(1))
    assert (await office.newest()).state == "stopped"
    assert (await office.press("maruyama", "resume")).status == 303
    assert await office.deliver() == 2
    await office.tick()
    assert (await office.newest()).state == "sent"
    assert len({address for _, address, _ in office.mails}) == len(office.mails) == 3


async def test_a_letter_claimed_before_a_stop_does_not_get_its_dot(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    claims = await office.claim()
    await office.press("sato", "stop")
    assert await office.may_write_dot(claims) == set()


async def test_ended_by_hand_though_an_alert_still_fires(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.wait(minutes(55))
    await office.press("maruyama", "recovered")
    assert (await office.incident()).state == "recovered"
    assert states(await office.notices()) == [
        ("first", "sent"),
        ("update", "superseded"),
        ("recovery", "awaiting_approval"),
    ]
    assert [alert.status for alert in await office.alerts()] == ["resolved"]
    (event,) = [event for event in await office.events() if event.action == "ended_by_hand"]
    told = Facts.from_dict((await office.version(await office.newest())).facts)
    assert (event.detail["firing"], event.at) == (1, told.recovered_at)


async def test_two_people_must_approve_and_the_others_are_rung_at_once(database_url: str) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await two.post(firing())
        await two.tick(minutes(1))
        await two.told("ring")
        assert (await two.press("maruyama", "approve")).status == 303
        notice = await two.newest()
        assert (notice.state, notice.number) == ("awaiting_second", None)
        await two.tick()
        assert await two.told("ring") == ["sato"]
        assert (await two.press("maruyama", "approve")).status == 303  # again: nothing happens
        assert (await two.newest()).state == "awaiting_second"
        assert (await two.press("sato", "approve")).status == 303
        notice = await two.newest()
        assert (notice.state, notice.approved_by, notice.number) == ("approved", "sato", 1)
        assert {yes.person for yes in notice.approvals} == {"maruyama", "sato"}


async def test_an_edit_of_one_letter_voids_no_yes_to_another(database_url: str) -> None:
    async with office(database_url, configured(("shop", "point"), second_person=["first"])) as two:
        for service in ("shop", "point"):
            await two.post(firing(service=service))
            await two.press("maruyama", "approve")
            two.clock.move(seconds(1))
        shop, point = [(await two.notices(incident))[0] for incident in await two.incidents()]
        await two.press("sato", "edit", shop, body="書き直しました。")
        assert (await two.again(shop)).approvals == ()
        assert [yes.person for yes in (await two.again(point)).approvals] == ["maruyama"]


async def test_a_letter_moves_only_from_the_version_and_state_that_were_seen(office: Office) -> None:
    await office.post(firing())
    seen = await office.newest()
    await office.press("sato", "edit", body="書き直しました。")
    assert not await office.store.run(lambda tx: tx.notices.move(seen, "approved", at_version=1))
    assert await office.store.run(lambda tx: tx.notices.move(seen, "dismissed", at_version=2))
    assert not await office.store.run(lambda tx: tx.notices.move(seen, "approved", at_version=2))


async def test_the_first_of_two_who_sends_an_error_as_it_is_leaves_the_second_the_reason(
    database_url: str,
) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await two.post(firing())
        text = (await two.version(await two.newest())).texts["ja"]
        await two.press("sato", "edit", body=text.body + "まもなく復旧します。")
        await two.press("maruyama", "approve", override=" お客様と合意済み ")
        assert ((await two.newest()).state, (await two.newest()).override) == (
            "awaiting_second",
            "お客様と合意済み",
        )


async def test_another_list_than_the_two_approved_needs_two_again(database_url: str) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await two.post(firing())
        await two.press("maruyama", "approve")
        await two.press("sato", "approve")
        two.recipients = customers(20)
        await two.tick(seconds(10))
        await two.told("trouble")
        assert (await two.press("maruyama", "resume")).status == 303
        notice = await two.newest()
        assert (notice.state, notice.approved_by, notice.recipients) == ("stopped", None, 3)
        assert await two.told("trouble") == ["sato"]
        assert (await two.press("maruyama", "resume")).status == 409
        assert (await two.press("sato", "resume")).status == 303
        notice = await two.newest()
        assert (notice.state, notice.approved_by, notice.recipients) == ("approved", "sato", 20)
        assert {yes.person for yes in notice.approvals} == {"maruyama", "sato"}
        await two.send()
        assert len(two.mails) == 20


async def test_a_list_that_changes_between_the_two_yeses_counts_neither(database_url: str) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await two.post(firing())
        await two.press("maruyama", "approve")
        await two.press("sato", "approve")
        for count, person in ((20, "maruyama"), (21, "sato")):
            two.recipients = customers(count)
            await two.tick(seconds(10))
            await two.press(person, "resume")
        assert (await two.newest()).state == "stopped"
        assert (await two.press("maruyama", "resume")).status == 303
        assert (await two.newest()).state == "approved"


async def test_going_on_with_another_list_is_held_as_long_as_an_approval_of_it(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.wait(minutes(55))
    await office.press("maruyama", "approve")
    office.recipients = customers(20)
    await office.tick(seconds(31))
    await office.press("sato", "resume")
    notice = await office.newest()
    assert notice.send_at == office.clock.now + seconds(30)
    assert (notice.approved_by, notice.approved_at) == ("sato", office.clock.now)


async def test_two_people_approving_at_once_are_two(database_url: str) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await two.post(firing())
        answers = await asyncio.gather(two.press("maruyama", "approve"), two.press("sato", "approve"))
        assert [answer.status for answer in answers] == [303, 303]
        assert (await two.newest()).state == "approved"


async def test_an_edit_voids_the_first_yes(database_url: str) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await two.post(firing())
        await two.press("maruyama", "approve")
        text = (await two.version(await two.newest())).texts["ja"]
        await two.press("sato", "edit", body=text.body.replace("ログイン", "サインイン"))
        notice = await two.newest()
        assert (notice.state, notice.version, notice.approvals) == ("awaiting_approval", 2, ())
        await two.press("sato", "approve")
        assert (await two.newest()).state == "awaiting_second"


async def test_answers_about_the_cause_make_a_new_version(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    facts = Facts.from_dict((await office.version(await office.newest())).facts)
    assert str(facts.answers.cause_by) == "2026-12-01"  # five working days ahead
    await office.press("maruyama", "edit", answers=CAUSE)
    notice = await office.newest()
    version = await office.version(notice)
    assert (notice.version, version.edited_by) == (2, "maruyama")
    assert Facts.from_dict(version.facts).answers.cause_by is None
    assert CAUSE["remedy"] in version.texts["ja"].body


@pytest.mark.parametrize(
    "day, why, saved",
    [
        pytest.param("2026-11-24", "done", 2, id="today in Tokyo"),
        pytest.param("2026-11-23", "day_over", 1, id="yesterday in Tokyo, today in UTC"),
        pytest.param("2020-01-01", "day_over", 1, id="years ago"),
        pytest.param("nonsense", "not_a_day", 1, id="no date"),
    ],
)
async def test_the_cause_is_promised_for_a_day_that_is_still_to_come(
    office: Office, day: str, why: str, saved: int
) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    answer = await office.press("maruyama", "edit", answers={"cause_by": day, "remedy": CAUSE["remedy"]})
    assert (answer.why, answer.status) == (why, 303 if why == "done" else 422)
    assert (await office.newest()).version == saved


async def test_a_promise_that_ran_out_while_the_draft_waited_is_not_repeated(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    await office.restart_after(office.clock.now + minutes(10 * 24 * 60))
    answer = await office.press("maruyama", "edit", answers={"remedy": CAUSE["remedy"]})
    assert answer.why == "day_over"
