"""Days and times of day in Japanese letters: how they are written, and which moment is meant."""

import re
from datetime import UTC, datetime, timedelta

from bridge.wording.ja.expressions import ON_WEEKDAY

_DAY = (
    r"(?:(?:(?P<{0}year>\d{{4}})[年/])?(?P<{0}month>\d{{1,2}})[月/](?P<{0}day>\d{{1,2}})日?"
    r"|(?P<{0}day_only>\d{{1,2}})日(?!間))" + ON_WEEKDAY
)
_CLOCK = (
    r"(?P<{0}relative>翌日?|翌朝|明日|明朝|本日|同日|当日)?の?[ ]*(?P<{0}half>午前|午後)?"
    r"(?P<{0}time>(?P<{0}hour>\d{{1,2}})(?:時(?!間)(?:(?P<{0}minute>\d{{1,2}})分|(?P<{0}half_past>半))?"
    r"|:(?P<{0}colon>\d\d)(?::\d\d)?))"
)
TOMORROW = ("翌", "翌日", "翌朝", "明日", "明朝")
TO = r"[ 、]*(?:〜|~|-|–|—|―|→|から|より)[ 、]*"  # between the two ends of a period


def stamp(prefix: str = "") -> str:
    """An expression for a time, with or without its day. Its groups begin with `prefix`."""
    return (f"(?:{_DAY}[ の、]*)?" + _CLOCK).format(prefix)


def day_stamp(prefix: str = "") -> str:
    """An expression for a day, with or without a time. Its groups begin with `prefix`."""
    return (f"{_DAY}(?:[ の、]*{_CLOCK})?").format(prefix)


def unnamed(pattern: str) -> str:
    """The expression without the names of its groups, so that it can be used several times."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


CLOCK_TIME = unnamed(stamp())
CALENDAR_DAY = unnamed(_DAY.format(""))
POINT = f"(?:{CLOCK_TIME}(?:頃|ごろ)?|{CALENDAR_DAY})"
PERIOD = f"{POINT}{TO}{POINT}"
"""A start and an end, of which each may be a day or a time."""


def read(match: re.Match[str], base: datetime, prefix: str = "") -> datetime | None:
    """A matched `stamp` or `day_stamp` as the moment nearest to `base`, in the zone of `base`. A time without a day
    is on the day of `base`, and a day without a time is its midnight. None for a day or a
    time that does not exist."""
    try:
        day = read_day(match, base, prefix)
    except ValueError:
        return None
    hours, minutes = (
        int(match[prefix + "hour"] or 0),
        int(match[prefix + "minute"] or match[prefix + "colon"] or 0),
    )
    if match[prefix + "half"] == "午後" and hours < 12:
        hours += 12
    if match[prefix + "half_past"]:
        minutes = 30
    if hours > 24 or minutes > 59:
        return None
    at = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hours, minutes=minutes)
    return at + timedelta(days=1) if match[prefix + "relative"] in TOMORROW else at


def names_day(match: re.Match[str], prefix: str = "") -> bool:
    """Whether a matched `stamp` says of which day it is."""
    return any(match[prefix + part] for part in ("month", "day_only", "relative"))


def read_day(match: re.Match[str], base: datetime, prefix: str = "") -> datetime:
    """The day that a match names, or the day of `base`. Raises ValueError for a day that does not exist."""
    if match[prefix + "month"]:
        month, day = int(match[prefix + "month"]), int(match[prefix + "day"])
        return date_near(base, month, day, match[prefix + "year"])
    if match[prefix + "day_only"]:
        return _day_near(base, int(match[prefix + "day_only"]))
    return base


def date_near(base: datetime, month: int, day: int, year: str | None) -> datetime:
    """That day of the given year. Without a year, the year is the one that brings its month nearest to `base`.
    Raises ValueError for a day that does not exist."""
    if year:
        return base.replace(year=int(year), month=month, day=day)
    near = [base.replace(year=base.year + step, month=month, day=1) for step in (-1, 0, 1)]
    best = min(near, key=lambda at: abs(at - base))
    return best.replace(day=day)


def _day_near(base: datetime, day: int) -> datetime:
    """The day of that number nearest to `base`, in this month or in the one before or after it.
    Raises ValueError when none of them has it."""
    first = base.replace(day=1)
    months = (first, first - timedelta(days=1), first + timedelta(days=32))
    found = [month.replace(day=day) for month in months if _has(month, day)]
    return min(found, key=lambda at: abs(at - base))


def _has(month: datetime, day: int) -> bool:
    try:
        month.replace(day=day)
    except ValueError:
        return False
    return True


def instants(at: datetime) -> tuple[datetime, ...]:
    """The instants, in UTC, that a time on the clock stands for, earliest first. In the night when clocks go back
    there are two: a letter does not say which of them it means."""
    return tuple(dict.fromkeys(at.replace(fold=fold).astimezone(UTC) for fold in (0, 1)))
