"""DAT: days, times and durations."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.core.wording.find import any_of, matches, phrase
from bridge.core.wording.model import REPORTS, Context, Hit, Rule
from bridge.core.wording.promise import date_near, promised_time
from bridge.core.wording.text import Page, Sheet, in_signature

WEEKDAYS = "月火水木金土日"
DAY = re.compile(
    r"(?:(?P<year>\d{4})(?:年|/|-))?(?<!\d)(?P<month>\d{1,2})(?P<sep>月|/|-)(?P<day>\d{1,2})(?(sep)日?)[ ]*"
    r"(?:[(](?P<weekday>[月火水木金土日])(?:曜日?)?(?:[・、/]?(?:祝日?|休))?[)]|(?P<full>[月火水木金土日])曜)"
)
MONTH_DAY = re.compile(r"(?<![\d.])(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?!間)")
HOURS = re.compile(r"(?<![\d:.])(?P<hour>\d{1,3})時(?!間)(?:(?P<minute>\d{1,3})分)?")
COLON = re.compile(r"(?<![\w:.\]/-])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?![\w:.]|\.\d)", re.ASCII)

MACHINE = (
    r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]{0,10}(?:Z|[+-]\d\d:?\d\d)?|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]{0,10}"
    r"|(?<![A-Za-z])(?:UTC|GMT|PST|PDT|EST|EDT)(?![A-Za-z])|\d:\d\d(?::\d\d)?[ ]?[+-]00:?00(?!\d)"
    r"|\d:\d\d(?::\d\d)?Z(?![A-Za-z])"
)
RECENTLY = (
    r"(?:先ほど|さきほど|先程|今朝|昨晩|昨夜|昨日|今しがた|さっき)[^。\n]{0,30}?(?:発生|障害|停止"
    r"|いただけ|不具合|遅延|つながり)"
)
DATED = (
    r"\d{1,2}時|\d{1,2}:\d\d|\d{1,2}月\d{1,2}日|\d/\d|(?:お知らせ|ご連絡|ご報告|ご案内|お送り)(?:いた"
    r"|申し上げ)?(?:し|した)"
)

MOMENT = (
    r"(?:(?:(?P<{0}year>\d{{4}})年)?(?P<{0}month>\d{{1,2}})月(?P<{0}day>\d{{1,2}})日"
    r"(?:[(][月火水木金土日][)])?[ の]*)?"
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
    r"(?:[(](?:継続時間|停止時間|合計|計)?:?[ ]*(?P<length>" + LENGTH + r")[)])?"
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
OFFICE_HOURS = re.compile(r"受付|平日|営業|窓口|TEL|電話")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")


class Span(NamedTuple):
    """A disturbance as the letter tells it."""

    began: datetime
    ended: datetime
    about: bool  # either end is 頃


def _weekday_wrong(sheet: Sheet, context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in DAY.finditer(page.flow):
            group = "weekday" if match["weekday"] else "full"
            right = _weekday(match, context)
            if right and right != match[group]:
                start, end = page.span(*match.span())
                at, after = page.span(*match.span(group))
                yield Hit(page, start, end, page.raw[start:at] + right + page.raw[after:end])


def _weekday(match: re.Match[str], context: Context) -> str | None:
    """The day's weekday; None when the year is not known or there is no such day."""
    month, day, year = int(match["month"]), int(match["day"]), match["year"]
    if not year and context.now is None:
        return None
    base = (
        context.now.astimezone(context.zone)
        if context.now
        else datetime(int(year), 1, 1, tzinfo=context.zone)
    )
    try:
        return WEEKDAYS[date_near(base, month, day, year).weekday()]
    except ValueError:
        return None


