"""When a letter promises the next report. The time is found in the text and read."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.core.dates import WEEKDAYS
from bridge.wording.ja.moments import instants, read, stamp
from bridge.wording.model import Context
from bridge.wording.text import FieldText, Sheet

STAMP = stamp()
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
    exist. Of a time that the clock shows twice in a night, the one that is still to come is meant."""
    if context.now is None:
        return None
    now = context.now.astimezone(context.zone)
    at = read(match, now)
    if at is None:
        return None
    undated = not (match["month"] or match["day_only"])
    if undated and now - at > timedelta(hours=12):
        at += timedelta(days=1)
    to_come = [instant for instant in instants(at) if instant > now]
    return to_come[0].astimezone(context.zone) if to_come else at


def next_promise(context: Context) -> str | None:
    """The time that the bridge would promise now, as a letter prints it."""
    if context.promise is None:
        return None
    at = context.promise.astimezone(context.zone)
    return f"{at.month}月{at.day}日({WEEKDAYS['ja'][at.weekday()]}){at.hour}時{at.minute:02d}分"
