"""When a notice rings next, and whom."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.model import Approval, Notice
from bridge.core.reminders import (
    CLOCK_SLACK,
    after_acknowledge,
    is_due,
    next_ring,
    plan,
    rung_people,
    step_people,
    with_deadline,
)
from bridge.core.settings import Escalation, Policy
from tests.unit.midori import RECEIVED, minutes

BASE = RECEIVED
SHOP = Escalation.model_validate(
    {
        "remind_at": ["0m", "5m", "10m", "13m", "15m"],
        "then_every": "5m",
        "steps": [{"from": "0m", "people": ["maruyama"]}, {"from": "10m", "people": ["maruyama", "sato"]}],
    }
)
OFFSETS = st.lists(st.integers(0, 7200), min_size=1, max_size=6, unique=True).map(sorted)
ESCALATIONS = st.builds(
    lambda offsets, every: SHOP.model_copy(
        update={
            "remind_at": tuple(timedelta(seconds=s) for s in offsets),
            "then_every": timedelta(seconds=every),
        }
    ),
    OFFSETS,
    st.integers(1, 3600),
)
ELAPSED = st.integers(0, 20_000).map(lambda s: timedelta(seconds=s))
NOTICE = Notice(
    "n1", "i1", "first", "awaiting_approval", 2, base_at=BASE, due_at=BASE + minutes(15), drafted_at=BASE
)


@given(escalation=ESCALATIONS, elapsed=ELAPSED)
def test_the_next_ring_is_the_first_of_the_plan_that_lies_ahead(
    escalation: Escalation, elapsed: timedelta
) -> None:
    now = BASE + elapsed
    walked = next(at for at in plan(escalation, BASE) if at > now)
    assert next_ring(escalation, BASE, now) == walked


@given(escalation=ESCALATIONS)
def test_the_plan_has_no_end_and_only_climbs(escalation: Escalation) -> None:
    some = list(takewhile(lambda at: at < BASE + minutes(600), plan(escalation, BASE)))
    assert all(a < b for a, b in pairwise(some))
    assert some[-1] >= BASE + minutes(600) - escalation.then_every or some[-1] - BASE in escalation.remind_at


@given(escalation=ESCALATIONS, slept=ELAPSED)
def test_asleep_for_hours_is_one_ring_and_not_twelve(escalation: Escalation, slept: timedelta) -> None:
    assert next_ring(escalation, BASE, BASE + slept) > BASE + slept


@pytest.mark.parametrize(
    "now, due",
    [
        pytest.param(minutes(4.99), False, id="not yet"),
        pytest.param(minutes(5), True, id="to the second"),
        pytest.param(minutes(300), True, id="long past"),
        pytest.param(-minutes(0.02), False, id="a clock a second back is no reason"),
        pytest.param(-CLOCK_SLACK, False, id="nor is one as far back as the slack"),
        pytest.param(-minutes(60), True, id="an hour back: the wait would be longer than was planned"),
    ],
)
def test_a_ring_planned_five_minutes_ahead_is_due(now: timedelta, due: bool) -> None:
    assert is_due(BASE + minutes(5), BASE, BASE + now) is due


@pytest.mark.parametrize(
    "after, people",
    [(-1, ("maruyama",)), (0, ("maruyama",)), (9.9, ("maruyama",)), (10, ("maruyama", "sato"))],
)
def test_who_is_rung_follows_the_steps(after: float, people: tuple[str, ...]) -> None:
    assert step_people(SHOP, BASE, BASE + minutes(after)) == people


@pytest.mark.parametrize(
    "yes, people",
    [
        pytest.param(Approval("maruyama", 2, BASE), ("sato",), id="the other one, whatever the step"),
        pytest.param(Approval("maruyama", 1, BASE), ("maruyama", "sato"), id="a yes to an older version"),
    ],
)
def test_once_one_has_approved_the_others_are_rung(yes: Approval, people: tuple[str, ...]) -> None:
    waiting = replace(NOTICE, state="awaiting_second", approvals=(yes,))
    assert rung_people(waiting, SHOP, BASE) == people


@pytest.mark.parametrize("pending, then", [(0, 5), (5, 10), (10, 13), (13, 15), (15, 15), (20, 20)])
def test_an_acknowledge_skips_one_ring_before_the_deadline(pending: float, then: float) -> None:
    assert after_acknowledge(NOTICE, SHOP, BASE + minutes(pending)) == BASE + minutes(then)


@pytest.mark.parametrize(
    "at_deadline, planned, now, then",
    [
        ("keep_reminding", 20, 14, 20),
        ("send", 20, 14, 15),
        ("send", 10, 5, 10),
        ("send", 20, 15, 20),
        ("send", 20, 16, 20),
    ],
)
def test_a_draft_that_is_sent_by_itself_is_looked_at_at_its_deadline(
    at_deadline: str, planned: float, now: float, then: float
) -> None:
    policy = Policy.model_validate({"at_deadline": at_deadline})
    at: datetime = with_deadline(BASE + minutes(planned), NOTICE, policy, BASE + minutes(now))
    assert at == BASE + minutes(then)
