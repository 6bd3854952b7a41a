"""訂正: one press stops a letter that was wrong, and exactly those whom it reached get the correction."""

from functools import partial

import pytest

from bridge.core.events import Stopped
from bridge.stages.draft import told_answers
from bridge.stages.draft_on_request import draft_correction
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, states
from tests.stages.samples import customers, firing, resolved


@pytest.fixture
def many(office: Office) -> Office:
    office.recipients[:] = customers(10)
    return office


async def half_sent(office: Office) -> None:
    """The first report has reached four of ten; one has failed, about one nobody knows."""
    await office.post(firing())
    assert (await office.press("maruyama", "approve")).status == 303
    await office.tick(seconds(31))
    await office.deliver(limit=4)
    await office.deliver("failed", limit=1)
    await office.deliver("unknown", limit=1)


async def test_one_press_stops_the_rest_and_drafts_the_correction(many: Office) -> None:
    await half_sent(many)
    (wrong,) = await many.notices()
    answer = await many.press("maruyama", "correct", wrong, nature="wrong_fact", right="法人のお客様のみ")
    assert (answer.status, answer.link is not None) == (303, True)
    wrong, new = await many.notices()
    assert states([wrong, new]) == [("first", "stopped"), ("correction", "awaiting_approval")]
    assert (new.corrects, wrong.corrected_by, new.retracts) == (wrong.id, new.id, False)


async def test_it_is_rung_at_once(many: Office) -> None:
    await half_sent(many)
    await many.press("sato", "correct", nature="no_incident")
    new = await many.newest()
    assert (await many.pending(new)).due_at == many.clock.now  # type: ignore[union-attr]
    assert new.due_at == many.clock.now + minutes(15)


async def test_exactly_those_whom_it_reached_get_the_correction(many: Office) -> None:
    await half_sent(many)
    reached = {to for _, to, _ in many.mails}
    await many.press("maruyama", "correct", nature="wrong_list")
    new = await many.newest()
    assert (await many.press("maruyama", "approve", new)).status == 303
    assert (await many.again(new)).recipients == 5
    await many.send()
    told = {to for notice, to, _ in many.mails if notice == new.id}
    failed = [row for row in sorted(reached) if row not in told]
    assert (len(told), len(failed)) == (5, 1)
    assert told < reached
    assert (await many.again(new)).state == "sent"


async def test_a_mail_that_waits_for_its_answer_joins_those_who_were_reached(many: Office) -> None:
    await many.post(firing())
    await many.press("maruyama", "approve")
    await many.tick(seconds(31))
    await many.deliver(limit=3)
    (open_dot,) = await many.claim(limit=1)
    await many.may_write_dot([open_dot])
    await many.press("maruyama", "correct", nature="wrong_list")
    new = await many.newest()
    before = await many.audience(new)
    assert (await many.press("maruyama", "approve", new, audience=before)).status == 303
    from_then_on = await many.again(new)
    assert (from_then_on.recipients, await many.audience(new)) == (4, before)


async def test_its_mails_continue_the_thread_of_the_wrong_letter(many: Office) -> None:
    await half_sent(many)
    await many.press("maruyama", "correct", nature="wrong_list")
    await many.press("maruyama", "approve")
    await many.tick(seconds(31))
    rows = await many.claim()
    assert rows
    assert all(row.refs for row in rows)


async def test_two_people_at_once_are_led_to_one_draft(many: Office) -> None:
    await half_sent(many)
    (wrong,) = await many.notices()
    first = await many.press("maruyama", "correct", wrong, nature="wrong_fact")
    second = await many.press("sato", "correct", wrong, nature="no_incident")
    assert (first.status, second.status) == (303, 303)
    assert len(await many.notices()) == 2
    new = await many.newest()
    assert second.link == await many.link(new, "sato")


async def test_without_a_choice_nothing_changes(many: Office) -> None:
    await half_sent(many)
    assert (await many.press("maruyama", "correct")).status == 422
    assert states(await many.notices()) == [("first", "sending")]


async def test_the_rest_of_a_corrected_letter_is_not_sent_any_more(many: Office) -> None:
    await half_sent(many)
    (wrong,) = await many.notices()
    await many.press("maruyama", "correct", wrong, nature="wrong_fact")
    assert (await many.press("maruyama", "resume", await many.again(wrong))).status == 409


async def test_a_correction_that_is_not_sent_gives_the_choice_back(many: Office) -> None:
    await half_sent(many)
    (wrong,) = await many.notices()
    await many.press("maruyama", "correct", wrong, nature="wrong_fact")
    await many.press("sato", "dismiss", reason="誤りではなかった")
    assert (await many.again(wrong)).corrected_by is None
    assert (await many.press("maruyama", "resume", await many.again(wrong))).status == 303


