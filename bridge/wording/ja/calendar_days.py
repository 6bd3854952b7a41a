"""DAT-09 to -12: days that cannot be meant, as today's date tells."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from bridge.core.dates import WEEKDAYS
from bridge.wording.find import matches
from bridge.wording.ja.expressions import RESTORED
from bridge.wording.ja.moments import day_stamp, instants, read
from bridge.wording.ja.promise import next_promise, promised_time
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import Sheet

OURS = KindClass.TO_EVERYONE | KindClass.TO_ONE_PERSON
DAY = day_stamp()
ANY_DAY = re.compile(r"\d[月/]\d")
HAPPENED = re.compile(
    rf"(?:発生|検知|開始|{RESTORED})(?:を確認した)?(?:日時|時刻|期間|日)[^\n0-9。見予目未]{{0,8}}\n?[ ]*"
    rf"(?P<told>{DAY})"
)
HAPPENED_IN_PROSE = re.compile(
    rf"(?P<told>{DAY})(?:頃|ごろ)?(?:(?:より|から)、?[^。\n]{{0,30}}?(?:発生して(?:おり|い)|(?:でき|いただけ)ない(?!時間|場合))"
    rf"|に、?[^。\n0-9]{{0,10}}?(?:発生|{RESTORED})(?:を確認)?(?:いた)?しました)"
)
PLANNED = re.compile("予定|計画|メンテナンス|見込")
REPORTS = r"(?:ご報告|ご連絡|お知らせ|ご案内|ご回答|ご説明|お送り|実施|完了|対応|提出|公表|発送|掲載)"
WILL_DO = re.compile(
    rf"(?P<told>{DAY})(?:頃|ごろ)?(?:までには?|中に|に)(?:、?[^。、\nたる0-9]{{0,12}}?[をでにも])?"
    rf"(?:、|改めて|あらためて|必ず|再度|別途|個別に){{0,3}}{REPORTS}を?"
    r"(?:(?:いた)?します|申し上げます|する(?:予定|見込)|予定(?:です|でござい))"
)
CLOCKS_DIFFER = timedelta(minutes=5)
SOON = timedelta(days=60)
LONG_AGO = timedelta(days=300)
LONG_WAIT = timedelta(hours=36)


def _in_the_future(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """What the letter says has happened, at a time that is still to come. A date without a year may be of another
    year, so it must be a later day, and in the list."""
    for match, at in _told(sheet, context, HAPPENED, HAPPENED_IN_PROSE):
        now = _now(context, match)
        if match["year"]:
            to_come = at > now + CLOCKS_DIFFER
        elif match.re is HAPPENED:
            to_come = at.date() > now.date() and at - now < SOON
        else:
            to_come = False
        first, last = sheet.body.sentence(match.start("told"))
        if to_come and not PLANNED.search(sheet.body.flow, first, last):
            yield Hit.of(sheet.body, match, None, "told")


def _long_ago(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """A start of last year in the list. The same day of this year is offered, if that is no later than now."""
    for match, at in _told(sheet, context, HAPPENED):
        if match["year"] and _now(context, match) - at > LONG_AGO:
            yield Hit.of(sheet.body, match, _this_year(match, context), "told")


def _this_year(match: re.Match[str], context: Context) -> str | None:
    now = _now(context, match)
    try:
        at = now.replace(month=int(match["month"]), day=int(match["day"]))
    except ValueError:
        return None
    clock = match["told"].rpartition(")")[2] if ")" in match["told"] else match["time"] or ""
    return f"{at.year}年{at.month}月{at.day}日({WEEKDAYS['ja'][at.weekday()]}){clock}" if at <= now else None


def _promised_day_passed(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """Something promised for a day that is over. DAT-07 has the time of the next report."""
    page, next_report = sheet.body, promised_time(sheet, context)
    for match, at in _told(sheet, context, WILL_DO):
        ours = KindClass.ABOUT_THE_FUTURE in sheet.classes and next_report
        if at < _now(context, match) and not (ours and match.start() <= ours.start < match.end()):
            yield Hit.of(page, match, None, "told")


def _told(
    sheet: Sheet, context: Context, *wanted: re.Pattern[str]
) -> Iterator[tuple[re.Match[str], datetime]]:
    """Every match with the moment it tells, and with midnight where it tells only a day."""
    if context.now is None:
        return
    now, seen = context.now.astimezone(context.zone), set()
    for pattern in wanted:
        for match in matches(pattern, ANY_DAY, sheet.body.wording):
            at = read(match, now)
            if at and match.start("told") not in seen:
                seen.add(match.start("told"))
                yield match, max(instants(at)).astimezone(context.zone)


def _now(context: Context, match: re.Match[str]) -> datetime:
    """Now, or the beginning of today where the match tells only a day."""
    assert context.now
    now = context.now.astimezone(context.zone)
    return now if match["hour"] else now.replace(hour=0, minute=0, second=0, microsecond=0)


def _next_report_far_off(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """A promise of more than a day and a half. A service whose own interval is longer may do so."""
    promise = promised_time(sheet, context)
    if not (promise and promise.at and context.now):
        return
    usual = context.promise - context.now if context.promise else timedelta(0)
    if promise.at - context.now > max(LONG_WAIT, usual + timedelta(hours=1)):
        yield Hit(promise.page, *promise.page.span(promise.start, promise.end), next_promise(context))


RULES = (
    Rule(
        "DAT-09",
        "error",
        _in_the_future,
        "発生または復旧の日時が、まだ来ていない時刻です。",
        "The start or the end lies in the future.",
        "発生日時:2026年11月24日(火)10時05分頃",
        "発生日時:2026年11月25日(水)10時05分頃",
        OURS,
    ),
    Rule(
        "DAT-10",
        "error",
        _long_ago,
        "発生日時が一年近く前です。年を確かめます。",
        "The start is about a year ago: check the year.",
        "発生日時:2026年11月24日(火)10時05分頃 〜 継続中",
        "発生日時:2025年11月24日(月)10時05分頃 〜 継続中",
        KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "DAT-11",
        "error",
        _promised_day_passed,
        "約束した日が、もう過ぎています。",
        "The promised day is over.",
        "原因は、12月1日(火)までにご報告いたします。",
        "原因は、11月20日(金)までにご報告いたします。",
        OURS,
    ),
    Rule(
        "DAT-12",
        "warning",
        _next_report_far_off,
        "続いている間に、次の報告が一日半より先です。",
        "It goes on, and the next report is more than a day and a half away.",
        "次回のご報告:11月24日(火)11時00分頃",
        "次回のご報告:11月27日(金)11時00分頃",
        KindClass.ABOUT_THE_FUTURE,
        "full",
    ),
)
