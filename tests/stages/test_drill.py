"""A drill: the real ring, page and hold; its letter goes to the people rung, and four things keep it to them."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from bridge.core.drill import Drill, is_marked
from bridge.core.model import Recipient
from bridge.errors import BridgeError
from bridge.loops.composers import LetterComposer
from bridge.stages.drill import DrillAnswer, DrillRequest, begin_drill, plan_drill
from bridge.stages.fan_out import Chunk, begin_send, claim_letter
from bridge.stages.trial_ring import ring_on_trial
from bridge.store.tables import incidents, letters, versions
from tests.parts.midori import MARUYAMA, SATO, minutes, seconds
from tests.stages.office import Office, text_of
from tests.stages.samples import configured, firing, resolved


async def planned(office: Office, pick: int = 0, **request: Any) -> DrillAnswer:
    wanted = DrillRequest("shop", **request) if "service" not in request else DrillRequest(**request)
    unit = partial(
        plan_drill, runtime=office.runtime, wanted=wanted, actor="api", pick=lambda n: min(pick, n - 1)
    )
    return await office.store.run(unit)


async def begun(office: Office, **request: Any) -> Drill:
    """A drill whose first ring has been fired."""
    answer = await planned(office, **request)
    assert answer.drill is not None, answer.why
    await office.tick()
    return answer.drill


async def drill_of(office: Office, drill: Drill) -> Drill:
    found = await office.store.read(lambda tx: tx.drills.get(drill.id))
    assert found
    return found


async def execute(office: Office, statement: Any) -> None:
    """Somebody changes the database by hand."""
    await office.store.run(lambda tx: tx.execute(statement))


async def test_a_drill_rings_and_sends_like_the_real_thing_and_to_the_people_rung_alone(
    office: Office,
) -> None:
    drill = await begun(office)
    assert await office.told("ring") == ["maruyama"]
    notice = await office.newest()
    assert (await office.press("maruyama", "approve")).status == 303
    await office.send()
    assert [address for _, address, _ in office.mails] == [MARUYAMA]
    assert (await office.again(notice)).state == "sent"
    await office.tick()
    assert (await office.incident()).state == "closed"
    over = await drill_of(office, drill)
    assert (over.state, over.ended) == ("over", "decided")


async def test_everybody_who_was_rung_gets_the_letter(office: Office) -> None:
    await begun(office)
    await office.wait(minutes(11))
    assert (await office.press("sato", "approve")).status == 303
    await office.send()
    assert sorted(address for _, address, _ in office.mails) == [MARUYAMA, SATO]


async def test_the_letter_says_what_it_is_in_subject_and_body(office: Office) -> None:
    await begun(office)
    await office.press("maruyama", "approve")
    await office.send()
    text = text_of(office.mails[0][2])
    assert text.subject.startswith("【訓練】【")
    assert text.body.startswith("※ これは訓練のメールです。実際の障害ではありません。\n")


async def test_the_letter_tells_of_the_first_impact_and_has_no_findings(office: Office) -> None:
    await begun(office)
    version = await office.version(await office.newest())
    assert "ログイン" in version.texts["ja"].body
    assert await office.findings() == ()


async def test_what_a_person_types_says_that_it_is_a_drill_whatever_they_took_out(office: Office) -> None:
    await begun(office)
    await office.press(
        "maruyama", "edit", subject="【障害・第一報】みどりショップ", body="お客様各位\n\n本文。\n"
    )
    version = await office.version(await office.newest())
    assert all(is_marked(text.subject) for text in version.texts.values())
    assert version.texts["ja"].body.startswith("※ これは訓練")


async def test_the_mails_to_the_people_say_that_it_is_a_drill(office: Office) -> None:
    await begun(office)
    ring, *_ = await office.claim("oncall")
    text = await office.written(ring)
    assert text.subject.startswith("【訓練】【残り15分】")
    assert text.body.startswith("訓練です。お客様には送られません。\n")
    assert "1名へ" in text.body


async def test_a_drill_offers_nothing_that_is_about_a_real_incident(office: Office) -> None:
    await begun(office)
    assert (await office.press("maruyama", "recovered")).status == 409
    await office.press("maruyama", "approve")
    await office.send()
    notice = await office.newest()
    assert (await office.press("maruyama", "correct", notice, nature="no_incident")).status == 409
    assert (await office.press("maruyama", "resume", notice)).status == 409


async def test_a_drill_is_never_sent_by_policy(office: Office) -> None:
    office.reconfigure(services=configured(at_deadline="send").services)
    await begun(office)
    await office.wait(minutes(20))
    assert (await office.newest()).state == "awaiting_approval"


async def test_a_dismissed_drill_is_over_at_once(office: Office) -> None:
    drill = await begun(office)
    await office.press("maruyama", "dismiss", reason="false_alarm")
    assert (await office.incident()).state == "closed"
    assert (await drill_of(office, drill)).state == "over"


async def test_the_people_of_the_last_step_learn_how_it_went(office: Office) -> None:
    await begun(office)
    office.clock.move(seconds(41))
    await office.press("maruyama", "acknowledge")
    office.clock.move(seconds(36))
    await office.press("maruyama", "approve")
    await office.send()
    await office.tick()
    results = [row for row in await office.claim("oncall") if row.kind == "drill_over"]
    assert sorted(row.person or "" for row in results) == ["maruyama", "sato"]
    text = await office.written(results[0])
    assert text.subject == "【訓練】【結果】みどりショップ第一報"
    assert "呼び出しから承認まで 1分17秒(丸山さん)。1名のうち1名が操作しました。" in text.body
    assert "丸山さん: 2:10 に呼び出し。2:10 に確認中と伝えました。1分17秒で決めました。" in text.body
    english = await office.written(results[0], "en")
    assert english.subject.startswith("[Drill] [Result] Midori Shop")


async def test_no_letter_is_owed_after_a_drill(office: Office) -> None:
    await begun(office)
    await office.press("maruyama", "approve")
    await office.send()
    await office.wait(timedelta(hours=3))
    assert len(await office.notices()) == 1


async def test_an_update_is_rehearsed_after_a_report_that_nobody_was_sent(office: Office) -> None:
    await begun(office, kind="update")
    first, notice = await office.notices()
    assert (first.kind, first.state, first.number) == ("first", "sent", 1)
    assert (await office.version(notice)).texts["ja"].subject.startswith("【訓練】")
    assert notice.due_at == office.clock.now + minutes(10)
    await office.press("maruyama", "approve", notice)
    await office.send()
    assert (await office.again(notice)).number == 2
    assert [address for _, address, _ in office.mails] == [MARUYAMA]
    await office.tick()
    assert (await office.incident()).state == "closed"


# What keeps it from customers


async def test_a_drill_that_is_made_real_by_hand_after_the_approval_reaches_nobody(office: Office) -> None:
    drill = await begun(office)
    await office.press("maruyama", "approve")
    await execute(office, update(incidents).where(incidents.c.id == drill.id).values(mode="real"))
    await office.send()
    notice = await office.newest()
    assert (notice.state, notice.stop_reason) == ("stopped", "mode_changed")
    assert office.mails == []
    assert await office.told("trouble") == ["maruyama", "sato"]


async def test_a_real_incident_that_is_made_a_drill_by_hand_is_stopped_too(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await execute(office, update(incidents).values(mode="drill"))
    await office.send()
    notice = await office.newest()
    assert (notice.state, notice.stop_reason) == ("stopped", "mode_changed")
    assert office.mails == []


async def test_a_drills_letter_is_put_to_no_address_but_those_rung(office: Office) -> None:
    await begun(office)
    await office.press("maruyama", "approve")
    office.clock.move(seconds(31))
    notice = await office.store.run(partial(claim_letter, runtime=office.runtime, instance_id="one"))
    assert notice
    customers = Chunk(0, [Recipient(MARUYAMA), Recipient("customer0@example.jp")])
    await office.store.run(
        partial(begin_send, runtime=office.runtime, notice=notice, chunk=customers, last=True)
    )
    stopped = await office.again(notice)
    assert (stopped.state, stopped.stop_reason) == ("stopped", "mode_changed")
    assert await office.counts(notice) == {}


async def test_a_drills_letter_that_does_not_say_so_is_not_frozen(office: Office) -> None:
    await begun(office)
    await office.press("maruyama", "approve")
    plain = {"ja": {"subject": "【障害・第一報】みどりショップ", "body": "本文。\n"}}
    await execute(office, update(versions).values(texts=plain))
    await office.send()
    assert (await office.newest()).state == "stopped"
    assert await office.store.read(lambda tx: tx.execute(letters.select()).all()) == []


async def test_frozen_bytes_of_a_drill_are_composed_for_no_customer_whatever_the_record_says(
    office: Office,
) -> None:
    drill = await begun(office)
    await office.press("maruyama", "approve")
    await office.tick(seconds(31))
    await execute(office, update(incidents).where(incidents.c.id == drill.id).values(mode="real"))
    (row,) = await office.claim()
    compose = LetterComposer(office.store, lambda: office.runtime)
    assert await compose(row) is not None
    with pytest.raises(BridgeError, match="drill"):
        await compose(replace(row, address="customer0@example.jp"))


# Something real


async def test_a_real_alert_ends_the_drill_at_once_and_has_its_own_fifteen_minutes(office: Office) -> None:
    drill = await begun(office)
    await office.told("ring")
    await office.tick(minutes(3))
    await office.post(firing())
    rehearsed, real = await office.incidents()
    assert (rehearsed.state, real.state, real.mode) == ("closed", "open", "real")
    assert (await drill_of(office, drill)).ended == "real_alert"
    (notice,) = await office.notices(real)
    assert notice.due_at == office.clock.now + minutes(15)
    assert real.follows is None
    claims = await office.claim("oncall")
    told = [await office.written(row) for row in claims if row.kind == "decided"]
    assert [text.subject for text in told] == ["【訓練】【中止】みどりショップ第一報"]


async def test_a_real_alert_stops_a_drill_in_its_hold(office: Office) -> None:
    await begun(office)
    notice = await office.newest()
    await office.press("maruyama", "approve")
    await office.post(firing())
    await office.tick(seconds(31))
    stopped = await office.again(notice)
    assert (stopped.state, stopped.stop_reason) == ("stopped", "drill_ended")
    assert await office.counts(notice) == {}


async def test_the_end_of_a_real_alert_is_never_taken_for_the_drills(office: Office) -> None:
    await begun(office)
    received = await office.post(resolved())
    assert received.accepted == 0
    assert (await office.incident()).state == "open"


async def test_a_drill_leaves_no_trace_in_what_a_real_letter_compares_with(office: Office) -> None:
    await begun(office)
    await office.press("maruyama", "approve")
    await office.send()
    await office.post(firing())
    await office.tick()
    real = await office.newest()
    await office.press("maruyama", "approve", real)
    held = await office.again(real)
    assert held.send_at is not None
    assert held.approved_at is not None
    assert held.send_at - held.approved_at == office.runtime.config.services["shop"].policy.hold


# Planning


@pytest.mark.parametrize(
    "request_, status, why",
    [
        pytest.param({"service": "nothing"}, 404, "unknown service", id="no such service"),
        pytest.param(
            {"surprise": "Mon 10:00-11:00", "within": timedelta(hours=1)}, 422, "never comes", id="no window"
        ),
    ],
)
async def test_a_drill_that_cannot_be_is_refused_with_the_reason(
    office: Office, request_: dict[str, Any], status: int, why: str
) -> None:
    answer = await planned(office, **request_)
    assert (answer.status, answer.drill) == (status, None)
    assert why in answer.why


async def test_no_drill_begins_beside_an_open_incident_or_another_drill(office: Office) -> None:
    await begun(office)
    assert (await planned(office)).why == "a drill runs already"
    await office.press("maruyama", "dismiss", reason="other")
    await office.post(firing())
    answer = await planned(office)
    assert (answer.status, answer.why) == (409, "みどりショップ has an open incident")


async def test_a_surprise_waits_for_its_minute(office: Office) -> None:
    answer = await planned(office, pick=30, surprise="Tue 10:00-17:00")
    assert answer.drill is not None
    assert answer.drill.state == "planned"
    await office.tick(answer.drill.ring_at - office.clock.now - seconds(1))
    assert await office.incidents() == []
    await office.tick(seconds(1))
    await office.tick()
    assert await office.told("ring") == ["maruyama"]
    assert (await office.incident()).id == answer.drill.id


async def test_a_surprise_that_meets_an_incident_is_over_before_it_begins(office: Office) -> None:
    answer = await planned(office, surprise="Tue 10:00-17:00")
    assert answer.drill is not None
    await office.post(firing())
    office.clock.now = answer.drill.ring_at
    await office.store.run(partial(begin_drill, runtime=office.runtime, drill_id=answer.drill.id))
    over = await drill_of(office, answer.drill)
    assert (over.state, over.ended) == ("over", "open_incident")
    assert len(await office.incidents()) == 1


async def test_a_drill_is_in_no_number_of_real_letters(office: Office) -> None:
    """Neither while it waits nor when it is over; the last of each service is found all the same."""
    drill = await begun(office)
    waiting = await office.store.read(lambda tx: tx.notices.waiting())
    assert (waiting.all, waiting.overdue) == (0, 0)
    await office.press("maruyama", "approve")
    await office.tick(seconds(31))
    assert await office.store.read(lambda tx: tx.delivery_counts.all()) == {}
    await office.deliver()
    await office.tick()
    assert await office.counts(await office.newest()) == {"sent": 1}
    assert await office.store.read(lambda tx: tx.delivery_counts.all()) == {}
    assert await office.store.read(lambda tx: tx.summaries.first_letters(tx.now - minutes(60))) == []
    last = await office.store.read(lambda tx: tx.drills.last_of_each())
    assert {service: one.id for service, one in last.items()} == {"shop": drill.id}


async def test_a_test_ring_goes_to_whoever_asks_once_a_minute(office: Office) -> None:
    person = office.runtime.config.people["sato"]
    ring = partial(ring_on_trial, runtime=office.runtime, person=person)
    asked = [(await office.store.run(ring)).oncall for _ in range(2)]
    assert asked == [True, False]
    assert [row.address for row in await office.claim("oncall")] == [SATO]
    office.clock.now += minutes(1)
    assert (await office.store.run(ring)).oncall
