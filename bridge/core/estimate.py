"""How long the rest of a sending takes, and whether people should hear of it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST_SAMPLE = 15.0  # seconds of a sending that its speed is judged by
LONG = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Sample:
    """How many letters were through at a moment of a monotonic clock."""

    at: float
    done: int


def time_left(first: Sample, now: Sample, waiting: int) -> timedelta | None:
    """How long the waiting letters take at the speed since the first sample; None while that cannot be told."""
    seconds, done = now.at - first.at, now.done - first.done
    if seconds < LEAST_SAMPLE or done <= 0 or waiting <= 0:
        return None
    return timedelta(seconds=waiting * seconds / done)


def worth_telling(left: timedelta, now: datetime, due_at: datetime) -> bool:
    """Whether a sending takes longer than people expect: past its deadline, or ten minutes more."""
    return left > LONG or now < due_at < now + left
