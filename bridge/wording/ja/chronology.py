"""Whether the start, the end and the duration that a letter tells agree (DAT-05)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.wording.find import matches
from bridge.wording.ja.expressions import ON_WEEKDAY
from bridge.wording.model import Context
from bridge.wording.rule import Hit
from bridge.wording.text import FieldText, Sheet

MOMENT = (
    r"(?:(?:(?P<{0}year>\d{{4}})年)?(?P<{0}month>\d{{1,2}})月(?P<{0}day>\d{{1,2}})日"
    + ON_WEEKDAY
    + r"[ の]*)?"
    r"(?P<{0}next>翌日?)?(?P<{0}hour>\d{{1,2}})(?:時(?:(?P<{0}minute>\d{{1,2}})分)?"
    r"|:(?P<{0}colon>\d\d))(?P<{0}about>頃|ごろ)?"
)
LENGTH = (
    r"(?P<roughly>約|およそ)?(?:(?P<days>\d{1,2})日と?)?"
    r"(?:(?P<hours>\d{1,3})時間)?(?:(?P<minutes>\d{1,4})分)?(?:間)?"
)
TO = re.compile("[〜~–-]|から")
RANGE = re.compile(
    MOMENT.format("from_") + r"[ ]*(?:〜|~|-|–|から)[ ]*" + MOMENT.format("to_") + r"(?:まで)?[ 、]*(?:の間)?"
    r"(?:(?:[(](?:継続時間|停止時間|合計|計)?:?[ ]*|の(?=[^、。\n]{2,12}間(?:[、。\n]|$|停止|障害|ご利用)))"
    r"(?P<length>" + LENGTH + r")[)]?)?"
)
BEGAN = re.compile(r"(?:発生|障害発生)(?:日時|時刻)[^\n0-9]{0,8}" + MOMENT.format("from_"))
ENDED = re.compile(
    r"復旧(?:日時|時刻)[^\n0-9]{0,8}"
    + MOMENT.format("to_")
    + r"[ ]*(?:[(](?:継続時間|停止時間)?:?[ ]*(?P<length>"
    + LENGTH
    + r")[)])?"
)
LASTED = re.compile(r"(?:継続|停止|障害|影響)時間(?:は|:)[ ]*(?P<length>" + LENGTH + r")")


class Span(NamedTuple):
    """When the failure began and ended, as the letter tells it."""

    began: datetime
    ended: datetime
    about: bool  # the letter says 頃 of its beginning or end


def _moment(match: re.Match[str], which: str, base: datetime) -> datetime | None:
    """A matched `MOMENT` as a time. Year, month and day that it leaves out are those of `base`. None for a date
    that does not exist."""
    try:
        day = base.replace(
            year=int(match[which + "year"] or base.year),
            month=int(match[which + "month"] or base.month),
            day=int(match[which + "day"] or base.day),
        )
    except ValueError:
        return None
    minute = int(match[which + "minute"] or match[which + "colon"] or 0)
    return day + timedelta(
        days=1 if match[which + "next"] else 0, hours=int(match[which + "hour"]), minutes=minute
    )


def _midnight(context: Context) -> datetime:
    """Midnight of the day against which dates without a year or day are read. Without `context.now` any day will
    do, because only differences count."""
    now = context.now or datetime(2026, 1, 1, tzinfo=context.zone)
    return now.astimezone(context.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _told(first: re.Match[str], second: re.Match[str], context: Context) -> Span | None:
    """The span of two matched moments. An end without a date is on the day of the beginning, or on the day after
    if it would come before the beginning. None for a date that does not exist."""
    began = _moment(first, "from_", _midnight(context))
    if began is None:
        return None
    ended = _moment(second, "to_", began.replace(hour=0, minute=0))
    if ended is None:
        return None
    if ended < began and not second["to_month"]:
        ended += timedelta(days=1)
    return Span(began, ended, bool(first["from_about"] or second["to_about"]))


def disagreements(sheet: Sheet, context: Context) -> Iterator[Hit]:
    page = sheet.body
    for match in matches(RANGE, TO, page.flow):
        told = _told(match, match, context)
        if told:
            yield from _judge(page, told, match, match.span("to_hour"))
    first, second = BEGAN.search(page.flow), ENDED.search(page.flow)
    told = _told(first, second, context) if first and second else None
    if told and second:
        yield from _judge(page, told, second, (second.start("to_hour"), second.end()))
        lasted = LASTED.search(page.flow)
        if lasted:
            yield from _judge(page, told, lasted, lasted.span())


def _judge(page: FieldText, told: Span, match: re.Match[str], end_span: tuple[int, int]) -> Iterator[Hit]:
    """Hits on an end before the beginning, and on a length that is not the time between them."""
    if told.ended < told.began:
        yield Hit(page, *page.span(*end_span))
    elif match["length"] and not _length_fits(told, match):
        yield Hit.of(page, match, _length(told.ended - told.began), "length")


def _length_fits(told: Span, match: re.Match[str]) -> bool:
    stated = (int(match["days"] or 0) * 24 + int(match["hours"] or 0)) * 60 + int(match["minutes"] or 0)
    actual = (told.ended - told.began) // timedelta(minutes=1)
    tolerance = 5 if told.about else 1  # minutes; letters cut off the seconds
    if match["roughly"]:
        tolerance = max(30 if not match["minutes"] else 5, actual // 10)
    return stated == 0 or abs(stated - actual) <= tolerance


def _length(span: timedelta) -> str:
    hours, minutes = divmod(span % timedelta(days=1) // timedelta(minutes=1), 60)
    parts = [f"{n}{unit}" for n, unit in ((span.days, "日"), (hours, "時間"), (minutes, "分")) if n]
    return "".join(parts) or "0分"