async def test_no_incident_closes_the_incident_without_a_recovery_report(many: Office) -> None:
    await half_sent(many)
    await many.press("maruyama", "correct", nature="no_incident")
    await many.approve_and_send()
    assert (await many.incident()).promise_at is None
    await many.wait(minutes(120))
    assert len(await many.notices()) == 2
    await many.post(resolved(ends_at=many.clock.now))
    await many.wait(minutes(6))
    assert (await many.incident()).state == "closed"
    assert len(await many.notices()) == 2


async def test_after_no_incident_only_an_alert_that_is_new_is_told(many: Office) -> None:
    await half_sent(many)
    await many.press("maruyama", "correct", nature="no_incident")
    await many.approve_and_send()
    await many.post(firing())
    assert len(await many.notices()) == 2
    await many.post(firing("PaymentErrors"))
    assert states(await many.notices())[-1] == ("first", "awaiting_approval")


async def test_what_is_right_is_promised_and_then_due(many: Office) -> None:
    await half_sent(many)
    await many.press("maruyama", "correct", nature="wrong_fact")
    new = await many.newest()
    await many.approve_and_send()
    promise = (await many.version(new)).promise_at
    assert promise
    assert (await many.incident()).promise_at == promise
    await many.wait(promise - many.clock.now - minutes(9))
    assert states(await many.notices())[-1] == ("update", "awaiting_approval")


async def test_what_is_right_is_owed_even_after_the_incident_closed(many: Office) -> None:
    await half_sent(many)
    await many.deliver()
    await many.tick()
    await many.post(resolved(ends_at=many.clock.now))
    await many.wait(minutes(6))
    await many.press(
        "maruyama",
        "edit",
        answers={"cause": "証明書の期限切れでした。", "prevention": "期限を監視いたします。"},
    )
    recovery = await many.approve_and_send()
    await many.wait(minutes(1))
    assert (await many.incident()).state == "closed"
    await many.press("maruyama", "correct", recovery, nature="wrong_fact")
    await many.approve_and_send()
    assert (await many.incident()).state == "recovered"
    await many.wait(minutes(60))
    assert states(await many.notices())[-1] == ("update", "awaiting_approval")
    await many.approve_and_send()
    await many.wait(minutes(1))
    assert (await many.incident()).state == "closed"


async def test_a_correction_of_a_recovery_report_guesses_nothing_and_forgets_nothing(many: Office) -> None:
    """What customers were told of cause and prevention is known to the letters after it."""
    await half_sent(many)
    await many.deliver()
    await many.post(resolved(ends_at=many.clock.now))
    await many.wait(minutes(6))
    told = {"cause": "証明書の期限切れでした。", "prevention": "期限を監視いたします。"}
    await many.press("maruyama", "edit", answers=told)
    recovery = await many.approve_and_send()
    await many.press("maruyama", "correct", recovery, nature="wrong_fact", right="復旧は2時40分でした。")
    correction = await many.approve_and_send()
    assert (
        "誤：上記のお知らせの内容に誤りがございました。" in (await many.version(correction)).texts["ja"].body
    )
    answers = await many.store.read(lambda tx: told_answers(tx, tx.notices.of(recovery.incident_id)))
    assert (answers.cause, answers.prevention) == (told["cause"], told["prevention"])


async def test_what_was_not_sent_at_all_is_cancelled_or_dismissed_instead(office: Office) -> None:
    await office.post(firing())
    notice = await office.newest()
    unit = partial(
        draft_correction, runtime=office.runtime, notice_id=notice.id, nature="wrong_fact", right=""
    )
    assert "nothing of it was sent" in (await office.store.run(unit)).state
    assert (await office.press("maruyama", "correct", nature="wrong_fact")).status == 409


async def test_a_correction_is_not_corrected(many: Office) -> None:
    await half_sent(many)
    await many.press("maruyama", "correct", nature="wrong_list")
    new = await many.approve_and_send()
    assert (await many.press("maruyama", "correct", new, nature="wrong_fact")).status == 409


async def test_a_program_may_ask_for_it(many: Office) -> None:
    await half_sent(many)
    (wrong,) = await many.notices()
    unit = partial(draft_correction, runtime=many.runtime, notice_id=wrong.id, nature="wrong_list", right="")
    drafted = await many.store.run(unit)
    assert drafted.notice_id == (await many.newest()).id
    assert Stopped.action in await many.actions()
