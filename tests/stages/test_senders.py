"""Senders that say when they spoke, that test, or that end an alert without having measured anything."""

from dataclasses import replace

import pytest

from bridge.core.model import Alert
from bridge.sources.post import Parsed, Post, not_wanted
from tests.parts.midori import minutes
from tests.stages.office import Office, states
from tests.stages.samples import NIGHT, firing, resolved


def at(alert: Alert, minute: float) -> Alert:
    """The alert as its sender told it at that minute of the night."""
    return replace(alert, as_of=NIGHT + minutes(minute))


async def test_an_alert_whose_series_vanished_never_brings_a_recovery_report(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    office.clock.move(minutes(5))
    vanished = Parsed((replace(resolved(), end_note="MissingSeries"),), notes=("alerts[0] ended unmeasured",))
    (received,) = await office.post_together(vanished)
    assert received.accepted == 1
    await office.tick(minutes(10))
    assert (await office.incident()).state == "open"
    assert [kind for kind, _ in states(await office.notices())] == ["first"]
    (alert,) = await office.alerts()
    assert (alert.status, alert.end_note) == ("firing", "MissingSeries")
    assert any("unmeasured" in str(event.detail) for event in await office.events())


async def test_a_measured_end_brings_the_recovery_report_all_the_same(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(replace(resolved(), end_note="MissingSeries"))
    office.clock.move(minutes(5))
    await office.post(resolved())
    await office.tick(minutes(10))
    assert [kind for kind, _ in states(await office.notices())] == ["first", "recovery"]


async def test_an_older_word_that_comes_late_changes_nothing(office: Office) -> None:
    await office.post(at(firing(), 0))
    office.clock.move(minutes(8))
    await office.post(at(resolved(), 6))
    late = await office.post(at(firing(), 3))
    assert [why for _, why in late.ignored] == ["outdated"]
    assert [alert.status for alert in await office.alerts()] == ["resolved"]


async def test_a_retry_that_comes_after_the_incident_was_closed_opens_no_new_one(office: Office) -> None:
    await office.post(at(firing(), 0))
    office.clock.move(minutes(2))
    await office.post(at(resolved(), 1))
    await office.press("maruyama", "dismiss", reason="訓練でした")
    await office.tick(minutes(120))
    assert (await office.incident()).state == "closed"
    late = await office.post(at(firing(), 0))
    assert [why for _, why in late.ignored] == ["outdated"]
    assert len(await office.incidents()) == 1
    news = await office.post(at(firing(), 100))
    assert news.accepted == 1
    assert len(await office.incidents()) == 2


@pytest.mark.parametrize("why", ["test", "other_event", "no_data"])
async def test_what_is_no_alert_is_counted_with_its_reason(office: Office, why: str) -> None:
    test = not_wanted(Post("grafana", b"", NIGHT), why, "TestAlert")  # type: ignore[arg-type]
    (received,) = await office.post_together(Parsed((), ignored=(test,)))
    assert (received.accepted, [reason for _, reason in received.ignored]) == (0, [why])
    rows = await office.store.read(lambda tx: tx.alerts.recently_ignored(10))
    assert [(row["alertname"], row["reason"]) for row in rows] == [("TestAlert", why)]
