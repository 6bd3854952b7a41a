"""How a drill went: who was rung when, who did what after how long, and how that compares with the drills before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from bridge.core.model import Event

DECISIONS = ("approved", "dismissed")
LAST = 3  # of a person's earlier drills that a score shows


@dataclass(frozen=True, slots=True)
class PersonScore:
    """One person. `seconds`: from their first ring to their decision; None where they made none."""

    person: str
    rung_at: datetime
    acknowledged_at: datetime | None = None
    decided_at: datetime | None = None

    @property
    def seconds(self) -> int | None:
        return round((self.decided_at - self.rung_at).total_seconds()) if self.decided_at else None

    @property
    def pressed(self) -> bool:
        """Whether they did anything that is recorded; opening the page is not."""
        return self.acknowledged_at is not None or self.decided_at is not None


@dataclass(frozen=True, slots=True)
class DrillScore:
    """One drill. `decision`: `approved` or `dismissed`; None while, or if, nobody decided."""

    people: tuple[PersonScore, ...] = ()
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def first_ring_at(self) -> datetime | None:
        return min((one.rung_at for one in self.people), default=None)

    @property
    def seconds(self) -> int | None:
        """From the first ring to the decision."""
        first, decided = self.first_ring_at, self.decided_at
        return round((decided - first).total_seconds()) if first and decided else None


def score(events: Sequence[Event]) -> DrillScore:
    """The score in the history of a drill's incident. A decision that was taken back does not count."""
    rung: dict[str, datetime] = {}
    acknowledged: dict[str, datetime] = {}
    decided: dict[str, datetime] = {}
    final: Event | None = None
    for event in events:
        if event.action == "rang":
            rung = {**dict.fromkeys(event.detail["people"], event.at), **rung}
        elif event.action == "acknowledged":
            acknowledged.setdefault(event.actor, event.at)
        elif event.action in (*DECISIONS, "approved_first"):
            decided.setdefault(event.actor, event.at)
            final = event if event.action in DECISIONS else final
        elif event.action == "cancelled":
            decided, final = {}, None
    people = (PersonScore(who, at, acknowledged.get(who), decided.get(who)) for who, at in rung.items())
    if final is None:
        return DrillScore(tuple(people))
    return DrillScore(tuple(people), final.action, final.actor, final.at)


def last_seconds(person: str, earlier: Sequence[DrillScore]) -> tuple[int | None, ...]:
    """How long this person took in their last drills, the newest first; None where they decided nothing."""
    taken = [one.seconds for each in earlier for one in each.people if one.person == person]
    return tuple(taken[:LAST])


def median_seconds(scores: Sequence[DrillScore]) -> float | None:
    """From first ring to decision, over the drills that were decided."""
    known = [each.seconds for each in scores if each.seconds is not None]
    return float(median(known)) if known else None


def as_rows(people: Sequence[Mapping[str, object]]) -> list[list[str]]:
    """The people of a score as the rows of a table, by the names of its columns."""
    columns = ("person", "name", "rung_at", "acknowledged_at", "decided_at", "seconds")
    return [list(columns), *([_cell(one.get(name)) for name in columns] for one in people)]


def _cell(value: object) -> str:
    return "" if value is None else str(value)
