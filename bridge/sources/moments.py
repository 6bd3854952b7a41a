"""When an alert began and ended, for every source: what stands for a time that is missing or cannot be."""

from dataclasses import dataclass, field
from datetime import datetime

from bridge.sources.body import FUTURE, time


@dataclass
class Moments:
    """The times of one post. `notes`: what was corrected, in words."""

    received_at: datetime
    notes: list[str] = field(default_factory=list)

    def start(self, given: object, name: str) -> datetime:
        """When the alert began. The time of receipt stands for a start that is missing or lies in the future."""
        at = given if isinstance(given, datetime) else time(given, name)
        if at is None:
            return self.received_at
        if at > self.received_at + FUTURE:
            self.notes.append(f"{name} lies in the future: the time of receipt is used")
            return self.received_at
        return at

    def end(self, given: object, name: str, starts_at: datetime) -> datetime:
        """When it ended. The time of receipt stands for an end that is missing, too early or in the future."""
        at = given if isinstance(given, datetime) else time(given, name)
        if at is not None and starts_at <= at <= self.received_at + FUTURE:
            return at
        if at is not None:
            where = "before the start" if at < starts_at else "in the future"
            self.notes.append(f"{name} lies {where}: the time of receipt is used")
        return max(self.received_at, starts_at)

    def unmeasured(self, name: str, why: str) -> str:
        """The reason of an end that measured nothing, which the history tells as well."""
        self.notes.append(f"{name} ended without a measurement ({why}): it counts as firing")
        return why
