"""Which services an alert concerns, and what it does to their incidents."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.model import Alert, IncidentState, Notice, NoticeState
from bridge.core.service_index import ServiceIndex
from bridge.core.settings import HEARTBEATS
from bridge.core.triage import REMEMBERED, Key, comes_back, joined, judge, key_of, sort_alerts, state_after
from tests.unit.midori import FIRED, alert, incident, minutes, service

NOW = FIRED + minutes(120)
SHOP, POINT = service(), service(id="point", match=['service=~"shop|point"'])


def ended(name: str = "LoginErrors", at: float = 30, began: float = 0) -> Alert:
    return alert(name, "resolved", FIRED + minutes(began), FIRED + minutes(at))


def fold(posts: list[list[Alert]], known: dict[Key, Alert] | None = None) -> dict[Key, Alert]:
    """What is known after these posts."""
    for posted in posts:
        verdict = judge(posted, known, NOW)
        known = {**(known or {}), **{key_of(c.alert): c.alert for c in verdict.changes}}
    return known or {}


ALERTS = st.builds(
    lambda name, fires, began, lasted: (
        alert(name, "firing", FIRED + minutes(began)) if fires else ended(name, began + lasted, began)
    ),
    st.sampled_from(["LoginErrors", "PaymentErrors"]),
    st.booleans(),
    st.integers(0, 60),
    st.integers(0, 60),
)
POSTS = st.lists(ALERTS, max_size=6)


NO_DATA = replace(alert("DatasourceNoData"), labels={"alertname": "DatasourceNoData", "service": "shop"})


def test_a_rule_without_data_is_no_customers_trouble() -> None:
    found = sort_alerts([NO_DATA], ServiceIndex([SHOP]), HEARTBEATS)
    assert (found.by_service, found.ignored) == ({}, ((NO_DATA, "no_data"),))


@pytest.mark.parametrize(
    "matcher, wanted",
    [
        pytest.param('alertname=~"Datasource.*"', ["shop"], id="named"),
        pytest.param('alertname=~".*"', [], id="every name"),
        pytest.param('alertname!="LoginErrors"', [], id="every name but one"),
    ],
)
def test_a_rule_without_data_belongs_to_a_service_that_names_it(matcher: str, wanted: list[str]) -> None:
    named = service(match=['service="shop"', matcher])
    assert list(sort_alerts([NO_DATA], ServiceIndex([named]), HEARTBEATS).by_service) == wanted


def said(status: str, at: float, **more: Any) -> Alert:
    """What a sender says of the login errors that tells when it spoke."""
    end = FIRED + minutes(at) if status == "resolved" else None
    return replace(alert("LoginErrors", status, FIRED, end), as_of=FIRED + minutes(at), **more)


@pytest.mark.parametrize(
    "posts, reasons, ignored",
    [
        pytest.param([said("firing", 1), said("firing", 1)], ["opened", "repeated"], [], id="a retry"),
        pytest.param(
            [said("firing", 1), said("resolved", 2), said("resolved", 2)],
            ["opened", "resolved", "repeated"], [], id="a retry of the end",
        ),
        pytest.param(
            [said("firing", 1), said("resolved", 5), said("firing", 3)],
            ["opened", "resolved"], ["outdated"], id="an older word comes late",
        ),
        pytest.param(
            [said("firing", 5), said("resolved", 3)], ["opened"], ["outdated"], id="an older end comes late"
        ),
        pytest.param(
            [said("firing", 1), said("resolved", 5), said("firing", 7)],
            ["opened", "resolved", "fires_again"], [], id="it fires again",
        ),
        pytest.param(
            [said("firing", 1), said("resolved", 1)], ["opened", "resolved"], [], id="both of one moment"
        ),
        pytest.param(
            [said("firing", 1), said("firing", 3, labels={"alertname": "LoginErrors"})],
            ["opened", "updated"], [], id="news of a later moment",
        ),
    ],
)  # fmt: skip
def test_a_sender_that_tells_when_it_spoke_is_heard_in_its_own_order(
    posts: list[Alert], reasons: list[str], ignored: list[str]
) -> None:
    verdict = judge(posts, None, NOW)
    assert [change.reason for change in verdict.changes] == reasons
    assert [why for _, why in verdict.ignored] == ignored


def test_an_end_that_measured_nothing_leaves_the_alert_firing_with_its_reason() -> None:
    vanished = replace(ended(), end_note="MissingSeries")
    verdict = judge([alert(), vanished, vanished], None, NOW)
    assert [change.reason for change in verdict.changes] == ["opened", "updated", "repeated"]
    last = verdict.changes[-1].alert
    assert (last.status, last.ends_at, last.end_note) == ("firing", None, "MissingSeries")


def test_a_measured_end_after_one_that_was_not_ends_the_alert() -> None:
    verdict = judge([alert(), replace(ended(), end_note="Paused"), ended()], None, NOW)
    last = verdict.changes[-1]
    assert (last.reason, last.alert.status, last.alert.end_note) == ("resolved", "resolved", "")


def test_an_alert_that_fires_on_after_an_unmeasured_end_forgets_it() -> None:
    verdict = judge([alert(), replace(ended(), end_note="Paused"), alert()], None, NOW)
    last = verdict.changes[-1]
    assert (last.reason, last.alert.status, last.alert.end_note) == ("updated", "firing", "")


@pytest.mark.parametrize(
    "given_alert, services, ignored",
    [
        pytest.param(alert(), ["shop", "point"], [], id="two services share it"),
        pytest.param(replace(alert(), labels={"service": "point"}), ["point"], [], id="one"),
        pytest.param(replace(alert(), labels={"service": "mail"}), [], ["no_service"], id="none"),
        pytest.param(alert("Watchdog"), [], ["heartbeat"], id="a heartbeat, though a service matches it"),
        pytest.param(alert("InfoInhibitor"), [], ["heartbeat"], id="a helper of the rules"),
        pytest.param(
            alert("PrometheusAlertmanagerE2eDeadManSwitch"), [], ["heartbeat"], id="a public rule's heartbeat"
        ),
        pytest.param(alert("Dead-mans-switch"), [], ["heartbeat"], id="in other letters"),
    ],
)
def test_an_alert_belongs_to(given_alert: Alert, services: list[str], ignored: list[str]) -> None:
    found = sort_alerts([given_alert], ServiceIndex([SHOP, POINT]), HEARTBEATS)
    assert list(found.by_service) == services
    assert [reason for _, reason in found.ignored] == ignored


def test_an_end_is_added_to_what_its_services_were_posted_besides() -> None:
    end = replace(ended("DiskFull"), labels={"alertname": "DiskFull", "service": "mail"})
    found = sort_alerts([alert(), end], ServiceIndex([SHOP]), ()).with_owners({key_of(end): ["shop"]})
    assert found.by_service == {"shop": (alert(), end)}
    assert found.ignored == ()


def test_verdicts_on_several_posts_are_joined_in_their_order() -> None:
    posts = [judge(posted, None, NOW) for posted in ([alert(), ended("Mail")], [alert("B"), ended("C")])]
    both = joined(posts)
    assert [change.alert.labels["alertname"] for change in both.changes] == ["LoginErrors", "B"]
    assert [(one.labels["alertname"], why) for one, why in both.ignored] == [
        ("Mail", "never_seen"),
        ("C", "never_seen"),
    ]


@pytest.mark.parametrize(
    "known, posted, reasons, ignored",
    [
        pytest.param(None, [alert()], ["opened"], [], id="nothing known: it opens"),
        pytest.param(
            None, [alert(), alert("B")], ["opened", "attached"], [], id="the first opens, others attach"
        ),
        pytest.param([alert()], [alert("B")], ["attached"], [], id="another attaches"),
        pytest.param([alert()], [alert()], ["repeated"], [], id="a repeat"),
        pytest.param(
            [alert()], [replace(alert(), url="http://am-2.internal")], ["repeated"], [], id="another link"
        ),
        pytest.param([alert()], [alert(summary="news")], ["updated"], [], id="other annotations"),
        pytest.param([alert()], [ended()], ["resolved"], [], id="an end"),
        pytest.param([ended()], [ended()], ["repeated"], [], id="an end again"),
        pytest.param([ended()], [alert()], ["fires_again"], [], id="fires again"),
        pytest.param(None, [ended()], [], ["never_seen"], id="an end of what never fired"),
        pytest.param(None, [ended(), alert()], ["opened"], ["never_seen"], id="the end came first"),
        pytest.param(None, [alert(), ended()], ["opened", "resolved"], [], id="begun and ended in one post"),
        pytest.param([alert()], [ended(at=-5, began=-9)], [], ["outdated"], id="an end from before it began"),
        pytest.param([], [alert()], ["attached"], [], id="an incident without alerts"),
    ],
)
def test_a_post_is_judged(
    known: list[Alert] | None, posted: list[Alert], reasons: list[str], ignored: list[str]
) -> None:
    before = None if known is None else {key_of(one): one for one in known}
    verdict = judge(posted, before, NOW)
    assert [change.reason for change in verdict.changes] == reasons
    assert [reason for _, reason in verdict.ignored] == ignored


@given(before=POSTS, posted=ALERTS)
def test_the_same_alert_again_changes_nothing(before: list[Alert], posted: Alert) -> None:
    once = fold([before, [posted]])
    again = judge([posted], once or None, NOW)
    assert all(change.reason == "repeated" for change in again.changes)
    assert fold([before, [posted], [posted]]) == once


@given(starts=st.permutations([0, 3, 7]), rest=st.integers(0, 2))
def test_two_alertmanagers_agree_whoever_posts_first(starts: list[int], rest: int) -> None:
    posts = [[alert(starts_at=FIRED + minutes(at))] for at in starts]
    known = fold(posts + posts[: rest + 1])
    assert [(one.status, one.starts_at) for one in known.values()] == [("firing", FIRED)]


@given(posts=st.lists(POSTS, max_size=6))
def test_a_start_never_moves_later(posts: list[list[Alert]]) -> None:
    known: dict[Key, Alert] = {}
    for posted in posts:
        after = fold([posted], known)
        assert all(after[key].starts_at <= old.starts_at for key, old in known.items())
        known = after


@given(posts=st.lists(POSTS, max_size=6))
def test_what_is_resolved_has_an_end_between_its_start_and_now(posts: list[list[Alert]]) -> None:
    for one in fold(posts).values():
        assert (one.ends_at is None) == (one.status == "firing")
        assert one.ends_at is None or one.starts_at <= one.ends_at <= NOW


@given(posts=st.lists(POSTS, max_size=6))
def test_only_something_that_fires_makes_an_alert_known(posts: list[list[Alert]]) -> None:
    fired = {key_of(one) for posted in posts for one in posted if one.status == "firing"}
    assert set(fold(posts)) <= fired


@pytest.mark.parametrize(
    "end, stored",
    [
        pytest.param(FIRED + minutes(30), FIRED + minutes(30), id="as reported"),
        pytest.param(NOW + minutes(30), NOW, id="not in the future"),
        pytest.param(FIRED - minutes(30), FIRED, id="not before its start"),
        pytest.param(None, NOW, id="unknown: now"),
    ],
)
def test_an_end_is_kept_within_reason(end: datetime | None, stored: datetime) -> None:
    [change] = judge([alert("LoginErrors", "resolved", FIRED, end)], {key_of(alert()): alert()}, NOW).changes
    assert change.alert.ends_at == stored


@pytest.mark.parametrize(
    "before, firing, after",
    [
        ("open", 1, "open"),
        ("open", 0, "settling"),
        ("settling", 0, "settling"),
        ("settling", 2, "open"),
        ("recovered", 1, "open"),
        ("recovered", 0, "recovered"),
    ],
)
def test_an_incident_follows_its_alerts(before: IncidentState, firing: int, after: IncidentState) -> None:
    assert state_after(before, fires=firing > 0) == after


def letter(state: NoticeState) -> Notice:
    return Notice("n1", "i1", "first", state, 1, base_at=FIRED, due_at=FIRED, drafted_at=FIRED)


@pytest.mark.parametrize(
    "changes, state, ago, refers",
    [
        pytest.param({"state": "closed"}, "sent", 23, True, id="yesterday's"),
        pytest.param({"state": "closed"}, "sent", 25, False, id="too long ago"),
        pytest.param({"state": "recovered"}, "sent", 900, True, id="its final report is still owed"),
        pytest.param({"state": "closed"}, "dismissed", 1, False, id="customers never heard of it"),
        pytest.param({"state": "closed"}, "superseded", 1, False, id="its draft never left"),
    ],
)
def test_a_new_incident_refers_to_the_last(
    changes: dict[str, Any], state: NoticeState, ago: float, refers: bool
) -> None:
    before = incident(**changes, resolved_at=NOW - timedelta(hours=ago))
    assert comes_back(before, [letter(state)], NOW) is refers


@pytest.mark.parametrize("after, refers", [(timedelta(seconds=-1), True), (timedelta(), False)])
def test_an_incident_is_remembered_for_a_day_after_its_end(after: timedelta, refers: bool) -> None:
    before = incident(state="closed", resolved_at=NOW - REMEMBERED - after)
    assert comes_back(before, [letter("sent")], NOW) is refers


def test_the_first_incident_of_a_service_refers_to_none() -> None:
    assert not comes_back(None, [], NOW)


AGAIN = alert(starts_at=FIRED + minutes(40))


@pytest.mark.parametrize(
    "posts, status, ignored",
    [
        pytest.param([ended(at=30)], "firing", ["outdated"], id="a late copy of the end before"),
        pytest.param([ended(at=20)], "firing", ["outdated"], id="another Alertmanager's earlier end"),
        pytest.param([ended(at=50, began=40)], "resolved", [], id="its own end"),
        pytest.param(
            [ended(at=50)], "resolved", [], id="its own end, by a sender that keeps the first start"
        ),
        pytest.param(
            [alert(), ended(at=30)], "firing", ["outdated"], id="a peer that fires yet, and then its end"
        ),
        pytest.param(
            [ended(at=50, began=40), ended(at=30)], "resolved", ["outdated"], id="the ends out of order"
        ),
    ],
)
def test_an_end_belongs_to_the_occurrence_that_it_ends(
    posts: list[Alert], status: str, ignored: list[str]
) -> None:
    known = fold([[alert()], [ended(at=30)], [AGAIN]])
    verdict = judge(posts, known, NOW)
    assert fold([posts], known)[key_of(AGAIN)].status == status
    assert [why for _, why in verdict.ignored] == ignored


def test_a_peer_that_tells_of_it_after_its_end_may_end_it_again() -> None:
    known = fold([[alert()], [ended(at=30)], [alert()], [ended(at=30)]])
    assert [one.status for one in known.values()] == ["resolved"]


@given(posts=st.lists(POSTS, max_size=4), gap=st.integers(1, 20), late=st.integers(0, 60))
def test_no_copy_of_an_older_end_ends_what_began_after_it(
    posts: list[list[Alert]], gap: int, late: int
) -> None:
    again = alert(starts_at=FIRED + minutes(121 + gap))
    known = fold([*posts, [alert()], [ended(at=120)], [again]])
    assert fold([[ended(at=late)]], known)[key_of(again)].status == "firing"


def test_an_end_by_hand_is_marked_until_the_source_ends_it_too() -> None:
    by_hand = replace(alert(), status="resolved", ends_at=FIRED + minutes(20), by_hand=True)
    known = fold([[ended(at=30)]], {key_of(by_hand): by_hand})
    (now,) = known.values()
    assert (now.by_hand, now.ends_at, now.status) == (False, FIRED + minutes(20), "resolved")
