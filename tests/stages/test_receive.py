"""Posts of alerts become incidents and drafts, however often and in whatever order they come."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bridge.core.facts import Facts
from bridge.core.matchers import parse_matchers
from bridge.core.model import Alert, Incident
from bridge.sources import Parsed
from bridge.stages.receive import ListsWanted, receive
from bridge.stages.wake import NOTHING, Wake
from bridge.store.alerts import IGNORED_FOR
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import ListOf, Office, office, states
from tests.stages.samples import NIGHT, configured, firing, resolved


async def test_an_alert_opens_an_incident_with_a_first_draft_and_one_pending_ring(office: Office) -> None:
    received = await office.post(firing(starts_at=NIGHT - minutes(2)))
    incident, notice = await office.incident(), await office.newest()
    assert received.incidents == (incident.id,)
    assert (incident.state, incident.started_at, incident.received_at) == ("open", NIGHT - minutes(2), NIGHT)
    assert (notice.kind, notice.state, notice.version) == ("first", "awaiting_approval", 1)
    assert (notice.base_at, notice.due_at) == (NIGHT, NIGHT + minutes(15))
    pending = await office.pending(notice)
    assert pending is not None
    assert pending.due_at == NIGHT


async def test_an_incident_does_not_begin_after_it_was_received(office: Office) -> None:
    """The sender's clock is three minutes ahead of ours."""
    await office.post(firing(starts_at=NIGHT + minutes(3)))
    incident = await office.incident()
    assert incident.started_at == incident.received_at == NIGHT


async def test_the_history_says_which_alertmanager_told_of_an_end(office: Office) -> None:
    east, west = "http://am.east.example.jp:9093", "http://am.west.example.jp:9093"
    await office.post_together(Parsed((firing(),), sender=east), Parsed((firing(),), sender=west))
    await office.post_together(Parsed((resolved(),), sender=east))
    told = [event.detail for event in await office.events() if event.action == "alerts"]
    assert [one["senders"] for one in told] == [[east, west], [east]]


async def test_the_same_post_again_changes_nothing(office: Office) -> None:
    await office.post(firing())
    before = await office.events(), await office.notices()
    office.clock.move(minutes(1))
    again = await office.post(firing())
    assert (await office.events(), await office.notices()) == before
    assert (again.accepted, again.ignored) == (1, ())


async def test_fifty_concurrent_posts_make_one_incident(office: Office) -> None:
    received = await asyncio.gather(*(office.post(firing()) for _ in range(50)))
    assert len({one.incidents for one in received}) == 1
    assert len(await office.incidents()) == 1
    assert len(await office.notices()) == 1


@pytest.mark.parametrize(
    "posted, reason",
    [
        pytest.param(firing(service="other"), "no_service", id="no service wants it"),
        pytest.param(firing("Watchdog"), "heartbeat", id="a heartbeat"),
        pytest.param(resolved(), "never_seen", id="resolved before it fired"),
    ],
)
async def test_an_ignored_alert_is_counted_with_its_reason(
    office: Office, posted: Alert, reason: str
) -> None:
    for _ in range(2):
        received = await office.post(posted)
        assert (received.incidents, received.accepted) == ((), 0)
    assert await office.incidents() == []
    shown = await office.store.read(lambda tx: tx.alerts.recently_ignored(10))
    assert [(row["alertname"], row["reason"], row["count"]) for row in shown] == [
        (posted.labels["alertname"], reason, 2)
    ]


async def test_an_ignored_alert_shows_its_labels_and_the_service_that_it_missed(office: Office) -> None:
    await office.post(firing(service="web-metrics", exported_service="shop"))
    (shown,) = await office.store.read(lambda tx: tx.alerts.recently_ignored(10))
    assert shown["labels"]["exported_service"] == "shop"
    assert shown["nearest"] == {
        "service": "shop",
        "matcher": 'service="shop"',
        "label": "service",
        "value": "web-metrics",
        "failed": 1,
    }


