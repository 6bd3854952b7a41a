"""What the mail server refuses: rings go to the next person, letters stop, and people send again."""

from functools import partial

import pytest

from bridge.core.estimate import Sample, time_left, worth_telling
from bridge.core.failures import alias
from bridge.core.model import DeliveryState
from bridge.stages.refused_letter import stop_refused
from bridge.stages.retry import WhichRows, on_request, retry
from bridge.stages.slow_letter import look_at_sendings, tell_slow
from bridge.store.claims import DeliveryResult
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office
from tests.stages.samples import NIGHT, customers, firing, resolved

USER_UNKNOWN = "550 5.1.1 user unknown"
QUOTA = "550 5.4.5 Daily user sending quota exceeded."


async def sending(office: Office, recipients: int = 6) -> None:
    office.recipients = customers(recipients)
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.tick(seconds(31))


async def answer(office: Office, *states: tuple[DeliveryState, str]) -> None:
    """What the mail server says to one letter after the other."""
    claims = await office.claim(limit=len(states))
    await office.may_write_dot(claims)
    marks = [
        DeliveryResult(c.id, c.fence, c.notice_id, c.lane, state, words, minutes(20))
        for c, (state, words) in zip(claims, states, strict=True)
    ]
    await office.mark(*marks)


async def refuse_rings(office: Office, words: str = USER_UNKNOWN) -> list[str]:
    """The mail server refuses every ring that is due. Returns whom they were to."""
    claims = await office.claim("oncall")
    rings = [c for c in claims if c.kind == "ring"]
    marks = [
        DeliveryResult(c.id, c.fence, c.notice_id, c.lane, "failed", words, ring_to=c.person) for c in rings
    ]
    await office.mark(*marks)
    return [c.person or "" for c in rings]


# --- rings


