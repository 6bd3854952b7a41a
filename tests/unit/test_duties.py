"""Which letter an incident owes, and when."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core import next_notice
from bridge.core.facts import NO_ANSWERS, Answers
from bridge.core.lifecycle import NOTICE_MOVES
from bridge.core.model import Kind, Notice, NoticeState
from bridge.core.next_notice import Duty
from bridge.core.settings import Policy
from tests.unit.midori import RECEIVED, incident, minutes

NOW = RECEIVED + minutes(60)
POLICY = Policy()
WAITS: NoticeState = "awaiting_approval"


def notice(kind: Kind, state: NoticeState) -> Notice:
    return Notice(f"{kind}-{state}", "i1", kind, state, 1, base_at=RECEIVED, due_at=NOW, drafted_at=RECEIVED)


def letters(*told: tuple[Kind, NoticeState]) -> list[Notice]:
    return [notice(kind, state) for kind, state in told]


OPEN: dict[str, Any] = {"state": "open"}
PROMISED = {**OPEN, "promise_at": NOW + minutes(10)}
SETTLED: dict[str, Any] = {"state": "settling", "resolved_at": NOW - minutes(5)}
SETTLING = {**SETTLED, "resolved_at": NOW - minutes(4.99)}
OVER: dict[str, Any] = {"state": "recovered", "resolved_at": NOW - minutes(10)}
OWES_CAUSE = {**OVER, "final_at": NOW}

FIRST, UPDATE = Duty("draft", "customers not told", "first"), Duty("draft", "promised report", "update")
RECOVER, CLOSE = Duty("recover", "settled", "recovery"), Duty("close", "nothing owed")
RECOVERY = Duty("draft", "recovery not told", "recovery")
FINAL = Duty("draft", "cause promised", "final")


@pytest.mark.parametrize(
    "at, told, owed",
    [
        pytest.param(OPEN, [], FIRST, id="opened"),
        pytest.param(OPEN, [("first", WAITS)], None, id="a first report waits"),
        pytest.param(OPEN, [("first", "dismissed")], None, id="dismissed: customers are not told"),
        pytest.param(OPEN, [("first", "superseded"), ("recovery", "superseded")], FIRST, id="fires again"),
        pytest.param(OPEN, [("first", "sent")], None, id="told, nothing promised"),
        pytest.param(PROMISED, [("first", "sent")], UPDATE, id="ten minutes before the promise"),
        pytest.param(
            {**OPEN, "promise_at": NOW + minutes(10.01)}, [("first", "sent")], None, id="a moment before that"
        ),
        pytest.param(PROMISED, [("first", "sent"), ("update", WAITS)], None, id="the update waits"),
        pytest.param(PROMISED, [("first", "sent"), ("update", "approved")], None, id="it is in its hold"),
        pytest.param(PROMISED, [("first", "sent"), ("update", "dismissed")], UPDATE, id="and the next"),
        pytest.param(SETTLING, [("first", WAITS)], None, id="not settled yet"),
        pytest.param(
            {**SETTLING, "promise_at": NOW}, [("first", "sent")], UPDATE, id="a promise falls due meanwhile"
        ),
        pytest.param(SETTLED, [("first", WAITS)], RECOVER, id="a short life: one combined letter"),
        pytest.param(SETTLED, [("first", "sent")], RECOVER, id="settled"),
        pytest.param(SETTLED, [("first", "approved")], None, id="in its hold: it may be called back"),
        pytest.param(
            SETTLED, [("first", "sent"), ("update", "approved")], None, id="so may the one after it"
        ),
        pytest.param(SETTLED, [("first", "dismissed")], CLOSE, id="nobody was told"),
        pytest.param(
            SETTLED, [("first", "dismissed"), ("individual", WAITS)], None, id="but a batch still waits"
        ),
        pytest.param(OVER, [("first", "sent")], RECOVERY, id="no recovery was drafted"),
        pytest.param(OVER, [("first", "sent"), ("recovery", WAITS)], None, id="the recovery waits"),
        pytest.param(OVER, [("first", "sent"), ("recovery", "sending")], None, id="it is being sent"),
        pytest.param(OVER, [("first", "sent"), ("recovery", "stopped")], None, id="somebody stopped it"),
        pytest.param(OVER, [("first", "sent"), ("recovery", "sent")], CLOSE, id="recovery told"),
        pytest.param(OVER, [("first", "sent"), ("recovery", "dismissed")], CLOSE, id="recovery dismissed"),
        pytest.param(
            OVER, [("first", "sent"), ("recovery", "superseded")], RECOVERY, id="the old one was superseded"
        ),
        pytest.param(
            OVER, [("recovery", "sent"), ("individual", WAITS)], None, id="a batch keeps it from closing"
        ),
        pytest.param(OWES_CAUSE, [("recovery", "sent")], FINAL, id="the cause falls due"),
        pytest.param(
            {**OVER, "final_at": NOW + minutes(1)}, [("recovery", "sent")], None, id="not before its day"
        ),
        pytest.param(OWES_CAUSE, [("recovery", "sent"), ("final", WAITS)], None, id="the final report waits"),
        pytest.param(
            OWES_CAUSE, [("recovery", "sent"), ("individual", WAITS)], FINAL, id="a batch holds nothing up"
        ),
        pytest.param(OWES_CAUSE, [("recovery", "sent"), ("final", "sent")], FINAL, id="promised once more"),
        pytest.param({"state": "closed"}, [], None, id="closed"),
    ],
)
def test_an_incident_owes(
    at: dict[str, Any], told: list[tuple[Kind, NoticeState]], owed: Duty | None
) -> None:
    assert next_notice.owed(incident(**at), letters(*told), POLICY, NOW) == owed


@pytest.mark.parametrize(
    "at, then",
    [
        pytest.param(OPEN, None, id="nothing promised: only people and alerts change it"),
        pytest.param(PROMISED, NOW, id="ten minutes before the promise"),
        pytest.param(SETTLING, NOW + minutes(0.01), id="settled"),
        pytest.param({**SETTLING, "promise_at": NOW + minutes(30)}, NOW + minutes(0.01), id="settled first"),
        pytest.param({**SETTLING, "promise_at": NOW}, NOW - minutes(10), id="a promise first"),
        pytest.param({**OPEN, "resolved_at": NOW}, None, id="fires again"),
        pytest.param({**OVER, "promise_at": NOW}, None, id="over: the promise is off"),
        pytest.param(OWES_CAUSE, NOW, id="the day of the cause"),
        pytest.param({**OWES_CAUSE, "state": "closed"}, None, id="closed"),
    ],
)
def test_time_brings_the_next_duty(at: dict[str, Any], then: datetime | None) -> None:
    assert next_notice.next_duty_at(incident(**at), POLICY, NOW - minutes(30)) == then


@pytest.mark.parametrize(
    "kind, answers, day",
    [
        ("recovery", NO_ANSWERS, date(2026, 12, 1)),
        ("final", NO_ANSWERS, date(2026, 12, 1)),
        ("recovery", Answers(cause="認証用の証明書の期限切れ"), date(2026, 12, 1)),
        ("recovery", Answers(cause="認証用の証明書の期限切れ", prevention="期限の監視"), None),
        ("recovery", Answers(cause_by=date(2026, 11, 30)), date(2026, 11, 30)),
        ("update", NO_ANSWERS, None),
    ],
)
def test_only_a_report_after_the_end_that_leaves_cause_or_prevention_open_promises_a_day(
    kind: Kind, answers: Answers, day: date | None
) -> None:
    assert next_notice.promising_cause(answers, kind, date(2026, 11, 24)).cause_by == day


KINDS: st.SearchStrategy[Kind] = st.sampled_from(["first", "update", "recovery", "final", "individual"])
STATES: st.SearchStrategy[NoticeState] = st.sampled_from(list(NOTICE_MOVES))
SOME = st.lists(st.builds(notice, KINDS, STATES), max_size=5)
MOMENTS = st.none() | st.integers(-200, 200).map(lambda n: NOW + minutes(n))
INCIDENTS = st.builds(
    lambda state, resolved, promise, final: incident(
        state=state, resolved_at=resolved, promise_at=promise, final_at=final
    ),
    st.sampled_from(["open", "settling", "recovered", "closed"]),
    MOMENTS,
    MOMENTS,
    MOMENTS,
)


@given(
    given_incident=INCIDENTS,
    notices=SOME,
    now=st.integers(-300, 300).map(lambda n: NOW + minutes(n)),
    later=st.integers(0, 400),
)
def test_time_alone_changes_nothing_before_the_next_duty(
    given_incident: Any, notices: list[Notice], now: datetime, later: int
) -> None:
    due = next_notice.next_duty_at(given_incident, POLICY, now)
    if due is not None and now + minutes(later) >= due:
        return
    assert next_notice.owed(given_incident, notices, POLICY, now + minutes(later)) == next_notice.owed(
        given_incident, notices, POLICY, now
    )


def test_a_duty_that_has_come_is_not_the_next_one() -> None:
    both = incident(**{**SETTLING, "promise_at": NOW})
    assert next_notice.next_duty_at(both, POLICY, NOW) == NOW + minutes(0.01)
