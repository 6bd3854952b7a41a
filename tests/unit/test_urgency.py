"""Which open incident needs somebody first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.core.model import Incident, Notice
from bridge.core.urgency import NextStep, next_step, order
from tests.web.samples import INCIDENT, NOW, approved, at, notice

PROMISED = replace(INCIDENT, promise_at=at(3, 8))
SENT = approved(state="sent", sending_at=at(2, 16, 40), finished_at=at(2, 17))


@pytest.mark.parametrize(
    "incident, notices, what, due",
    [
        pytest.param(INCIDENT, (notice(),), "decide", at(2, 25), id="a draft"),
        pytest.param(
            PROMISED,
            (SENT, notice("update", id="n2", due_at=at(3, 8))),
            "decide",
            at(3, 10),
            id="an update, due at its promise as it was printed",
        ),
        pytest.param(PROMISED, (SENT,), "report", at(3, 10), id="an update is promised"),
        pytest.param(
            PROMISED,
            (approved(state="sending", sending_at=at(2, 16, 40)),),
            "wait",
            None,
            id="on its way",
        ),
        pytest.param(
            PROMISED,
            (replace(SENT, state="stopped", stop_reason="restored"), notice(id="n2")),
            "resume",
            None,
            id="stopped by the bridge, before any draft",
        ),
        pytest.param(
            PROMISED,
            (replace(SENT, state="stopped", stop_reason="person"),),
            "report",
            at(3, 10),
            id="stopped by a person, who knows",
        ),
        pytest.param(
            replace(PROMISED, state="recovered", final_at=at(10, 0)),
            (SENT,),
            "cause",
            at(10, 0),
            id="the cause is promised",
        ),
        pytest.param(
            INCIDENT,
            (notice(state="dismissed", decided_at=at(2, 16)),),
            "nothing",
            None,
            id="dismissed",
        ),
        pytest.param(INCIDENT, (), "nothing", None, id="no letter"),
    ],
)
def test_what_an_incident_needs_next(
    incident: Incident, notices: tuple[Notice, ...], what: str, due: object
) -> None:
    step = next_step(incident, notices)
    assert (step.what, step.due_at) == (what, due)


def step(what: str, minutes: float | None) -> NextStep:
    due = None if minutes is None else NOW + timedelta(minutes=minutes)
    return NextStep(what, None, NOW - timedelta(minutes=6), due)  # type: ignore[arg-type]


def test_what_was_stopped_comes_first_then_the_least_time_then_what_needs_nobody() -> None:
    steps = [
        step("nothing", None),
        step("report", 49),
        step("decide", 4),
        step("resume", None),
        step("decide", -3),
    ]
    assert [(each.what, each.due_at) for each in sorted(steps, key=order)] == [
        (each.what, each.due_at) for each in (steps[3], steps[4], steps[2], steps[1], steps[0])
    ]


@pytest.mark.parametrize(
    "minutes, soon, overdue, percent",
    [
        (9, False, False, 60),
        (5, True, False, 45),
        (0, True, True, 0),
        (-3, True, True, 0),
        (None, False, False, 100),
    ],
)
def test_five_minutes_are_soon_and_none_are_late(
    minutes: float | None, soon: bool, overdue: bool, percent: int
) -> None:
    found = step("decide", minutes)
    assert (found.soon(NOW), found.overdue(NOW), found.percent_left(NOW)) == (soon, overdue, percent)