async def test_a_refused_ring_is_history_and_the_next_step_rings_at_once(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    assert await refuse_rings(office) == ["maruyama"]
    await office.tick()
    assert "sato" in await refuse_rings(office)
    told = [event.detail for event in await office.events() if event.action == "ring_refused"]
    assert told[0]["people"] == ["maruyama"]
    assert told[0]["reply"] == USER_UNKNOWN


async def test_refusals_of_everybody_do_not_ring_without_end(office: Office) -> None:
    await office.post(firing())
    rung = 0
    for _ in range(20):
        await office.tick()
        rung += len(await refuse_rings(office))
    assert 2 <= rung <= 6
    assert await office.pending(await office.newest()), "the plan goes on"


async def test_the_next_mail_does_not_claim_that_the_refused_one_was_reached(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await refuse_rings(office)
    await office.tick()
    (ring,) = [one for one in await office.claim("oncall") if one.person == "sato"]
    body = (await office.written(ring)).body
    assert "丸山さんにも" not in body
    assert f"丸山さんには届いていません({USER_UNKNOWN})。" in body


async def test_a_ring_in_doubt_is_sent_a_second_and_a_third_time_and_soon(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    for _ in range(2):
        (ring,) = await office.claim("oncall")
        await office.may_write_dot([ring])
        await office.restart("two")
        assert await office.claim("oncall") == []
        office.clock.move(seconds(6))
    (ring,) = await office.claim("oncall")
    await office.may_write_dot([ring])
    await office.restart("three")
    office.clock.move(minutes(2))
    assert [one for one in await office.claim("oncall") if one.id == ring.id] == []


# --- letters


async def test_a_letter_that_is_refused_because_of_us_stops_and_the_refused_are_queued_again(
    office: Office,
) -> None:
    await sending(office)
    await answer(office, ("sent", "250 ok"))
    office.clock.move(seconds(1))
    await answer(office, ("failed", QUOTA), ("failed", QUOTA))
    notice = await office.newest()
    unit = partial(stop_refused, runtime=office.runtime, notice_id=notice.id, words=QUOTA)
    await office.store.run(unit)
    stopped = await office.again(notice)
    assert (stopped.state, stopped.stop_reason) == ("stopped", "refused")
    assert await office.counts(notice) == {"sent": 1, "queued": 5}
    (trouble,) = [
        one for one in await office.claim("oncall") if one.kind == "trouble" and one.person == "sato"
    ]
    told = await office.written(trouble)
    assert told.subject == "【停止】みどりショップ第一報"
    assert QUOTA in told.body
    assert (await office.press("maruyama", "resume")).status == 303
    assert await office.deliver() == 3, "those that were not tried go first"
    office.clock.move(seconds(5))
    assert await office.deliver() == 2


async def test_who_was_refused_in_other_words_or_before_one_was_taken_stays_refused(office: Office) -> None:
    await sending(office)
    await answer(office, ("failed", QUOTA))
    office.clock.move(seconds(1))
    await answer(office, ("sent", "250 ok"))
    office.clock.move(seconds(1))
    await answer(office, ("failed", USER_UNKNOWN), ("failed", QUOTA))
    notice = await office.newest()
    await office.store.run(partial(stop_refused, runtime=office.runtime, notice_id=notice.id, words=QUOTA))
    assert await office.counts(notice) == {"failed": 2, "sent": 1, "queued": 3}


async def test_a_letter_that_reached_nobody_is_stopped_and_can_be_sent_again(office: Office) -> None:
    await sending(office)
    await office.deliver("failed")
    await office.tick()
    notice = await office.newest()
    assert (notice.state, notice.stop_reason) == ("stopped", "nothing_delivered")
    (finished,) = [
        one for one in await office.claim("oncall") if one.kind == "finished" and one.person == "maruyama"
    ]
    assert (await office.written(finished)).subject == "【未送信】みどりショップ第一報"
    assert (await office.press("maruyama", "resume")).status == 409, "there is no rest"
    assert (await office.press("maruyama", "retry", state="failed")).status == 303
    assert await office.deliver() == 6
    await office.tick()
    assert (await office.newest()).state == "sent"
    assert [action for action in await office.actions() if action == "retried"] == ["retried"]


async def test_a_stopped_letter_that_is_not_true_any_more_does_not_go_on_by_a_retry(office: Office) -> None:
    await sending(office)
    await office.deliver("failed", limit=2)
    await office.press("maruyama", "stop")
    notice = await office.newest()
    again = partial(
        on_request, runtime=office.runtime, notice_id=notice.id, which=WhichRows("failed"), press=retry
    )
    await office.post(resolved(ends_at=office.clock.now))
    assert (await office.press("maruyama", "retry", state="failed")).status == 422
    assert await office.store.run(again) == "untrue"
    assert (await office.again(notice)).state == "stopped"
    assert (await office.press("maruyama", "resume", override="読み直しました")).status == 303
    await office.press("maruyama", "stop")
    assert (await office.press("maruyama", "retry", state="failed")).status == 422


async def test_only_those_of_one_reply_or_one_recipient_are_sent_again(office: Office) -> None:
    await sending(office, 4)
    await answer(
        office,
        ("failed", "550 5.1.1 <a@x.example>: unknown"),
        ("failed", "550 5.1.1 <b@x.example>: unknown"),
        ("failed", "552 5.3.4 too big"),
        ("sent", "250 ok"),
    )
    await office.tick()
    notice = await office.newest()
    for which, count in (
        (WhichRows("failed", "550 5.1.1 …: unknown"), 2),
        (WhichRows("failed", "552 5.3.4 too big"), 1),
    ):
        unit = partial(on_request, runtime=office.runtime, notice_id=notice.id, which=which, press=retry)
        assert await office.store.run(unit) == "done"
        assert await office.deliver("failed") == count
        await office.tick()
    one = office.recipients[0].address
    unit = partial(
        on_request,
        runtime=office.runtime,
        notice_id=notice.id,
        which=WhichRows("failed", recipient=alias(one)),
        press=retry,
    )
    assert await office.store.run(unit) == "done"
    assert [claim.address for claim in await office.claim()] == [one]


async def test_whom_nobody_knows_about_is_left_one_by_one_or_all_and_the_history_says_so(
    office: Office,
) -> None:
    await sending(office)
    await answer(office, *[("unknown", "no reply within 600 s")] * 2, *[("sent", "250 ok")] * 4)
    await office.tick()
    one, sent = office.recipients[0].address, await office.newest()
    assert (await office.press("maruyama", "leave", state="unknown", recipient=one)).status == 303
    assert (await office.press("maruyama", "leave", state="unknown")).status == 303
    assert (await office.press("maruyama", "leave", state="failed")).status == 409
    left = [event for event in await office.events() if event.action == "left"]
    assert [(e.actor, e.detail["count"], e.detail.get("recipient")) for e in left] == [
        ("maruyama", 1, alias(one)),
        ("maruyama", 2, None),
    ]
    assert (await office.again(sent)).state == "sent"
    assert await office.claim() == []


@pytest.mark.parametrize("state, reply", [("unknown", ""), ("failed", "554 never said"), ("nonsense", "")])
async def test_a_retry_of_nothing_changes_nothing(office: Office, state: str, reply: str) -> None:
    await sending(office)
    await answer(office, ("failed", USER_UNKNOWN), *[("sent", "250 ok")] * 5)
    await office.tick()
    assert (await office.press("maruyama", "retry", state=state, reply=reply)).status in (400, 409)
    assert (await office.newest()).state == "sent"


async def test_a_letter_that_is_being_corrected_is_not_sent_again(office: Office) -> None:
    await sending(office)
    await answer(office, ("failed", USER_UNKNOWN), *[("sent", "250 ok")] * 5)
    await office.tick()
    sent = await office.newest()
    await office.press("maruyama", "correct", sent, nature="wrong_fact")
    assert (await office.press("maruyama", "retry", sent, state="failed")).status == 409


# --- order


async def test_a_first_report_is_not_sent_to_whoever_has_a_later_letter(office: Office) -> None:
    await sending(office, 3)
    await answer(office, ("sent", "250 ok"), ("deferred", "452 4.2.2 over quota"), ("sent", "250 ok"))
    first = await office.newest()
    await office.post(resolved(ends_at=NIGHT + minutes(20)))
    await office.tick(minutes(10))
    recovery = await office.newest()
    assert recovery.id != first.id
    await office.press("maruyama", "approve", recovery)
    await office.tick(seconds(31))
    claims = [claim for claim in await office.claim() if claim.notice_id == recovery.id]
    await office.may_write_dot(claims)
    await office.mark(*(DeliveryResult(c.id, c.fence, c.notice_id, c.lane, "sent") for c in claims))
    office.clock.move(minutes(30))
    assert [claim for claim in await office.claim() if claim.notice_id == first.id] == []
    assert (await office.counts(first))["superseded"] == 1
    await office.tick()
    assert (await office.again(first)).state == "sent"


# --- slow


async def test_a_letter_that_takes_long_is_told_once(office: Office) -> None:
    await sending(office, 200)
    before = await office.store.read(partial(look_at_sendings, at=0.0))
    await answer(office, *[("sent", "250 ok")] * 5)
    now = await office.store.read(partial(look_at_sendings, at=60.0))
    first = {name: sample for name, (sample, _) in before.items()}
    for _ in range(2):
        await office.store.run(partial(tell_slow, runtime=office.runtime, first=first, now=now))
    slow = [one for one in await office.claim("oncall") if one.detail.get("trouble") == "slow"]
    assert sorted(one.person or "" for one in slow) == ["maruyama", "sato"]
    assert "あと約39分" in (await office.written(slow[0])).body


def test_how_long_is_told_by_the_speed_of_a_sample():
    assert time_left(Sample(0, 0), Sample(10, 100), 100) is None, "too short a sample"
    assert time_left(Sample(0, 0), Sample(60, 0), 100) is None, "nothing moves: that is another trouble"
    assert time_left(Sample(0, 100), Sample(60, 160), 120) == minutes(2)


@pytest.mark.parametrize(
    "left, due_in, told",
    [(minutes(5), minutes(10), False), (minutes(5), minutes(4), True), (minutes(11), minutes(30), True)],
)
def test_people_hear_of_a_sending_that_passes_its_deadline_or_ten_minutes(left, due_in, told):
    assert worth_telling(left, NIGHT, NIGHT + due_in) is told
