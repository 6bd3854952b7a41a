"""Due rings become on-call messages, once each, and go on until somebody decides."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bridge.letters.render import Letters
from bridge.stages.ring import ring
from bridge.stages.wake import Wake
from bridge.store.claims import DeliveryResult
from tests.parts.midori import minutes, seconds
from tests.stages.office import ListOf, Office, office, states
from tests.stages.samples import NIGHT, configured, customers, firing, resolved


async def test_the_first_ring_is_immediate(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    assert await office.told("ring") == ["maruyama"]


@pytest.mark.parametrize(
    "slept, rings, people",
    [
        pytest.param(seconds(299), 0, [], id="not yet due"),
        pytest.param(minutes(5), 1, ["maruyama"], id="due to the second"),
        pytest.param(minutes(180), 1, ["maruyama", "sato"], id="asleep for hours: once"),
        pytest.param(minutes(-60), 1, ["maruyama"], id="the clock went back: at once"),
    ],
)
async def test_a_ring_fires_once(office: Office, slept: timedelta, rings: int, people: list[str]) -> None:
    await office.post(firing())
    await office.tick()
    await office.told("ring")
    await office.tick(slept)
    await office.tick()
    fired = [ring for ring in await office.rings(await office.newest()) if ring.state == "fired"]
    assert len(fired) == 1 + rings
    assert await office.store.read(lambda tx: tx.rings.due(["shop"])) == []
    assert await office.told("ring") == people


async def test_a_ring_that_two_instances_find_due_is_one_mail_and_wakes_its_lane(office: Office) -> None:
    await office.post(firing())
    [due] = await office.store.read(lambda tx: tx.rings.due(["shop"]))
    unit = partial(ring, runtime=office.runtime, due=due, lists=await ListOf(office).facts(["shop"]))
    wake = await office.store.run(unit)
    assert wake == Wake(timer=True, oncall=True, rung=1)
    await office.store.run(unit)
    assert await office.told("ring") == ["maruyama"]


async def test_history_and_mail_tell_how_late_a_ring_is(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.tick(minutes(180))
    rang = [event.detail["late"] for event in await office.events() if event.action == "rang"]
    assert rang == [0, 175 * 60]
    assert {row.detail["late"] for row in await office.claim("oncall")} == {175 * 60}


async def test_each_of_two_notices_rings(database_url: str) -> None:
    async with office(database_url, configured(("shop", "point"))) as two:
        for service in ("shop", "point"):
            await two.post(firing(service=service))
        await two.tick()
        assert await two.told("ring") == ["maruyama", "maruyama"]


async def test_the_plan_is_endless_and_each_ring_comes_when_planned(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(30))
    fired = [ring.fired_at for ring in await office.rings(await office.newest()) if ring.fired_at]
    assert [(at - NIGHT) // minutes(1) for at in fired] == [0, 5, 10, 13, 15, 20, 25, 30]


async def test_after_the_clock_went_back_an_hour_rings_go_on_at_the_usual_pace(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(2))
    office.clock.move(minutes(-60))
    back = office.clock.now
    await office.wait(minutes(15))
    fired = [ring.fired_at for ring in await office.rings(await office.newest()) if ring.fired_at]
    assert len([at for at in fired if back < at]) >= 3


@pytest.mark.parametrize("action", ["approve", "dismiss"])
async def test_a_decision_ends_the_rings(office: Office, action: str) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", action)
    assert await office.told("ring") == []  # the one on its way is withdrawn
    await office.wait(minutes(20))
    assert await office.told("ring") == []


async def test_only_a_ring_that_is_still_needed_gets_its_dot(office: Office) -> None:
    await office.post(firing())
    await office.tick(minutes(10))
    one, other = await office.claim("oncall")
    assert await office.may_write_dot([one], instance_id="another") == set()
    assert await office.may_write_dot([one]) == {(one.id, one.fence)}
    await office.press("sato", "dismiss")
    assert await office.may_write_dot([other]) == set()
    news = await office.claim("oncall")
    assert sorted(one.kind for one in news) == ["decided", "own_decision"]
    assert await office.may_write_dot(news) == {(one.id, one.fence) for one in news}


async def test_a_ring_that_comes_back_unsent_is_tried_again_until_its_notice_is_decided(
    office: Office,
) -> None:
    await office.post(firing())
    await office.tick()
    for decided in (False, True):
        [ring] = await office.claim("oncall")
        if decided:
            await office.press("maruyama", "dismiss")
        await office.mark(
            DeliveryResult(ring.id, ring.fence, ring.notice_id, "oncall", "deferred", "450 busy")
        )
    assert await office.told("ring") == []


async def test_a_first_acknowledge_skips_one_ring_and_tells_who_has_it(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(10))
    await office.told("ring")
    await office.press("sato", "acknowledge")
    assert await office.told("acknowledged") == ["maruyama"]
    pending = await office.pending(await office.newest())
    assert pending is not None
    assert pending.due_at == NIGHT + minutes(15)  # instead of 13
    await office.press("maruyama", "acknowledge")
    assert await office.pending(await office.newest()) == pending
    assert await office.told("acknowledged") == []
    assert (await office.newest()).acknowledged_by == "sato"
    said = [(e.actor, e.detail["first"]) for e in await office.events() if e.action == "acknowledged"]
    assert said == [("sato", True), ("maruyama", False)]


async def test_the_mail_about_an_acknowledge_names_the_next_ring(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(10))
    await office.told("ring")
    await office.press("sato", "acknowledge")
    (mail,) = [await office.written(row) for row in await office.claim("oncall")]
    assert "決まらなければ 2:25 にまた呼び出します。" in mail.body


async def test_an_acknowledge_never_skips_the_ring_at_the_deadline(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(14))
    await office.press("maruyama", "acknowledge")
    pending = await office.pending(await office.newest())
    assert pending is not None
    assert pending.due_at == NIGHT + minutes(15)


async def test_a_list_that_cannot_be_counted_rings_and_says_why(office: Office) -> None:
    office.list_problem = "line 3: no address"
    await office.post(firing())
    await office.tick()
    [ring] = await office.claim("oncall")
    assert ring.detail["count"] is None
    assert "line 3: no address" in (await office.written(ring)).body


async def test_a_ring_tells_of_a_list_that_shrank_since_the_last_letter(office: Office) -> None:
    office.recipients[:] = customers(10)
    await office.post(firing())
    await office.approve_and_send()
    office.recipients[:] = customers(6)
    await office.wait(minutes(55))
    ring = [row for row in await office.claim("oncall") if row.kind == "ring"][-1]
    assert (ring.detail["count"], ring.detail["before"]) == (6, 10)
    assert "6名へ(前回は10名)。" in (await office.written(ring)).body.split("\n")[0]


async def test_with_less_than_a_third_left_an_untouched_draft_gets_a_fresh_promise(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(40))
    assert (await office.newest()).version == 1  # 20 of 60 minutes are left: just enough
    await office.wait(minutes(5))
    notice = await office.newest()
    version = await office.version(notice)
    assert (notice.version, version.promise_at) == (2, office.clock.now + minutes(60))


async def test_a_critical_alert_promises_sooner(office: Office) -> None:
    await office.post(firing(severity="critical"))
    assert (await office.version(await office.newest())).promise_at == NIGHT + minutes(30)


async def test_an_edited_draft_keeps_its_text_and_is_told_the_new_time(office: Office) -> None:
    await office.post(firing())
    old = await office.version(await office.newest())
    await office.press("maruyama", "edit", body=old.texts["ja"].body.replace("ログイン", "サインイン"))
    await office.wait(minutes(45))
    assert (await office.newest()).version == 2
    findings = [one for one in await office.findings() if one.rule == "BRG-02"]
    assert [one.replacement for one in findings] == ["2026年11月24日(火) 3時55分"]
    assert findings[0].text in old.texts["ja"].body


POLICY = {"at_deadline": "send"}


async def test_at_the_deadline_the_untouched_draft_is_sent_by_policy(database_url: str) -> None:
    async with office(database_url, configured(**POLICY)) as eager:
        await eager.post(firing())
        await eager.wait(minutes(14))
        assert (await eager.newest()).state == "awaiting_approval"
        await eager.wait(minutes(1))
        await eager.deliver()
        await eager.tick()
        await eager.tick()
        notice = await eager.newest()
        assert (notice.state, notice.approved_by, notice.number) == ("sent", "policy", 1)
        assert len(eager.mails) == 3


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("edited", id="a person edited it"),
        pytest.param("finding", id="the wording check found something"),
        pytest.param("uncounted", id="the list cannot be read"),
        pytest.param("second", id="it needs two people"),
    ],
)
async def test_at_the_deadline_any_doubt_keeps_ringing(database_url: str, change: str) -> None:
    second = {"second_person": ["first"]} if change == "second" else {}
    async with office(database_url, configured(**POLICY, **second)) as eager:
        await eager.post(firing("DiskFull" if change == "finding" else "LoginErrors"))
        if change == "edited":
            text = (await eager.version(await eager.newest())).texts["ja"]
            await eager.press("maruyama", "edit", subject=text.subject + "について")
        if change == "uncounted":
            eager.list_problem = "unreadable"
        await eager.wait(minutes(20))
        notice = await eager.newest()
        assert notice.state == "awaiting_approval"
        assert await eager.pending(notice) is not None


async def test_after_a_long_sleep_nothing_is_sent_by_policy_and_the_draft_promises_a_time_ahead(
    database_url: str,
) -> None:
    async with office(database_url, configured(**POLICY)) as eager:
        await eager.post(firing())
        await eager.tick()
        await eager.tick(minutes(90))
        await eager.wait(minutes(10))
        notice = await eager.newest()
        assert (notice.state, notice.approved_version) == ("awaiting_approval", None)
        promise = (await eager.version(notice)).promise_at
        assert promise is not None
        assert promise > eager.clock.now + minutes(10)


async def test_a_service_that_vanished_from_the_configuration_stops_no_other(database_url: str) -> None:
    async with office(database_url, configured(("shop", "point"))) as two:
        await two.post(firing())
        await two.post(firing(service="point"))
        gone, _ = sorted(await two.incidents(), key=lambda one: one.service == "shop", reverse=True)
        await two.press("maruyama", "approve", (await two.notices(gone))[0])
        two.reconfigure(services={"point": two.runtime.config.services["point"]})
        await two.tick(seconds(31))
        due = await two.tick()
        assert await two.told("ring") == ["maruyama"]
        assert due is not None
        assert due > two.clock.now  # the vanished one does not make the timer spin
        await two.tick(minutes(5))
        assert await two.told("ring") == ["maruyama"]


async def test_a_letter_that_waits_for_people_does_not_make_the_timer_spin(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.wait(minutes(52))
    assert states(await office.notices()) == [("first", "sent"), ("update", "awaiting_approval")]
    due = await office.tick()
    assert due is not None
    assert due > office.clock.now


async def test_a_resolved_alert_does_not_silence_the_rings(office: Office) -> None:
    await office.post(firing())
    await office.post(resolved())
    await office.tick()
    assert await office.told("ring") == ["maruyama"]


async def test_the_ring_about_an_update_names_the_time_that_customers_read(office: Office) -> None:
    office.clock.move(minutes(1))
    await office.post(firing())
    await office.approve_and_send()
    await office.wait(minutes(55))
    assert (await office.newest()).due_at == NIGHT + minutes(61)
    (mail,) = [await office.written(row) for row in await office.claim("oncall") if row.kind == "ring"]
    assert mail.body.startswith("3:15までに承認を。")


async def test_every_ring_about_a_shipped_text_says_why_it_is_not_the_companys(
    office: Office, tmp_path: Path
) -> None:
    own = tmp_path / "mail" / "ja" / "first.txt.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{{ nope }}")
    office.runtime = replace(office.runtime, letters=Letters(tmp_path))
    await office.post(firing())
    assert "nope" in await office.template_problem()
    office.runtime = replace(office.runtime, letters=Letters())
    await office.post(firing("PaymentErrors"))
    assert await office.template_problem() == ""


async def test_an_edit_does_not_make_a_shipped_text_the_companys(office: Office, tmp_path: Path) -> None:
    own = tmp_path / "mail" / "ja" / "first.subject.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{% if %}")
    office.runtime = replace(office.runtime, letters=Letters(tmp_path))
    await office.post(firing())
    await office.press("maruyama", "edit", subject="【重要】書き直しました")
    assert "first.subject.j2" in await office.template_problem()


async def test_a_list_that_lost_most_of_its_rows_is_said_in_the_ring(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    office.recipients = office.recipients[:1]
    await office.told("finished")
    await office.tick(minutes(55))
    await office.tick()
    [ring] = await office.claim("oncall")
    assert (ring.detail["count"], ring.detail["before"]) == (1, 3)
    assert "1名へ(前回は3名)" in (await office.written(ring)).body