async def test_the_newest_ignored_alerts_are_kept_and_old_ones_forgotten(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.store.alerts.IGNORED_ROWS", 3)
    await office.post(firing(service="other", fingerprint="old"))
    office.clock.move(IGNORED_FOR + minutes(1))
    await office.post(firing(service="other", fingerprint="new"))
    await office.tick()
    assert [row["fingerprint"] for row in await ignored(office)] == ["new"]
    await office.post(*(firing(service="other", fingerprint=f"storm{n}") for n in range(9)))
    await office.tick(minutes(61))
    assert len(await ignored(office)) == 3


async def test_what_is_a_heartbeat_is_a_setting(office: Office) -> None:
    office.reconfigure(heartbeats=(parse_matchers('severity="none", service="shop"'),))
    assert (await office.post(firing(severity="none"))).accepted == 0
    assert (await office.post(firing("Watchdog"))).accepted == 1


async def ignored(office: Office) -> list[Any]:
    return list(await office.store.read(lambda tx: tx.alerts.recently_ignored(100)))


async def test_an_alert_of_two_services_opens_an_incident_of_each(database_url: str) -> None:
    config = configured(("shop", "point"))
    shared = config.services["point"].model_copy(update={"match": config.services["shop"].match})
    both = config.model_copy(update={"services": {**config.services, "point": shared}})
    async with office(database_url, both) as two:
        received = await two.post(firing())
        assert received.accepted == 1
        assert sorted(one.service for one in await two.incidents()) == ["point", "shop"]


async def test_an_end_that_two_services_never_saw_begin_counts_once(database_url: str) -> None:
    config = configured(("shop", "point"))
    shared = config.services["point"].model_copy(update={"match": config.services["shop"].match})
    both = config.model_copy(update={"services": {**config.services, "point": shared}})
    async with office(database_url, both) as two:
        assert len((await two.post(resolved())).ignored) == 1
        await two.post(firing())
        received = await two.post(resolved())
    assert (received.accepted, received.ignored) == (1, ())


async def test_an_end_counts_also_when_its_service_no_longer_matches_the_alert(office: Office) -> None:
    await office.post(firing())
    received = await office.post(resolved(service="other", fingerprint="LoginErrors@shop"))
    assert (received.accepted, received.ignored) == (1, ())
    assert (await office.incident()).state == "settling"


async def test_an_end_that_counts_hides_nothing_else_that_nobody_wants(office: Office) -> None:
    await office.post(firing())
    received = await office.post(
        resolved(service="other", fingerprint="LoginErrors@shop"), firing(service="nobody")
    )
    assert received.accepted == 1
    assert [reason for _, reason in received.ignored] == ["no_service"]


@pytest.mark.parametrize("state", ["awaiting_approval", "sent"])
async def test_after_a_first_report_in_place_of_a_dismissed_one_new_alerts_make_no_third(
    office: Office, state: str
) -> None:
    await office.post(firing())
    await office.press("maruyama", "dismiss", reason="社内だけの機能")
    office.clock.move(seconds(1))
    await office.post(firing("PaymentErrors"))
    if state == "sent":
        await office.approve_and_send()
    office.clock.move(seconds(1))
    await office.post(firing("DiskFull"))
    assert states(await office.notices()) == [("first", "dismissed"), ("first", state)]


async def test_what_was_corrected_in_a_post_is_told_in_the_history(office: Office) -> None:
    await office.post_together(Parsed((firing(),), notes=("a note",)))
    assert (await office.events())[0].detail["notes"] == ["a note"]


def rush(service: str) -> list[Parsed]:
    """Posts about one service that a busy minute brings, in the order in which they come."""
    login = partial(firing, service=service)
    payment = partial(firing, "PaymentErrors", service=service)
    over = partial(resolved, service=service)
    return [
        Parsed((over(), firing("Watchdog"))),  # its end comes first
        Parsed((login(starts_at=NIGHT), login(starts_at=NIGHT - minutes(2)))),
        Parsed((login(starts_at=NIGHT - minutes(1)), payment()), truncated=7),
        Parsed((over(starts_at=NIGHT - minutes(2)), payment()), notes=("a note",)),
        Parsed(()),
        Parsed((over("PaymentErrors"), login(), firing(service="nobody"))),
        Parsed((over(),)),
    ]


@pytest.mark.parametrize("together", [2, 3, 7])
async def test_posts_recorded_together_come_to_what_they_come_to_one_by_one(
    database_url: str, together: int
) -> None:
    async with office(database_url, configured(("shop", "point"))) as two:
        singly = [await two.post_together(post) for post in rush("shop")]
        posts, received = rush("point"), []
        for start in range(0, len(posts), together):
            received += await two.post_together(*posts[start : start + together])
        counts = [(len(one.incidents), one.accepted, [why for _, why in one.ignored]) for one in received]
        assert counts == [
            (len(one.incidents), one.accepted, [why for _, why in one.ignored]) for (one,) in singly
        ]
        shop, point = sorted(await two.incidents(), key=lambda one: one.service, reverse=True)
        assert (
            (shop.state, shop.started_at) == (point.state, point.started_at) == ("settling", point.started_at)
        )
        assert await alerts_of(two, shop) == await alerts_of(two, point)


async def alerts_of(office: Office, incident: Incident) -> list[tuple[object, ...]]:
    found = await office.store.read(lambda tx: tx.alerts.of(incident.id))
    return [(a.labels["alertname"], a.status, a.starts_at, a.ends_at) for a in found]


@pytest.mark.parametrize("posts, alerts", [(1, 1), (1, 400), (40, 10)])
async def test_statements_grow_neither_with_posts_nor_with_alerts(
    office: Office, posts: int, alerts: int
) -> None:
    await office.post(firing())
    names = iter(range(posts * alerts))
    rush = [Parsed(tuple(firing(f"Errors{next(names)}") for _ in range(alerts))) for _ in range(posts)]
    asked = 0

    def unit(tx: Tx) -> None:
        nonlocal asked
        event.listen(tx.connection, "before_cursor_execute", count)
        receive(tx, office.runtime, "alertmanager", rush, {})

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    await office.store.run(unit)
    assert asked < 40


async def test_news_makes_a_new_version_and_a_repeat_does_not(office: Office) -> None:
    await office.post(firing())
    await office.post(firing(), firing("PaymentErrors"))
    assert (await office.newest()).version == 2
    assert "決済機能" in (await office.version(await office.newest())).texts["ja"].body
    await office.post(firing(), firing("PaymentErrors"))
    assert (await office.newest()).version == 2


async def test_news_leaves_an_edited_draft_alone(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "edit", body="書き直しました。")
    await office.post(firing("PaymentErrors"))
    notice = await office.newest()
    assert (notice.version, (await office.version(notice)).edited_by) == (2, "maruyama")


async def test_news_voids_the_first_of_two_approvals(database_url: str) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await two.post(firing())
        await two.press("maruyama", "approve")
        await two.post(firing("PaymentErrors"))
        notice = await two.newest()
        assert (notice.state, notice.approvals) == ("awaiting_approval", ())


async def test_all_ended_before_approval_is_said_in_the_draft_which_keeps_ringing(office: Office) -> None:
    await office.post(firing())
    office.clock.move(minutes(3))
    await office.post(resolved(ends_at=NIGHT + minutes(2)))
    notice = await office.newest()
    facts = Facts.from_dict((await office.version(notice)).facts)
    assert (notice.version, facts.recovered_at) == (2, NIGHT + minutes(2))
    assert (await office.incident()).state == "settling"
    assert await office.pending(notice) is not None


async def test_a_start_moves_earlier_and_never_later(office: Office) -> None:
    await office.post(firing(starts_at=NIGHT))
    await office.post(firing(starts_at=NIGHT - minutes(5)))
    await office.post(firing(starts_at=NIGHT + minutes(5)))
    assert (await office.incident()).started_at == NIGHT - minutes(5)
    [alert] = await office.alerts()
    assert alert.starts_at == NIGHT - minutes(5)


async def test_flapping_within_settle_writes_no_letter(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    for _ in range(3):
        await office.post(resolved())
        await office.wait(minutes(4))
        await office.post(firing())
        await office.wait(minutes(1))
    assert states(await office.notices()) == [("first", "sent")]
    assert (await office.incident()).state == "open"


async def test_after_a_dismissed_first_repeats_only_attach_and_a_new_alert_makes_a_new_first(
    office: Office,
) -> None:
    await office.post(firing())
    await office.press("maruyama", "dismiss", reason="テスト環境です")
    await office.post(firing())
    await office.post(firing(annotation="changed"))
    await office.tick()
    assert states(await office.notices()) == [("first", "dismissed")]
    office.clock.move(minutes(20))
    await office.post(firing("PaymentErrors"))
    assert states(await office.notices()) == [("first", "dismissed"), ("first", "awaiting_approval")]
    assert (await office.newest()).due_at == office.clock.now + minutes(15)
    await office.post(firing("PaymentErrors"))
    assert len(await office.notices()) == 2


async def test_a_dismissed_incident_closes_when_all_end_and_the_next_does_not_refer_to_it(
    office: Office,
) -> None:
    await office.post(firing())
    await office.press("maruyama", "dismiss", reason="お客様に影響なし")
    await office.post(resolved())
    await office.wait(minutes(5))
    assert (await office.incident()).state == "closed"
    await office.wait(minutes(60))
    await office.post(firing())
    assert len(await office.incidents()) == 2
    assert (await office.incident()).follows is None  # customers never heard of the first


async def test_firing_again_before_the_recovery_is_approved_reopens_the_incident(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    assert (await office.newest()).kind == "recovery"
    await office.post(firing())
    incident = await office.incident()
    assert (len(await office.incidents()), incident.state, incident.resolved_at) == (1, "open", None)
    assert states(await office.notices()) == [("first", "sent"), ("recovery", "superseded")]
    (superseded,) = [event for event in await office.events() if event.action == "superseded"]
    assert (superseded.detail["notice"], superseded.detail["why"]) == (
        (await office.newest()).id,
        "fires again",
    )
    assert await office.pending(await office.newest()) is None


@pytest.mark.parametrize("sent", [False, True], ids=["in its hold", "sent"])
async def test_firing_again_after_the_recovery_was_approved_opens_one_that_follows(
    office: Office, sent: bool
) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    if sent:
        await office.approve_and_send()
    else:
        await office.press("maruyama", "approve")
    await office.post(firing())
    old, new = await office.incidents()
    assert (new.state, new.follows) == ("open", old.id)
    assert (await office.notices(old))[-1].state == ("sent" if sent else "approved")


async def test_a_new_incident_names_the_start_that_customers_were_told_and_none_before_the_end(
    office: Office,
) -> None:
    shop = office.runtime.config.services["shop"]
    impact = shop.impact[0].model_copy(update={"detection_delay": minutes(2)})
    office.reconfigure(services={"shop": shop.model_copy(update={"impact": (impact,)})})
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    await office.approve_and_send()
    await office.post(firing())  # as before: some sources repeat the start of long ago
    told = Facts.from_dict((await office.version(await office.newest())).facts)
    assert told.follows_at == NIGHT - minutes(2)
    assert told.started_at == office.clock.now


async def test_a_combined_letter_superseded_by_firing_again_owes_a_first_report(office: Office) -> None:
    await office.post(firing())
    await office.post(resolved())
    await office.wait(minutes(5))
    assert states(await office.notices()) == [("first", "superseded"), ("recovery", "awaiting_approval")]
    office.clock.move(seconds(1))
    await office.post(firing())
    assert states(await office.notices())[-1] == ("first", "awaiting_approval")
    assert (await office.newest()).due_at == NIGHT + minutes(15)


async def test_ten_thousand_alerts_in_one_post_are_one_draft_and_one_event(office: Office) -> None:
    storm = [firing(f"Probe{n}") for n in range(10_000)]
    received = await office.post(*storm)
    assert received.accepted == 10_000
    assert len(await office.notices()) == 1
    assert (await office.actions()).count("alerts") == 1
    assert await office.store.read(lambda tx: tx.alerts.firing(received.incidents[0])) == 10_000


async def test_many_services_are_rung_in_one_round_though_one_has_vanished(
    tmp_path: Path, long: bool
) -> None:
    names = [f"shop{n}" for n in range(1000 if long else 50)]
    async with office(f"sqlite:///{tmp_path / 'bridge.sqlite3'}", configured(names)) as many:
        await many.post(*(firing(service=name) for name in names))
        left = {name: service for name, service in many.runtime.config.services.items() if name != "shop0"}
        many.reconfigure(services=left)
        await many.tick()
        assert len(await many.told("ring")) == len(names) - 1


async def test_the_first_ring_leaves_in_the_unit_that_opens_the_incident(office: Office) -> None:
    with pytest.raises(ListsWanted) as wanted:
        await office.record(Parsed((firing(),)), lists=None)
    assert (wanted.value.services, await office.incidents()) == (["shop"], [])
    lists = await ListOf(office).facts(wanted.value.services)
    _, wake = await office.record(Parsed((firing(),)), lists=lists)
    assert wake == Wake(
        rung=1
    )  # `leave_at_once` hands it over, and the timer has nothing to do: the next ring is five minutes off
    [row] = await office.claim("oncall")
    assert (row.kind, row.person, row.detail["count"]) == ("ring", "maruyama", 3)
    pending = await office.pending(await office.newest())
    assert pending is not None
    assert pending.due_at == NIGHT + minutes(5)
    await office.tick()
    assert await office.told("ring") == []
    assert (await office.actions()).count("rang") == 1


async def test_where_the_list_was_not_there_in_time_the_timer_rings(office: Office) -> None:
    _, wake = await office.record(Parsed((firing(),)), lists={})
    assert wake == Wake(timer=True)
    await office.tick()
    assert await office.told("ring") == ["maruyama"]


async def test_more_alerts_of_an_incident_that_goes_on_wake_nobody_and_want_no_list(office: Office) -> None:
    await office.post(firing())
    for news in (firing(), firing("Another"), resolved("Another")):
        _, wake = await office.record(Parsed((news,)), lists=None)
        assert wake == NOTHING
    _, wake = await office.record(Parsed((resolved(),)), lists=None)
    assert wake.timer  # it may settle soon
    _, wake = await office.record(Parsed((firing(starts_at=office.clock.now),)), lists=None)
    assert wake.timer
