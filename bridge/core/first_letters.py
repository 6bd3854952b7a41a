"""How long customers waited for the first letter about an incident, over many incidents. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class FirstLetter:
    """One incident whose first letter was accepted. `took`: from the detection to the first mail that was taken."""

    incident: str
    service: str
    received_at: datetime
    took: timedelta


def percentile(letters: Sequence[FirstLetter], percent: int) -> timedelta:
    """The time within which so many of them were sent: one of their own times (nearest rank). Raises ValueError for
    none at all."""
    if not letters:
        raise ValueError("no letters")
    times = sorted(letter.took for letter in letters)
    return times[max(0, math.ceil(len(times) * percent / 100) - 1)]


def worst_first(letters: Sequence[FirstLetter]) -> list[FirstLetter]:
    """The longest waits first; of equal ones the newest."""
    return sorted(letters, key=lambda letter: (-letter.took, -letter.received_at.timestamp()))
