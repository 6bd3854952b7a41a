"""DAT: days, times and durations."""

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date

from bridge.core.dates import WEEKDAYS
from bridge.wording.find import any_of, phrase
from bridge.wording.ja.chronology import disagreements
from bridge.wording.ja.expressions import HOLIDAY, NAMED_TIME, WEEKDAY
from bridge.wording.ja.moments import date_near
from bridge.wording.ja.promise import next_promise, promised_time
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import JAPANESE, Sheet, in_signature

DAY = re.compile(
    r"(?:(?P<year>\d{4})(?:年|/|-))?(?<!\d)(?P<month>\d{1,2})(?P<sep>月|/|-)(?P<day>\d{1,2})(?(sep)日?)[ ]*"
    rf"(?:[(](?P<weekday>{WEEKDAY})(?:曜日?)?(?:{HOLIDAY})?[)]|(?P<full>{WEEKDAY})曜)"
)
MONTH_DAY = re.compile(r"(?<![\d.])(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?!間)")
HOURS = re.compile(r"(?<![\d.])(?<!\d:)(?P<hour>\d{1,3})時(?!間)(?:(?P<minute>\d{1,3})分)?")
COLON = re.compile(
    r"(?<![\w.\]/-])(?<![\w:]:)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?![\w:.]|\.\d)", re.ASCII
)

MACHINE = (
    r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]{0,10}(?:Z|[+-]\d\d:?\d\d)?|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]{0,10}"
    r"|(?<![A-Za-z])(?:UTC|GMT)(?![A-Za-z])|(?<=[\d分時頃(])[ (]?(?:PST|PDT|EST|EDT)(?![A-Za-z])"
    r"|\d:\d\d(?::\d\d)?[ ]?[+-]00:?00(?!\d)"
    r"|\d:\d\d(?::\d\d)?Z(?![A-Za-z])"
)
RECENTLY = (
    r"(?:先ほど|さきほど|先程|今朝|昨晩|昨夜|昨日|今しがた|さっき)[^。\n]{0,30}?(?:発生|障害|停止"
    r"|いただけ|不具合|遅延|つながり)"
)
DATED = (
    rf"{NAMED_TIME}|\d/\d|(?:お知らせ|ご連絡|ご報告|ご案内|お送り)(?:いた"
    r"|申し上げ)?し?(?:た|ました|ており)"
)

OFFICE_HOURS = re.compile(r"受付|平日|営業|窓口|TEL|電話")


def _weekday_wrong(sheet: Sheet, context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in DAY.finditer(page.flow):
            group = "weekday" if match["weekday"] else "full"
            right = _weekdays(match, context)
            if right and match[group] not in right:
                start, end = page.span(*match.span())
                at, after = page.span(*match.span(group))
                yield Hit(page, start, end, page.raw[start:at] + right[0] + page.raw[after:end])


def _weekdays(match: re.Match[str], context: Context) -> list[str]:
    """The weekdays that the date may have. A date without a year may be of the year that brings it nearest to
    now, or of this year. Empty when no year is known, or when the date does not exist."""
    month, day = int(match["month"]), int(match["day"])
    try:
        if match["year"]:
            days = [date(int(match["year"]), month, day)]
        elif context.now:
            now = context.now.astimezone(context.zone)
            days = [date_near(now, month, day, None).date(), date(now.year, month, day)]
        else:
            days = []
    except ValueError:
        return []
    return [WEEKDAYS["ja"][each.weekday()] for each in days]


def _impossible(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in MONTH_DAY.finditer(page.flow):
            if not _exists(match["year"], int(match["month"]), int(match["day"])):
                yield Hit.of(page, match)
        for pattern in (HOURS, COLON):
            for match in pattern.finditer(page.flow):
                if int(match["hour"]) > 24 or int(match["minute"] or 0) > 59:
                    yield Hit.of(page, match)


def _exists(year: str | None, month: int, day: int) -> bool:
    leap_year = 2024
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(int(year or leap_year) or leap_year, month)[1]


def _promise_passed(sheet: Sheet, context: Context) -> Iterator[Hit]:
    promise = promised_time(sheet, context)
    if promise and promise.at and context.now and promise.at.astimezone(UTC) <= context.now.astimezone(UTC):
        yield Hit(promise.page, *promise.page.span(promise.start, promise.end), next_promise(context))


def _notations_mixed(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    """Times such as 10:05, in a letter that also writes 10時05分. Times in office hours, links, English lines and
    the closing block are passed over."""
    page = sheet.body
    other = re.search(r"\d時(?!間)", page.wording)
    if not other or in_signature(page, page.origin[other.start()]):
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
                r"|(?<!\d)(?<!\d:)24(?:時(?!間)|:\d\d)"
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
        disagreements,
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
        KindClass.ABOUT_THE_FUTURE,
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
