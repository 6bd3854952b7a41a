"""Drills: the real ring, page and letter, to nobody but the people rung (docs/design.md §20).

Here is what needs no database: the mark that every letter and mail of a drill carries, and the minute of a surprise.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bridge.core.model import Kind, Mode, Text
from bridge.core.values import Locale, LocalText

SOURCE = "drill"
"""The source of a drill's alert: none that can post."""

MARK = LocalText(ja="【訓練】", en="[Drill] ")
LETTER_LINE = LocalText(
    ja="※ これは訓練のメールです。実際の障害ではありません。",
    en="* This is a drill. There is no real incident.",
)
MAIL_LINE = LocalText(ja="訓練です。お客様には送られません。", en="This is a drill. No customer is mailed.")

OFFICE_HOURS = "Mon-Fri 10:00-17:00"
"""The window of a surprise that names none."""

DrillState = Literal["planned", "running", "over"]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"(?P<days>[A-Za-z,-]+)\s+(?P<begin>\d{1,2}:\d{2})-(?P<end>\d{1,2}:\d{2})")
_HOW = "Write it as Mon-Fri 10:00-17:00"
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill. Its incident has the same id.

    `ring_at`: when it begins; nobody is told of it before, in a surprise. `surprise`: the window that was asked for.
    `ended`: why it is over: `decided`, `real_alert`, or `open_incident`, which kept it from beginning.
    """

    id: str
    service: str
    kind: Kind
    state: DrillState
    asked_at: datetime
    asked_by: str
    ring_at: datetime
    surprise: str | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The days of the week (0 is Monday) and the hours of a surprise. `begin` itself is in it, `end` is not."""

    days: frozenset[int]
    begin: time
    end: time


def parse_window(text: str) -> Window:
    """`Mon-Fri 10:00-17:00`, `Tue,Thu 9:00-12:00`. Raises ValueError for anything else."""
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a window. {_HOW}")
    begin, end = (_time(found[name]) for name in ("begin", "end"))
    if begin >= end:
        raise ValueError(f"the window ends before it begins. {_HOW}")
    return Window(frozenset(day for part in found["days"].split(",") for day in _days(part)), begin, end)


def _days(part: str) -> tuple[int, ...]:
    """`Fri-Mon` is four days."""
    first, dash, last = (word[:3].lower() for word in part.partition("-"))
    try:
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if dash else 0
    except ValueError:
        raise ValueError(f"{part!r} is no day of the week. {_HOW}") from None
    return tuple((start + n) % 7 for n in range(length + 1))


def _time(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is no time of day. {_HOW}")
    return time(hour, minute)


def surprise_minute(
    window: Window, zone: ZoneInfo, now: datetime, within: timedelta, pick: Callable[[int], int]
) -> datetime | None:
    """One minute of the window within that time, all of them alike; None when the window never comes.

    `pick(n)`: a number from 0 to n - 1.
    """
    spans = [(begin, minutes) for begin, minutes in _spans(window, zone, now, within) if minutes > 0]
    total = sum(minutes for _, minutes in spans)
    if not total:
        return None
    chosen = pick(total)
    for begin, minutes in spans:
        if chosen < minutes:
            return begin + chosen * _MINUTE
        chosen -= minutes
    raise ValueError("picked a minute that is not there")


def _spans(window: Window, zone: ZoneInfo, now: datetime, within: timedelta) -> list[tuple[datetime, int]]:
    """The parts of the window that lie ahead: the first minute of each, in UTC, and how many there are."""
    first = _ceil(now)
    last, today = now + within, now.astimezone(zone).date()
    found = []
    for n in range(within.days + 2):
        day = today + timedelta(days=n)
        if day.weekday() not in window.days:
            continue
        begin = datetime.combine(day, window.begin, zone).astimezone(now.tzinfo)
        end = datetime.combine(day, window.end, zone).astimezone(now.tzinfo)
        begin, end = max(begin, first), min(end, last)
        found.append((begin, int((end - begin) // _MINUTE)))
    return found


def _ceil(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE


def marked(text: Text, locale: Locale) -> Text:
    """A letter of a drill, which says so first in subject and body; one that says so already stays."""
    mark, line = MARK.get(locale), LETTER_LINE.get(locale)
    subject = text.subject if is_marked(text.subject) else mark + text.subject
    return Text(subject, text.body if text.body.startswith(line) else f"{line}\n\n{text.body}")


def marked_mail(text: Text, locale: Locale) -> Text:
    """A mail to the on-call about a drill."""
    subject = text.subject if is_marked(text.subject) else MARK.get(locale) + text.subject
    return Text(subject, f"{MAIL_LINE.get(locale)}\n{text.body}")


def is_marked(subject: str) -> bool:
    """Whether a subject says that this is a drill, in whichever language."""
    return subject.startswith((MARK.ja, (MARK.en or "").strip()))


def agreed_mode(stored: Mode, begun_as: str | None, approved_as: str | None) -> Mode | None:
    """The mode of an incident when the record agrees about it: its row, its first event, the approval. Else None.

    `begun_as` is None when the hash of the first event does not hold; `approved_as` when that of the approval.
    """
    return stored if stored == begun_as == approved_as else None
