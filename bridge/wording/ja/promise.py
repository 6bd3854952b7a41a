"""When a letter promises the next report. The time is found in the text and read."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.wording.ja.expressions import ON_WEEKDAY
from bridge.wording.model import Context
from bridge.wording.text import FieldText, Sheet

STAMP = (
    r"(?:(?:(?:(?P<year>\d{4})[年/])?(?P<month>\d{1,2})[月/](?P<day>\d{1,2})日?|(?P<day_only>\d{1,2})日)"
    rf"{ON_WEEKDAY}[ ]*)?"
    r"(?P<relative>翌日?|明日|明朝|本日|同日)?の?[ ]*(?P<half>午前|午後)?"
    r"(?P<hour>\d{1,2})(?:時(?!間)(?:(?P<minute>\d{1,2})分)?|:(?P<colon>\d\d))"
)
REPORT = r"(?:ご?連絡|ご?報告|お知らせ|ご?案内|更新|配信|続報)"
NEXT = re.compile(
    rf"(?:次回(?:の?(?:状況|進捗)?の?{REPORT})?|次の{REPORT}|次報|続報(?=[はの:]))(?:の?(?:予定|日時"
    rf"|時刻|見込み))?"
    rf"(?:[^。\n0-9メ点検請求契]{{0,14}}?|:?\n)[ ]*(?P<stamp>{STAMP})"
)
TOLD = re.compile(
    rf"(?P<stamp>{STAMP})頃?(?:に|までに|を目[安途]に)"
    r"(?:、|改めて|再度|次の|最新の|(?:対応|復旧)?状況を|進捗を|続報を|も|必ず|追って){0,3}"
    r"(?:ご連絡|ご報告|お知らせ|ご案内|お送り)(?:(?:いた)?します|申し上げます|する|を予定|差し上げます"
    r"|いたす)"
)


class Promise(NamedTuple):
    """A promised time, and where it stands in the flow of `page`."""

    page: FieldText
    start: int
    end: int
    at: datetime | None  # None without `context.now`, or for a date that does not exist


def promised_time(sheet: Sheet, context: Context) -> Promise | None:
    """The time of the next report. None when the letter names none."""
    page = sheet.body
    match = NEXT.search(page.flow) or TOLD.search(page.flow)
    return match and Promise(page, *match.span("stamp"), read_stamp(match, context))


def read_stamp(match: re.Match[str], context: Context) -> datetime | None:
    """A matched `STAMP` as a time near `context.now`. None without `context.now`, or for a date that does not
    exist."""
    if context.now is None:
        return None
    now = context.now.astimezone(context.zone)
    minutes = int(match["minute"] or match["colon"] or 0)
    hours = int(match["hour"]) + (12 if match["half"] == "午後" and int(match["hour"]) < 12 else 0)
    try:
        day = _day(match, now)
    except ValueError:
        return None
    at = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hours, minutes=minutes)
    tomorrow = match["relative"] in ("翌", "翌日", "明日", "明朝")
    past_midnight = day == now and now - at > timedelta(hours=12)
    return at + timedelta(days=1) if tomorrow or past_midnight else at


def _day(match: re.Match[str], now: datetime) -> datetime:
    """The day that a matched `STAMP` names, or today. Raises ValueError for a day that does not exist."""
    if match["month"]:
        return date_near(now, int(match["month"]), int(match["day"]), match["year"])
    return now.replace(day=int(match["day_only"])) if match["day_only"] else now


def date_near(now: datetime, month: int, day: int, year: str | None) -> datetime:
    """That day of the given year. Without a year, the year is the one that brings its month nearest to `now`.
    Raises ValueError for a day that does not exist."""
    if year:
        return now.replace(year=int(year), month=month, day=day)
    near = [now.replace(year=now.year + step, month=month, day=1) for step in (-1, 0, 1)]
    best = min(near, key=lambda at: abs(at - now))
    return best.replace(day=day)
