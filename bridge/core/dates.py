"""Dates, times and durations as letters, pages and ring mails write them.

Weekdays and durations are computed, never typed. Instants are aware and in UTC; the zone is the service's.
Minutes are cut, not rounded, so that a printed duration always agrees with the printed times.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import jpholiday

from bridge.core.values import Locale

JAPAN = ZoneInfo("Asia/Tokyo")
PROMISE_STEP = timedelta(minutes=5)

WEEKDAYS: Mapping[Locale, tuple[str, ...]] = {
    "ja": ("月", "火", "水", "木", "金", "土", "日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
"""By `date.weekday()`."""
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MINUTE = timedelta(minutes=1)
_UNITS_JA = {"days": "日", "h": "時間", "min": "分", "s": "秒"}


def whole_minute(at: datetime) -> datetime:
    """The instant as it is printed: without seconds."""
    return at.replace(second=0, microsecond=0)


def round_up(at: datetime, step: timedelta = PROMISE_STEP) -> datetime:
    """The next multiple of `step` since the epoch, or `at` itself when it is one already."""
    past = (at - datetime(1970, 1, 1, tzinfo=UTC)) % step
    return at + (step - past) if past else at


def day(value: date, locale: Locale) -> str:
    """`2026年11月21日(土)` or `Saturday, 21 November 2026`."""
    weekday = WEEKDAYS[locale][value.weekday()]
    if locale == "ja":
        return f"{value.year}年{value.month}月{value.day}日({weekday})"
    return f"{weekday}, {value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(at: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """`2026年11月21日(土) 2時10分` or `02:10 JST on Saturday, 21 November 2026`.

    In the hour that comes twice when clocks go back: `夏時間1時10分`, `標準時1時10分`; `01:10 EDT`, `01:10 EST`.
    """
    local = at.astimezone(zone)
    if locale == "ja":
        return f"{day(local.date(), 'ja')} {_which_ja(local)}{local.hour}時{local.minute:02}分"
    return f"{local:%H:%M} {_zone_at(local, zone)} on {day(local.date(), 'en')}"


def about(at: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """`moment` for a time that is not exact: with 頃, or with "about"."""
    text = moment(at, zone, locale)
    return f"{text}頃" if locale == "ja" else f"about {text}"


def spoken(at: datetime, zone: ZoneInfo, locale: Locale, after: datetime | None = None) -> str:
    """`about`, for the inside of a sentence: `11月21日(土) 2時10分頃`, without the year.

    After another moment of the same day: `同日4時42分頃` or `about 04:42 JST`. The year is told where it is another.
    """
    local, before = at.astimezone(zone), after and after.astimezone(zone)
    if before and before.date() == local.date():
        return (
            f"同日{_which_ja(local)}{local.hour}時{local.minute:02}分頃"
            if locale == "ja"
            else f"about {local:%H:%M} {_zone_at(local, zone)}"
        )
    text = about(at, zone, locale)
    return text.removeprefix(f"{local.year}年") if before is None or before.year == local.year else text


def short_day(value: date, locale: Locale) -> str:
    """`11月21日` or `21 November`, for a subject."""
    if locale == "ja":
        return f"{value.month}月{value.day}日"
    return f"{value.day} {MONTHS[value.month - 1]}"


def clock(at: datetime, zone: ZoneInfo, locale: Locale = "en") -> str:
    """The time alone, on a 24-hour clock: `2:25` in a Japanese sentence, `02:25` in English and in tables."""
    local = at.astimezone(zone)
    return f"{local.hour}:{local.minute:02}" if locale == "ja" else f"{local:%H:%M}"


def near_clock(at: datetime, now: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """`2:30`, `明日2:30`, `12月1日 2:30`; `02:30`, `02:30 tomorrow`, `02:30 on 1 December`."""
    time, local = clock(at, zone, locale), at.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    if days == 0:
        return time
    if days == 1:
        return f"明日{time}" if locale == "ja" else f"{time} tomorrow"
    day_of = (
        f"{local.month}月{local.day}日 " if locale == "ja" else f" on {local.day} {MONTHS[local.month - 1]}"
    )
    return f"{day_of}{time}" if locale == "ja" else f"{time}{day_of}"


def zone_name(zone: ZoneInfo) -> str:
    """What readers of English call the zone: JST, otherwise by its city, as in `New York time`."""
    if zone.key in ("Asia/Tokyo", "Japan"):
        return "JST"
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return "Coordinated Universal Time" if city == "UTC" else f"{city} time"


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _which_ja(local: datetime) -> str:
    if not _comes_twice(local):
        return ""
    return "夏時間" if local.dst() else "標準時"


def _zone_at(local: datetime, zone: ZoneInfo) -> str:
    name = local.tzname() or ""
    return name if _comes_twice(local) and name.isalpha() else zone_name(zone)


def zone_note_ja(at: datetime, zone: ZoneInfo) -> str:
    """How far a zone is ahead of or behind Japan's, for a Japanese reader; empty where it is Japan's time."""
    ahead = (at.astimezone(zone).utcoffset() or timedelta()) - (
        at.astimezone(JAPAN).utcoffset() or timedelta()
    )
    if not ahead:
        return ""
    return f"現地時間(日本時間より{duration(abs(ahead), 'ja')}{'進み' if ahead > timedelta() else '遅れ'})"


def duration(length: timedelta, locale: Locale) -> str:
    """`1時間22分` or `1 hour 22 minutes`, in whole minutes; less than one says so."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    if locale == "ja":
        parts = [(n, unit) for n, unit in ((days, "days"), (hours, "h"), (minutes, "min")) if n]
        return _short(locale, *parts) or "1分未満"
    units = ((days, "day"), (hours, "hour"), (minutes, "minute"))
    return " ".join(f"{n} {unit}{'s' * (n > 1)}" for n, unit in units if n) or "less than a minute"


