"""What a committed unit of work woke: which loops have something to do."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from bridge.core.anchors import Anchor
from bridge.core.continuity import Continuity

if TYPE_CHECKING:  # whoever explains opens no database
    from bridge.core.settings import Person, Service
    from bridge.oncall.message import OncallMessage, Rehearsal
    from bridge.store.claims import Claimed

LOOKS_EVERY = timedelta(seconds=5)  # how soon the timer looks by itself: what is due later wakes nobody


class LeavingRing(NamedTuple):
    """A claimed ring. `composed`: what it says, None where that failed."""

    row: "Claimed"
    composed: "tuple[OncallMessage | Rehearsal, Person, Service] | None"


@dataclass(frozen=True, slots=True)
class Wake:
    """`timer`: a ring, a hold or a duty is due soon. `oncall`, `customers`: that lane has rows due.

    `rung`: how many rings fired. `leaving`: those of them that were claimed as they did.

    To be logged: `anchors`, the heads of histories in which a decision was just recorded, and `template_failed`,
    why the shipped template stands in for the company's own in a draft that was just rung. `database`: what was found
    out about the database, other than that it goes on.
    """

    timer: bool = False
    oncall: bool = False
    customers: bool = False
    anchors: tuple[Anchor, ...] = ()
    template_failed: tuple[str, ...] = ()
    database: tuple[Continuity, ...] = ()
    rung: int = 0
    leaving: tuple[LeavingRing, ...] = ()

    def __or__(self, other: "Wake") -> "Wake":
        return Wake(
            self.timer or other.timer,
            self.oncall or other.oncall,
            self.customers or other.customers,
            self.anchors + other.anchors,
            self.template_failed + other.template_failed,
            self.database + other.database,
            self.rung + other.rung,
            self.leaving + other.leaving,
        )


NOTHING = Wake()
