"""How a drill went: mailed to the people of the last step when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bridge.core import dates
from bridge.core.drill_score import DrillScore, PersonScore
from bridge.core.values import Locale
from bridge.oncall.letter_ref import LetterRef


@dataclass(frozen=True, slots=True)
class DrillOver:
    """The score. `names`: of the people in it, by id."""

    template: ClassVar[str] = "drill_over"
    matter: LetterRef
    score: DrillScore
    names: Mapping[str, str]

    def words(self, locale: Locale) -> Mapping[str, object]:
        told, people = self.score, self.score.people
        return {
            "title": self.matter.title(locale),
            "decision": told.decision or "",
            "who": self.names.get(told.decided_by or "", ""),
            "took": _took(told.seconds, locale),
            "rung": len(people),
            "pressed": sum(one.pressed for one in people),
            "people": [(self.names.get(one.person, one.person), *self._of(one, locale)) for one in people],
        }

    def _of(self, one: PersonScore, locale: Locale) -> tuple[str, str, str]:
        """When a person was rung, when they said that they are on it, and how long their decision took."""
        zone, on_it = self.matter.zone, one.acknowledged_at
        rung = dates.clock(one.rung_at, zone, locale)
        return rung, dates.clock(on_it, zone, locale) if on_it else "", _took(one.seconds, locale)


def _took(seconds: int | None, locale: Locale) -> str:
    return "" if seconds is None else dates.exactly(timedelta(seconds=seconds), locale)