def lasting(length: timedelta, locale: Locale) -> str:
    """How long a disturbance was whose start is known roughly: `約2時間32分間`, `about 2 hours 32 minutes`.

    From a day on in hours, since `2日9時間` could be read as a date; from ten days on in days.
    """
    if length < _MINUTE:
        return duration(length, locale)
    if length >= timedelta(days=10):
        length = timedelta(days=round(length / timedelta(days=1)))
        words = f"{length.days}日" if locale == "ja" else f"{length.days} days"
    elif length >= timedelta(days=1):
        hours = round(length / timedelta(hours=1))
        words = f"{hours}時間" if locale == "ja" else f"{hours} hours"
    else:
        words = duration(length, locale)
    if locale == "en":
        return f"about {words}"
    return f"約{words}" if words.endswith("時間") else f"約{words}間"


def rough(length: timedelta, locale: Locale, largest: Literal["days", "h"] = "days") -> str:
    """`5分` or `5 min`, rounded down: minutes, from two hours on hours, from two days on days.

    `largest` is the largest unit to use.
    """
    minutes = int(length / _MINUTE)
    if minutes < 120:
        return _short(locale, (minutes, "min"))
    if largest == "h" or length < timedelta(days=2):
        return _short(locale, (minutes // 60, "h"))
    return _short(locale, (length.days, "days"))


def exactly(length: timedelta, locale: Locale) -> str:
    """`6分40秒`, `6 min 40 s`; from an hour on in whole minutes: `26時間0分`, `26 h 0 min`. Begins a sentence."""
    if length < timedelta(seconds=1):
        return "1秒未満" if locale == "ja" else "Less than a second"
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    if not minutes:
        return _short(locale, (seconds, "s"))
    if minutes < 60:
        return _short(locale, (minutes, "min"), (seconds, "s"))
    return _short(locale, (minutes // 60, "h"), (minutes % 60, "min"))


def is_working_day(value: date) -> bool:
    """Monday to Friday, and not a Japanese public holiday. A company's own holidays are not known."""
    return value.weekday() < 5 and not jpholiday.is_holiday(value)


def working_days_after(value: date, count: int) -> date:
    """The `count`-th working day after that day, the day itself not counted. `count` is at least 1."""
    while count:
        value += timedelta(days=1)
        count -= is_working_day(value)
    return value


def _short(locale: Locale, *parts: tuple[int, str]) -> str:
    """`6分40秒` or `6 min 40 s`, of numbers and their units."""
    if locale == "ja":
        return "".join(f"{n}{_UNITS_JA[unit]}" for n, unit in parts)
    return " ".join(f"{n} {unit}" for n, unit in parts)
