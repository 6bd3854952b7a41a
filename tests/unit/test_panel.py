"""What may be done about a notice, and how long a yes can be taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.actions import Action, Circumstances, Surprise, expired, hold_for, offers, surprises
from bridge.core.kinds import KINDS
from bridge.core.lifecycle import NOTICE_MOVES, UNDECIDED
from bridge.core.model import Approval, IncidentState, Kind, Notice, NoticeState
from bridge.core.settings import Policy

NOW = datetime(2026, 11, 23, 17, 16, tzinfo=UTC)
DUE = NOW + timedelta(minutes=9)


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


def notice(state: NoticeState = "awaiting_approval", **changes: Any) -> Notice:
    begun = NOW - timedelta(minutes=6)
    plain = Notice("n1", "i1", "first", state, 2, base_at=begun, due_at=DUE, drafted_at=begun)
    return replace(plain, **changes)


FIRST_YES = Approval("maruyama", 2, NOW)
OLD_YES = Approval("maruyama", 1, NOW)
OPEN = ("approve", "edit", "dismiss", "acknowledge", "test", "recovered")


@pytest.mark.parametrize(
    "given_notice, person, may",
    [
        pytest.param(notice(), "maruyama", OPEN, id="open: everything"),
        pytest.param(
            notice("awaiting_second", approvals=(FIRST_YES,)),
            "maruyama",
            OPEN[1:],
            id="a second yes of the first",
        ),
        pytest.param(notice("awaiting_second", approvals=(FIRST_YES,)), "sato", OPEN, id="the second person"),
        pytest.param(
            notice(approvals=(OLD_YES,)), "maruyama", OPEN, id="a yes to an older version does not count"
        ),
        pytest.param(notice("approved", send_at=NOW + seconds(3)), "sato", ("cancel",), id="in the hold"),
        pytest.param(notice("approved", send_at=NOW), "sato", (), id="the hold is over"),
        pytest.param(notice("sending"), "sato", ("stop",), id="sending"),
        pytest.param(
            notice("sending", send_at=NOW + seconds(3)),
            "sato",
            ("stop",),
            id="sending, and the clock went back",
        ),
        pytest.param(notice("stopped"), "sato", ("resume", "dismiss"), id="stopped"),
        pytest.param(
            notice("stopped", approvals=(FIRST_YES,)),
            "maruyama",
            ("dismiss",),
            id="stopped: one of two yeses is his",
        ),
        pytest.param(
            notice("stopped", approvals=(FIRST_YES,)),
            "sato",
            ("resume", "dismiss"),
            id="stopped: the other is hers",
        ),
        pytest.param(
            notice("stopped", approvals=(FIRST_YES,), approved_by="maruyama"),
            "maruyama",
            ("resume", "dismiss"),
            id="stopped after it was approved",
        ),
        pytest.param(notice("sent"), "maruyama", (), id="sent"),
        pytest.param(notice("dismissed"), "maruyama", ("reopen",), id="dismissed, and an alert fires"),
        pytest.param(notice("dismissed", kind="individual"), "maruyama", (), id="a dismissed batch"),
        pytest.param(notice("dismissed", kind="correction"), "maruyama", (), id="a dismissed correction"),
        pytest.param(notice("superseded"), "maruyama", (), id="superseded"),
        pytest.param(
            notice(kind="individual"),
            "sato",
            ("approve", "dismiss", "acknowledge", "test"),
            id="a batch is corrected in its CSV",
        ),
    ],
)
def test_the_page_offers_exactly(given_notice: Notice, person: str, may: tuple[Action, ...]) -> None:
    assert offers(given_notice, person, NOW) == may


@pytest.mark.parametrize("state", get_args(IncidentState))
@pytest.mark.parametrize("kind", KINDS)
def test_recovery_can_be_declared_only_while_the_disturbance_goes_on(
    kind: Kind, state: IncidentState
) -> None:
    may = "recovered" in offers(notice(kind=kind), "sato", NOW, Circumstances(state))
    assert may == (kind in ("first", "update") and state in ("open", "settling"))


@pytest.mark.parametrize("state", get_args(IncidentState))
@pytest.mark.parametrize("newer", [False, True])
def test_what_was_not_sent_is_taken_up_again_only_while_an_alert_fires_and_no_newer_report_is_there(
    state: IncidentState, *, newer: bool
) -> None:
    may = offers(notice("dismissed"), "sato", NOW, Circumstances(state, newer))
    assert may == (("reopen",) if state == "open" and not newer else ())


@pytest.mark.parametrize("state", [state for state in NOTICE_MOVES if state not in UNDECIDED])
def test_nothing_decided_can_be_approved_or_edited(state: NoticeState) -> None:
    assert not {"approve", "edit"} & set(offers(notice(state), "sato", NOW))


@pytest.mark.parametrize("state", [state for state in NOTICE_MOVES if state not in UNDECIDED])
def test_of_what_was_decided_only_a_stopped_letter_can_still_be_dismissed(state: NoticeState) -> None:
    assert ("dismiss" in offers(notice(state), "sato", NOW)) == (state == "stopped")


def test_a_letter_whose_rest_is_never_sent_can_be_corrected_but_not_taken_up_again() -> None:
    assert offers(notice("dismissed", sending_at=NOW), "sato", NOW) == ("correct",)


@pytest.mark.parametrize(
    "decided, issued, out",
    [
        pytest.param(None, 400, False, id="undecided: never"),
        pytest.param(7, 8, False, id="seven days after the decision it still works"),
        pytest.param(7.01, 8, True, id="then no more"),
        pytest.param(30, 7, False, id="a renewed link has seven days of its own"),
        pytest.param(30, 7.01, True, id="and no more"),
    ],
)
def test_a_link_runs_out(decided: float | None, issued: float, out: bool) -> None:
    decided_at = None if decided is None else NOW - timedelta(days=decided)
    assert expired(notice("sent", decided_at=decided_at), NOW, NOW - timedelta(days=issued)) == out


@pytest.mark.parametrize(
    "count, before, surprising",
    [(8_228, 12_408, True), (12_408, 12_396, False), (80, 100, False), (79, 100, True), (121, 100, True)],
)
def test_a_count_off_the_last_by_more_than_a_fifth_surprises(
    count: int, before: int, surprising: bool
) -> None:
    reasons = surprises(count, before, overridden=False, repeated_at=None, now=NOW)
    assert reasons == (("list_size",) if surprising else ())


def test_an_override_and_a_repeat_surprise_by_name() -> None:
    reasons = surprises(None, None, overridden=True, repeated_at=NOW - timedelta(minutes=9), now=NOW)
    assert reasons == ("override", "repeat")


def test_ten_minutes_later_the_same_kind_is_no_repeat() -> None:
    assert surprises(1, 1, overridden=False, repeated_at=NOW - timedelta(minutes=10), now=NOW) == ()


@pytest.mark.parametrize(
    "policy, left, surprised, hold",
    [
        pytest.param(10, 540, (), 10, id="the policy's"),
        pytest.param(10, 540, ("repeat",), 30, id="surprising: half a minute"),
        pytest.param(60, 540, ("repeat",), 60, id="a longer policy stays"),
        pytest.param(10, 7, (), 7, id="shrinks to what is left"),
        pytest.param(10, 2, (), 5, id="not below five seconds"),
        pytest.param(3, 2, (), 3, id="nor is a short policy made longer"),
        pytest.param(10, -180, ("list_size",), 30, id="past the deadline nothing is left to save"),
        pytest.param(0, 540, ("override",), 0, id="no hold at all"),
    ],
)
def test_the_hold(policy: int, left: int, surprised: tuple[Surprise, ...], hold: int) -> None:
    due = notice(due_at=NOW + seconds(left))
    assert hold_for(Policy(hold=seconds(policy)), due, NOW, surprised) == seconds(hold)


@given(
    policy=st.integers(0, 60),
    left=st.integers(-3_600, 3_600),
    surprised=st.sampled_from([(), ("repeat",), ("list_size", "override")]),
)
def test_a_hold_never_lengthens_a_deadline_by_more_than_its_floor(
    policy: int, left: int, surprised: tuple[Surprise, ...]
) -> None:
    hold = hold_for(Policy(hold=seconds(policy)), notice(due_at=NOW + seconds(left)), NOW, surprised)
    assert seconds(0) <= hold <= seconds(60)
    assert bool(hold) == bool(policy)
    if left > 0:
        assert hold <= max(seconds(left), seconds(5))
