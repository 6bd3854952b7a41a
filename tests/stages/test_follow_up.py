"""What time alone brings: updates that were promised, recoveries that settled, owed final reports, closing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from bridge.core.facts import Answers, Facts
from bridge.core.model import Recipient
from bridge.stages.draft_on_request import Drafted, draft_recovery, draft_update
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, office, states
from tests.stages.samples import CAUSE, NIGHT, configured, firing, resolved

DAY = minutes(24 * 60)


async def told(office: Office) -> None:
    """The first report was sent at once."""
    await office.post(firing())
    await office.approve_and_send()


async def ended(office: Office) -> None:
    """It was, and the recovery report waits."""
    await told(office)
    await office.post(resolved())
    await office.wait(minutes(5))


async def facts(office: Office) -> Facts:
    return Facts.from_dict((await office.version(await office.newest())).facts)


async def test_an_update_is_ready_ten_minutes_before_the_promise(office: Office) -> None:
    await told(office)
    promise = (await office.incident()).promise_at
    assert promise == NIGHT + minutes(60)
    await office.tick(minutes(49))
    assert states(await office.notices()) == [("first", "sent")]
    await office.tick(promise - minutes(10) - office.clock.now)
    update = await office.newest()
    assert (update.kind, update.base_at, update.due_at) == ("update", promise - minutes(10), promise)
    await office.told("ring")
    await office.tick()
    assert await office.told("ring") == ["maruyama"]
    assert (await facts(office)).changes == ()


async def test_each_update_promises_the_next_from_its_draft(office: Office) -> None:
    await told(office)
    await office.wait(minutes(50))
    drafted = (await office.newest()).drafted_at
    await office.post(firing("PaymentErrors"))
    assert (await facts(office)).changes == ("scope",)
    await office.approve_and_send()
    notice = await office.newest()
    assert notice.approved_version
    promise = (await office.version(notice, notice.approved_version)).promise_at
    assert (await office.incident()).promise_at == promise
    assert promise is not None
    assert promise >= drafted + minutes(60)
    assert notice.number == 2
    assert "第二報" in (await office.version(notice)).texts["ja"].subject


async def test_a_letter_not_yet_sent_promises_nothing(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    assert (await office.incident()).promise_at is None


async def test_the_clock_of_a_promise_survives_going_back_an_hour(office: Office) -> None:
    await told(office)
    office.clock.move(minutes(-60))
    await office.wait(minutes(120))
    assert ("update", "awaiting_approval") in states(await office.notices())


async def test_recovery_is_drafted_when_all_alerts_have_settled(office: Office) -> None:
    await office.post(firing(), firing("PaymentErrors"))
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(6))
    assert (await office.incident()).state == "open"
    await office.post(resolved("PaymentErrors"))
    end = office.clock.now
    await office.tick(seconds(299))
    assert ((await office.incident()).state, (await office.incident()).resolved_at) == ("settling", end)
    await office.tick(seconds(1))
    recovery = await office.newest()
    assert (recovery.kind, recovery.state) == ("recovery", "awaiting_approval")
    assert (recovery.base_at, recovery.due_at) == (office.clock.now, office.clock.now + minutes(15))
    assert not (await facts(office)).combined
    assert (await office.incident()).state == "recovered"


async def test_a_short_life_becomes_one_combined_letter(office: Office) -> None:
    await office.post(firing())
    await office.post(resolved())
    await office.wait(minutes(5))
    assert states(await office.notices()) == [("first", "superseded"), ("recovery", "awaiting_approval")]
    assert (await facts(office)).combined
    await office.approve_and_send()
    assert len(office.mails) == 3


@pytest.mark.parametrize("pressed", ["cancel", "nothing"])
async def test_an_incident_that_settles_in_the_hold_waits_until_the_first_report_is_decided(
    office: Office, pressed: str
) -> None:
    await office.post(firing())
    await office.post(resolved())
    await office.tick(minutes(5) - seconds(5))
    await office.press("maruyama", "approve")
    await office.tick(seconds(6))
    assert states(await office.notices()) == [("first", "approved")]
    if pressed == "cancel":
        await office.press("maruyama", "cancel")
    await office.tick(seconds(10))
    await office.tick(seconds(1))
    first = "superseded" if pressed == "cancel" else "sending"
    assert states(await office.notices()) == [("first", first), ("recovery", "awaiting_approval")]
    assert (await facts(office)).combined == (pressed == "cancel")


async def test_a_dismissed_recovery_closes_the_incident(office: Office) -> None:
    await ended(office)
    await office.press("maruyama", "dismiss", reason="電話で案内済み")
    assert (await office.incident()).state == "closed"


async def test_a_recovery_with_its_cause_closes_the_incident(office: Office) -> None:
    await ended(office)
    await office.press("maruyama", "edit", answers=CAUSE)
    await office.press("sato", "approve", override="確認済み")
    await office.send()
    await office.tick()
    assert ((await office.incident()).state, (await office.incident()).final_at) == ("closed", None)


async def test_a_cause_under_investigation_is_owed_on_its_day(office: Office) -> None:
    await ended(office)
    await office.approve_and_send()
    incident = await office.incident()
    ten = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # 10:00 in Tokyo, five working days after
    assert (incident.state, incident.final_at, incident.promise_at) == ("recovered", ten, None)
    await office.restart_after(ten - seconds(1))
    assert (await office.newest()).kind == "recovery"
    await office.tick(seconds(1))
    final = await office.newest()
    assert (final.kind, final.base_at, final.due_at) == ("final", ten, ten + minutes(7 * 60))
    await office.press("maruyama", "edit", answers=CAUSE)
    await office.press("sato", "approve", override="確認済み")
    await office.send()
    await office.tick()
    assert states(await office.notices())[-1] == ("final", "sent")
    assert (await office.incident()).state == "closed"


async def test_the_mail_after_a_recovery_names_the_day_of_the_cause(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    await office.told("ring")
    await office.approve_and_send()
    (mail,) = [await office.written(row) for row in await office.claim("oncall") if row.kind == "finished"]
    assert "原因は2026年12月1日(火)までに報告する約束です。" in mail.body


async def test_a_final_report_that_promises_another_day_is_owed_again(office: Office) -> None:
    await ended(office)
    await office.approve_and_send()
    await office.restart_after(datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
    await office.tick()
    await office.approve_and_send()
    assert ((await office.incident()).state, (await office.newest()).kind) == ("recovered", "final")
    assert (await office.incident()).final_at == datetime(2026, 12, 8, 1, 0, tzinfo=UTC)


async def test_a_dismissed_final_report_ends_the_duty(office: Office) -> None:
    await ended(office)
    await office.approve_and_send()
    await office.restart_after(datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
    await office.tick()
    await office.press("maruyama", "dismiss", reason="個別に報告済み")
    assert (await office.incident()).state == "closed"


async def test_an_update_on_request_comes_ahead_of_its_time_and_once(office: Office) -> None:
    await told(office)
    incident = await office.incident()
    for version, status in (
        (1, "原因の切り分けを進めております。"),
        (2, "部品を交換しております。"),
        (2, "部品を交換しております。"),
    ):
        answers = Answers(status=status)
        await office.store.run(
            partial(draft_update, runtime=office.runtime, incident_id=incident.id, answers=answers)
        )
        update = await office.newest()
        assert (update.kind, update.version) == ("update", version)
    assert len(await office.notices()) == 2


async def test_what_was_answered_before_stays_where_a_request_says_nothing(office: Office) -> None:
    await told(office)
    incident = await office.incident()
    for answers in (Answers(scope="全ユーザーの決済機能"), Answers(status="切り分けを進めております。")):
        await office.store.run(
            partial(draft_update, runtime=office.runtime, incident_id=incident.id, answers=answers)
        )
    body = (await office.version(await office.newest())).texts["ja"].body
    assert "全ユーザーの決済機能" in body
    assert "切り分けを進めております。" in body


@pytest.mark.parametrize(
    "before, unit", [("nothing", draft_update), ("nothing", draft_recovery), ("hold", draft_update)]
)
async def test_what_cannot_be_drafted_in_this_state_is_refused(
    office: Office, before: str, unit: Callable[..., Drafted]
) -> None:
    await office.post(firing())
    if before == "hold":
        await office.press("maruyama", "approve")
    incident = await office.incident()
    drafted = await office.store.run(
        partial(unit, runtime=office.runtime, incident_id=incident.id, answers=Answers())
    )
    assert drafted.notice_id is None
    assert drafted.state
    assert len(await office.notices()) == 1


@pytest.mark.parametrize("waiting", [0, 1], ids=["the first draft", "a draft that waits"])
async def test_a_recovery_on_request_promises_no_day_that_is_over(office: Office, waiting: int) -> None:
    await told(office)
    await office.post(resolved())
    incident = await office.incident()

    def ask(day: date) -> Callable[[Tx], Drafted]:
        given = Answers(cause_by=day)
        return partial(draft_recovery, runtime=office.runtime, incident_id=incident.id, answers=given)

    today = date(2026, 11, 24)  # in Tokyo
    for _ in range(waiting):
        await office.store.run(ask(today))
    before = states(await office.notices())
    yesterday = today - timedelta(days=1)
    assert await office.store.run(ask(yesterday)) == Drafted(day_over=yesterday)
    assert states(await office.notices()) == before
    assert (await office.store.run(ask(today))).notice_id


async def test_why_no_update_can_be_drafted_is_said_and_nothing_else(office: Office) -> None:
    async def why() -> str:
        incident = await office.incident()
        unit = partial(draft_update, runtime=office.runtime, incident_id=incident.id, answers=Answers())
        return (await office.store.run(unit)).state

    await office.post(firing())
    assert await why() == "the first report is not approved yet"
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    assert await why() == "the incident is recovered"
    await office.press("maruyama", "edit", answers=CAUSE)
    await office.approve_and_send()
    await office.tick()
    assert await why() == "the incident is closed"


async def test_a_batch_that_waits_keeps_the_incident_from_closing(office: Office) -> None:
    await ended(office)
    await office.upload(("a@example.jp", "甲商事"))
    recovery = (await office.notices())[1]
    await office.press("maruyama", "dismiss", recovery, reason="電話で案内済み")
    await office.tick()
    assert (await office.incident()).state == "recovered"
    await office.press("maruyama", "dismiss", reason="不要")
    await office.tick()
    assert (await office.incident()).state == "closed"


async def test_a_batch_of_a_dismissed_incident_keeps_it_from_closing_too(database_url: str) -> None:
    async with office(database_url, configured(hold="0s")) as quick:
        await quick.post(firing())
        await quick.press("maruyama", "dismiss", reason="一社のみ")
        quick.clock.move(seconds(1))
        await quick.upload(("a@example.jp", "甲商事"))
        await quick.post(resolved())
        await quick.wait(minutes(6))
        assert (await quick.incident()).state != "closed"
        assert states(await quick.notices())[-1] == ("individual", "awaiting_approval")


async def test_a_new_alert_after_a_dismissed_first_makes_a_first_though_a_batch_waits(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "dismiss", reason="一社のみ")
    await office.upload(("a@example.jp", "甲商事"))
    office.clock.move(seconds(1))
    await office.post(firing("PaymentErrors"))
    assert states(await office.notices())[-1] == ("first", "awaiting_approval")


async def stopped_before_it_left(office: Office) -> None:
    """The newest letter was approved, and its list changed within the hold."""
    await office.press("maruyama", "approve")
    office.recipients.append(Recipient(f"new{len(office.recipients)}@example.jp"))
    await office.tick(seconds(10))
    assert (await office.newest()).state == "stopped"


async def test_a_first_report_that_never_left_has_told_nobody(office: Office) -> None:
    await office.post(firing())
    await stopped_before_it_left(office)
    await office.post(resolved())
    await office.wait(minutes(5))
    assert states(await office.notices()) == [("first", "superseded"), ("recovery", "awaiting_approval")]
    assert (await facts(office)).combined


async def test_the_next_update_takes_place_and_number_of_one_that_never_left(office: Office) -> None:
    await told(office)
    await office.wait(minutes(50))
    await stopped_before_it_left(office)
    await office.wait(minutes(60))
    assert states(await office.notices()) == [
        ("first", "sent"),
        ("update", "superseded"),
        ("update", "awaiting_approval"),
    ]
    await office.approve_and_send()
    assert [notice.number for notice in await office.notices()] == [1, None, 2]


async def test_nothing_is_drafted_on_request_for_a_service_that_left_the_configuration(
    office: Office,
) -> None:
    await told(office)
    incident = (await office.incident()).id
    office.reconfigure(services={})
    drafts = [await office.upload(("a@example.jp", "A社"))]
    for draft in (draft_update, draft_recovery):
        unit = partial(draft, runtime=office.runtime, incident_id=incident, answers=Answers())
        drafts.append(await office.store.run(unit))
    assert {draft.state for draft in drafts} == {"the service shop is not in the configuration any more"}