def _impossible(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in MONTH_DAY.finditer(page.flow):
            if not _exists(match["year"], int(match["month"]), int(match["day"])):
                yield Hit(page, *page.span(*match.span()))
        for pattern in (HOURS, COLON):
            for match in pattern.finditer(page.flow):
                if int(match["hour"]) > 24 or int(match["minute"] or 0) > 59:
                    yield Hit(page, *page.span(*match.span()))


def _exists(year: str | None, month: int, day: int) -> bool:
    leap_year = 2024
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(int(year or leap_year) or leap_year, month)[1]


def _moment(match: re.Match[str], which: str, base: datetime) -> datetime | None:
    """A matched `MOMENT` as a time; parts it leaves out come from `base`."""
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
    """The day that dates without a year or day are read against; any will do without a clock."""
    now = context.now or datetime(2026, 1, 1, tzinfo=context.zone)
    return now.astimezone(context.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _told(first: re.Match[str], second: re.Match[str], context: Context) -> Span | None:
    """The span from two matched moments. An end without a day is of the start's day, or the night after."""
    began = _moment(first, "from_", _midnight(context))
    if began is None:
        return None
    ended = _moment(second, "to_", began.replace(hour=0, minute=0))
    if ended is None:
        return None
    if ended < began and not second["to_month"]:
        ended += timedelta(days=1)
    return Span(began, ended, bool(first["from_about"] or second["to_about"]))


def _chronology(sheet: Sheet, context: Context) -> Iterator[Hit]:
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


def _judge(page: Page, told: Span, match: re.Match[str], end_span: tuple[int, int]) -> Iterator[Hit]:
    """An end before the beginning, or a length that is not their difference."""
    if told.ended < told.began:
        yield Hit(page, *page.span(*end_span))
    elif match["length"] and not _length_fits(told, match):
        yield Hit(page, *page.span(*match.span("length")), _length(told.ended - told.began))


def _length_fits(told: Span, match: re.Match[str]) -> bool:
    stated = (int(match["days"] or 0) * 24 + int(match["hours"] or 0)) * 60 + int(match["minutes"] or 0)
    actual = (told.ended - told.began) // timedelta(minutes=1)
    tolerance = 5 if told.about else 1  # seconds are not printed
    if match["roughly"]:
        tolerance = max(30 if not match["minutes"] else 5, actual // 10)
    return stated == 0 or abs(stated - actual) <= tolerance


def _length(span: timedelta) -> str:
    hours, minutes = divmod(span % timedelta(days=1) // timedelta(minutes=1), 60)
    parts = [f"{n}{unit}" for n, unit in ((span.days, "日"), (hours, "時間"), (minutes, "分")) if n]
    return "".join(parts) or "0分"


def _promise_passed(sheet: Sheet, context: Context) -> Iterator[Hit]:
    promise = promised_time(sheet, context)
    if promise and promise.at and context.now and promise.at <= context.now:
        yield Hit(promise.page, *promise.page.span(promise.start, promise.end), _next_promise(context))


def _next_promise(context: Context) -> str | None:
    if context.promise is None:
        return None
    at = context.promise.astimezone(context.zone)
    return f"{at.month}月{at.day}日({WEEKDAYS[at.weekday()]}){at.hour}時{at.minute:02d}分"


def _notations_mixed(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    """10:05 in a letter that writes 10時05分. Office hours, links and English lines do not count."""
    page = sheet.body
    if not re.search(r"\d時(?!間)", page.wording):
        return
    for match in COLON.finditer(page.wording):
        start, end = page.span(*match.span())
        line_start = page.flow.rfind("\n", 0, match.start()) + 1
        line = page.flow[max(line_start, match.start() - 60) : match.end() + 60].partition("\n")[0]
        if not in_signature(page, start) and JAPANESE.search(line) and not OFFICE_HOURS.search(line):
            yield Hit(page, start, end, f"{int(match['hour'])}時{match['minute']}分")


RULES = (
    Rule(
        "DAT-01",
        "error",
        _weekday_wrong,
        "曜日が暦と合っていません。",
        "The weekday is not that of the date.",
        "2026年11月24日(火)",
        "2026年11月24日(月)",
    ),
    Rule(
        "DAT-02",
        "error",
        _impossible,
        "存在しない日付または時刻です。",
        "There is no such day or time.",
        "10時45分",
        "10時65分",
    ),
    Rule(
        "DAT-03",
        "warning",
        any_of(
            phrase(r"午後(?P<clock>(?:1[3-9]|2\d)(?:時(?!間)|:\d\d))", swap=r"\g<clock>"),
            phrase(
                r"午前(?:1[3-9]|2\d)(?:時(?!間)|:\d\d)|午[前後]12(?:時(?!間)|:\d\d)"
                r"|(?<![\d:])24(?:時(?!間)|:\d\d)"
            ),
        ),
        "日付の境目や午前・午後があいまいです。",
        "Ambiguous about midnight, noon or half of the day.",
        "11月25日(水)0時30分",
        "11月24日24時30分",
    ),
    Rule(
        "DAT-04",
        "error",
        phrase(MACHINE, needs=r"\dT\d|[UGPE][TSDM]|:\d\d"),
        "機械の時刻表記、または日本時間でない時刻です。",
        "A machine's timestamp, or not Japan time.",
        "11月24日(火)10時05分頃",
        "2026-11-24T01:05:00Z",
    ),
    Rule(
        "DAT-05",
        "error",
        _chronology,
        "発生と復旧の時刻、または継続時間が合っていません。",
        "Start, end and duration do not agree.",
        "10時05分〜11時20分(1時間15分)",
        "10時05分〜11時20分(約45分間)",
    ),
    Rule(
        "DAT-06",
        "warning",
        phrase(RECENTLY, unless=DATED),
        "後から読む方に、いつのことか伝わりません。",
        "Later readers cannot tell when that was.",
        "11月24日(火)10時05分頃より、障害が発生しております。",
        "先ほどより障害が発生しております。",
    ),
    Rule(
        "DAT-07",
        "error",
        _promise_passed,
        "次回の連絡として書かれた時刻を過ぎています。",
        "The promised time of the next report has passed.",
        "次回のご連絡:11月24日(火)11時00分頃",
        "次回のご連絡:11月24日(火)9時00分頃",
        REPORTS,
        "full",
    ),
    Rule(
        "DAT-08",
        "warning",
        _notations_mixed,
        "10:05 と 10時05分 の書き方が混じっています。",
        "10:05 and 10時05分 are mixed.",
        "10時05分に発生し、11時20分に復旧",
        "10:05に発生し、11時20分に復旧",
        scope="body",
    ),
)
