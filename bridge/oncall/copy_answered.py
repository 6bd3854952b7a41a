"""What everybody who may be rung is told once it is said which of two copies of a record goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bridge.core.values import Locale
from bridge.oncall.letter_ref import LetterRef


@dataclass(frozen=True, slots=True)
class CopyTold:
    """`goes_on`: the copy that writes this; else it stays quiet. `before` and `here`: both sides, as far as known.

    `person`: who said so, empty for a program.
    """

    template: ClassVar[str] = "copy"
    matter: LetterRef
    goes_on: bool
    person: str
    at: datetime
    now: datetime
    before: str
    here: str

    def words(self, locale: Locale) -> Mapping[str, object]:
        return {
            "title": self.matter.title(locale),
            "goes_on": self.goes_on,
            "person": self.person,
            "at": self.matter.clock(self.at, self.now, locale),
            "before": self.before,
            "here": self.here,
        }
