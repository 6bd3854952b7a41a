"""Whether the start, the end and the duration that a letter tells agree (DAT-05)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.wording.find import matches
from bridge.wording.ja.moments import TO, instants, names_day, read, stamp
from bridge.wording.model import Context
from bridge.wording.rule import Hit
from bridge.wording.text import FieldText, Sheet

ABOUT = "(?P<{0}about>頃|ごろ)?"
FROM = stamp("from_") + ABOUT.format("from_")
UNTIL = stamp("to_") + ABOUT.format("to_")
LENGTH = (
    r"(?P<roughly>約|およそ)?(?:(?P<days>\d{1,2})日と?)?"
    r"(?:(?P<hours>\d{1,3})時間)?(?:(?P<minutes>\d{1,4})分)?(?:間)?"
)
ANY_TO = re.compile("[〜~–—―→-]|から|より")
RANGE = re.compile(
    FROM + TO + UNTIL + r"(?:まで)?[ 、]*(?:の間)?"
    r"(?:(?:[(](?:継続時間|停止時間|合計|計)?:?[ ]*|の(?=[^、。\n]{2,12}間(?:[、。\n]|$|停止|障害|ご利用)))"
    r"(?P<length>" + LENGTH + r")[)]?)?"
)
BEGAN = re.compile(r"(?<!再発の)(?<!再)(?:発生|開始)(?:(?:日時|時刻)[^\n0-9]{0,8}|:)\n?[ ]*" + FROM)
ENDED = re.compile(
    r"(?<!暫定)(?<!一部)(?:復旧|解消|回復|終了)(?:を確認した)?(?:(?:日時|時刻)[^\n0-9]{0,8}|:)\n?[ ]*"
    + UNTIL
    + r"[ ]*(?:[(](?:継続時間|停止時間)?:?[ ]*(?P<length>"
    + LENGTH
    + r")[)])?"
)
LASTED = re.compile(r"(?:継続|停止|障害|影響)時間(?:は|:)[ ]*(?P<length>" + LENGTH + r")")
ENDED_MARK = re.compile("復旧|解消|回復|終了")
MINUTE = timedelta(minutes=1)


class Span(NamedTuple):
    """When the failure began and ended, as the letter tells it."""

    began: datetime
    ended: datetime
    about: bool  # the letter says 頃 of its beginning or end

    @property
    def lengths(self) -> list[timedelta]:
        """How long it lasted. In the night when clocks change there is more than one answer."""
        return [end - start for start in instants(self.began) for end in instants(self.ended)]


def base_of(context: Context) -> datetime:
    """The moment against which dates without a year or day are read. Without `context.now` any day will do,
    because only differences count."""
    return (context.now or datetime(2026, 1, 1, tzinfo=context.zone)).astimezone(context.zone)


def _told(first: re.Match[str], second: re.Match[str], context: Context) -> Span | None:
    """The span of two matched moments. An end without a date is on the day of the beginning, or on the day after
    if it would come before the beginning. None for a date that does not exist."""
    began = read(first, base_of(context), "from_")
    ended = began and read(second, began, "to_")
    if began is None or ended is None:
        return None
    span = Span(began, ended, bool(first["from_about"] or second["to_about"]))
    if max(span.lengths) < timedelta(0) and not names_day(second, "to_"):
        return span._replace(ended=ended + timedelta(days=1))
    return span


def disagreements(sheet: Sheet, context: Context) -> Iterator[Hit]:
    page = sheet.body
    for match in matches(RANGE, ANY_TO, page.flow):
        told = _told(match, match, context)
        if told:
            yield from _judge(page, told, match, match.span("to_time"))
    first, second = BEGAN.search(page.flow), next(matches(ENDED, ENDED_MARK, page.flow), None)
    told = _told(first, second, context) if first and second else None
    if told and second:
        yield from _judge(page, told, second, (second.start("to_time"), second.end()))
        lasted = LASTED.search(page.flow)
        if lasted:
            yield from _judge(page, told, lasted, lasted.span())


def _judge(page: FieldText, told: Span, match: re.Match[str], end_span: tuple[int, int]) -> Iterator[Hit]:
    """Hits on an end before the beginning, and on a length that is not the time between them."""
    longest = max(told.lengths)
    if longest < timedelta(0):
        yield Hit(page, *page.span(*end_span))
    elif match["length"] and not any(_fits(match, length, about=told.about) for length in told.lengths):
        yield Hit.of(page, match, _length(longest), "length")


def _fits(match: re.Match[str], actual: timedelta, *, about: bool) -> bool:
    stated = (int(match["days"] or 0) * 24 + int(match["hours"] or 0)) * 60 + int(match["minutes"] or 0)
    minutes = actual // MINUTE
    tolerance = 5 if about else 1  # minutes; letters cut off the seconds
    if match["roughly"]:
        tolerance = max(30 if not match["minutes"] else 5, minutes // 10)
    return stated == 0 or abs(stated - minutes) <= tolerance


def _length(span: timedelta) -> str:
    hours, minutes = divmod(span % timedelta(days=1) // MINUTE, 60)
    parts = [f"{n}{unit}" for n, unit in ((span.days, "日"), (hours, "時間"), (minutes, "分")) if n]
    return "".join(parts) or "0分"
