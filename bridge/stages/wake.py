"""What a committed unit of work woke: which loops have something to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wake:
    """`timer`: a ring, a hold or a duty changed. `oncall`, `customers`: that lane has rows due."""

    timer: bool = False
    oncall: bool = False
    customers: bool = False

    def __or__(self, other: "Wake") -> "Wake":
        return Wake(self.timer or other.timer, self.oncall or other.oncall, self.customers or other.customers)


NOTHING = Wake()
