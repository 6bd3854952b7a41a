"""Dates and times as letters, pages and ring mails write them.

Weekdays and durations are computed, never typed. Instants are aware and in UTC; the zone is the
service's. Minutes are cut, not rounded, so that a printed duration always agrees with the printed times.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import jpholiday

from bridge.core.values import Locale

JAPAN = ZoneInfo("Asia/Tokyo")
PROMISE_STEP = timedelta(minutes=5)

WEEKDAYS: dict[Locale, tuple[str, ...]] = {
    "ja": ("月", "火", "水", "木", "金", "土", "日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


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
    """`2026年11月21日(土) 2時10分` or `02:10 JST on Saturday, 21 November 2026`."""
    local = at.astimezone(zone)
    if locale == "ja":
        return f"{day(local.date(), 'ja')} {local.hour}時{local.minute:02}分"
    return f"{local:%H:%M} {zone_name(zone)} on {day(local.date(), 'en')}"


def about(at: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """The same for a time that is not exact: with 頃, or with "about"."""
    text = moment(at, zone, locale)
    return f"{text}頃" if locale == "ja" else f"about {text}"


def clock(at: datetime, zone: ZoneInfo, locale: Locale = "en") -> str:
    """The time alone, on a 24-hour clock: `2:25` in Japanese running text, `02:25` in English and tables."""
    local = at.astimezone(zone)
    return f"{local.hour}:{local.minute:02}" if locale == "ja" else f"{local:%H:%M}"


def zone_name(zone: ZoneInfo) -> str:
    """What readers of English call the zone: JST, otherwise by its city, as in `New York time`."""
    if zone.key in ("Asia/Tokyo", "Japan"):
        return "JST"
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return "Coordinated Universal Time" if city == "UTC" else f"{city} time"


def zone_note_ja(at: datetime, zone: ZoneInfo) -> str:
    """What a Japanese reader must know of a zone that is not Japan's, else nothing."""
    ahead = (at.astimezone(zone).utcoffset() or timedelta()) - (
        at.astimezone(JAPAN).utcoffset() or timedelta()
    )
    if not ahead:
        return ""
    return f"現地時間(日本時間より{duration(abs(ahead), 'ja')}{'進み' if ahead > timedelta() else '遅れ'})"


def duration(length: timedelta, locale: Locale) -> str:
    """`1時間22分` or `1 hour 22 minutes`, in whole minutes; less than one says so."""
    minutes = int(length.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if locale == "ja":
        parts = [f"{n}{unit}" for n, unit in ((days, "日"), (hours, "時間"), (minutes, "分")) if n]
        return "".join(parts) or "1分未満"
    units = ((days, "day"), (hours, "hour"), (minutes, "minute"))
    return " ".join(f"{n} {unit}{'s' * (n > 1)}" for n, unit in units if n) or "less than a minute"


def exactly(length: timedelta, locale: Locale) -> str:
    """`6分40秒`, `6 min 40 s`; from an hour on in whole minutes: `26時間0分`, `26 h 0 min`. Begins a sentence."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, rest = divmod(minutes, 60)
    if length < timedelta(seconds=1):
        return "1秒未満" if locale == "ja" else "Less than a second"
    if hours:
        return f"{hours}時間{rest}分" if locale == "ja" else f"{hours} h {rest} min"
    if not minutes:
        return f"{seconds}秒" if locale == "ja" else f"{seconds} s"
    return f"{minutes}分{seconds}秒" if locale == "ja" else f"{minutes} min {seconds} s"


def is_working_day(value: date) -> bool:
    """Monday to Friday, and not a Japanese public holiday. A company's own holidays are not known."""
    return value.weekday() < 5 and not jpholiday.is_holiday(value)


def working_days_after(value: date, count: int) -> date:
    """The `count`-th working day after that day, the day itself not counted. `count` is at least 1."""
    while count:
        value += timedelta(days=1)
        count -= is_working_day(value)
    return value
