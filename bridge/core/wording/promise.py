"""The next report a letter promises: found in its text, and read as a time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.core.wording.model import Context
from bridge.core.wording.text import Page, Sheet

STAMP = (
    r"(?:(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:[(][月火水木金土日][)])?[ ]*)?"
    r"(?P<relative>翌日?|明日|明朝|本日|同日)?の?[ ]*"
    r"(?P<hour>\d{1,2})(?:時(?!間)(?:(?P<minute>\d{1,2})分)?|:(?P<colon>\d\d))"
)
NEXT = re.compile(
    rf"(?:次回|次報|次の(?:ご連絡|ご報告|お知らせ)"
    rf"|続報)(?!以降)[^。\n0-9]{{0,25}}?[:\n]?[ ]*[^。\n0-9]{{0,10}}?(?P<stamp>{STAMP})"
)
TOLD = re.compile(
    rf"(?P<stamp>{STAMP})頃?(?:に|までに|を目[安途]に)?(?:、|、?改めて|も)*[^。、\n]{{0,12}}"
    r"(?:ご連絡|ご報告|お知らせ|ご案内|お送り)(?:いた|し|申|を|する|差)"
)


class Promise(NamedTuple):
    """A promised time: where it stands (flow offsets) and what it says."""

    page: Page
    start: int
    end: int
    at: datetime | None  # None: no clock to read it against


def promised_time(sheet: Sheet, context: Context) -> Promise | None:
    """The time of the next report, where the letter names one."""
    page = sheet.body
    match = NEXT.search(page.flow) or TOLD.search(page.flow)
    return match and Promise(page, *match.span("stamp"), read_stamp(match, context))


def read_stamp(match: re.Match[str], context: Context) -> datetime | None:
    """A matched `STAMP` as a time near `context.now`; None without a clock or for an impossible date."""
    if context.now is None:
        return None
    now = context.now.astimezone(context.zone)
    minute = int(match["minute"] or match["colon"] or 0)
    try:
        base = (
            date_near(now, int(match["month"]), int(match["day"]), match["year"]) if match["month"] else now
        )
        at = base.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
            hours=int(match["hour"]), minutes=minute
        )
    except ValueError:
        return None
    tomorrow = match["relative"] in ("翌", "翌日", "明日", "明朝")
    past_midnight = not match["month"] and now - at > timedelta(hours=12)
    return at + timedelta(days=1) if tomorrow or past_midnight else at


def date_near(now: datetime, month: int, day: int, year: str | None) -> datetime:
    """That day of the given year; without one, of the year that brings it nearest to `now`."""
    if year:
        return now.replace(year=int(year), month=month, day=day)
    near = [now.replace(year=now.year + step, month=month, day=1) for step in (-1, 0, 1)]
    best = min(near, key=lambda at: abs(at - now))
    return best.replace(day=day)
