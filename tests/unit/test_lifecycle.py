"""The tables of states, their complement, and the drawings in docs/states.md."""

import re
from pathlib import Path
from typing import get_args

import pytest

from bridge.core.lifecycle import (
    INCIDENT_MOVES,
    NOTICE_MOVES,
    UNDECIDED,
    UNDER_WAY,
    incident_may_move,
    may_move,
)
from bridge.core.model import IncidentState, NoticeState

DRAWINGS = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
ARROW = re.compile(r"^\s+(\w+) --> (\w+)(?:: .+)?$", re.MULTILINE)

# The moves of docs/states.md, written once more by hand.
ALLOWED = {
    ("awaiting_approval", "awaiting_second"),
    ("awaiting_approval", "approved"),
    ("awaiting_approval", "dismissed"),
    ("awaiting_approval", "superseded"),
    ("awaiting_second", "awaiting_approval"),
    ("awaiting_second", "approved"),
    ("awaiting_second", "dismissed"),
    ("awaiting_second", "superseded"),
    ("approved", "sending"),
    ("approved", "awaiting_approval"),
    ("approved", "stopped"),
    ("sending", "sent"),
    ("sending", "stopped"),
    ("stopped", "approved"),
    ("stopped", "sending"),
    ("stopped", "superseded"),
    ("stopped", "dismissed"),
    ("dismissed", "awaiting_approval"),
    ("dismissed", "superseded"),
    ("sent", "sending"),
}
INCIDENT_ALLOWED = {
    ("closed", "recovered"),
    ("closed", "open"),
    ("open", "settling"),
    ("open", "recovered"),
    ("open", "closed"),
    ("settling", "open"),
    ("settling", "recovered"),
    ("settling", "closed"),
    ("recovered", "open"),
    ("recovered", "closed"),
}


def other_moves(allowed: set[tuple[str, str]], states: tuple[str, ...]) -> list[tuple[str, str]]:
    """Every pair of states that is not allowed."""
    return [(old, new) for old in states for new in states if (old, new) not in allowed]


@pytest.mark.parametrize("old, new", sorted(ALLOWED))
def test_a_move_of_the_contract_is_allowed(old: NoticeState, new: NoticeState) -> None:
    assert may_move(old, new)


@pytest.mark.parametrize("old, new", other_moves(ALLOWED, get_args(NoticeState)))
def test_every_other_move_is_forbidden(old: NoticeState, new: NoticeState) -> None:
    assert not may_move(old, new)


@pytest.mark.parametrize("old, new", sorted(INCIDENT_ALLOWED))
def test_an_incidents_move_of_the_contract_is_allowed(old: IncidentState, new: IncidentState) -> None:
    assert incident_may_move(old, new)


@pytest.mark.parametrize("old, new", other_moves(INCIDENT_ALLOWED, get_args(IncidentState)))
def test_every_other_move_of_an_incident_is_forbidden(old: IncidentState, new: IncidentState) -> None:
    assert not incident_may_move(old, new)


def test_every_state_has_its_row_and_its_group() -> None:
    assert set(NOTICE_MOVES) == set(get_args(NoticeState))
    assert set(INCIDENT_MOVES) == set(get_args(IncidentState))
    assert {state for state, to in NOTICE_MOVES.items() if to} == UNDECIDED | UNDER_WAY | {
        "dismissed",
        "sent",
    }


@pytest.mark.parametrize("moves", [NOTICE_MOVES, INCIDENT_MOVES], ids=["notice", "incident"])
def test_every_state_leads_to_an_end(moves: dict[str, frozenset[str]]) -> None:
    ends = {"sent", "dismissed", "superseded", "closed"} & set(moves)
    for start in moves:
        reached = {start}
        while more := {new for state in reached for new in moves[state]} - reached:
            reached |= more
        assert reached & ends


@pytest.mark.parametrize(
    "title, moves", [("Notice", NOTICE_MOVES), ("Incident", INCIDENT_MOVES)], ids=["notice", "incident"]
)
def test_the_drawing_shows_exactly_the_table(title: str, moves: dict[str, frozenset[str]]) -> None:
    drawing = DRAWINGS.split(f"## {title}\n")[1].split("\n## ")[0]
    arrows = {(old, new) for old, new in ARROW.findall(drawing)}
    assert arrows == {(old, new) for old, to in moves.items() for new in to}
