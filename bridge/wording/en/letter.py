"""EN-18 and EN-20 to -25: weekdays, the subject, and what an English letter must say."""

import re
from collections.abc import Iterator
from datetime import date

from bridge.core.dates import MONTHS, WEEKDAYS
from bridge.wording.find import body_lacks, whole
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import Sheet

MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
WEEKDAY = (
    r"(?P<weekday>Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:rs(?:day)?)?|Fri(?:day)?"
    r"|Sat(?:urday)?|Sun(?:day)?)\.?"
)
DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{WEEKDAY},? {MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
        rf"\b{WEEKDAY},? (?P<day>\d{{1,2}})(?:st|nd|rd|th)? {MONTH},? (?P<year>\d{{4}})",
        rf"\b{MONTH} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}) \({WEEKDAY}\)",
        rf"\b(?P<day>\d{{1,2}}) {MONTH},? (?P<year>\d{{4}}) \({WEEKDAY}\)",
    )
)


def _weekday_wrong(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for pattern in DATES:
            for match in pattern.finditer(page.flow):
                right = _weekday(match)
                if right and not right.startswith(match["weekday"]):
                    shown = right if len(match["weekday"]) > 4 else right[:3]
                    yield Hit.of(page, match, shown, "weekday")


def _weekday(match: re.Match[str]) -> str | None:
    """The weekday of a matched date. None for a date that does not exist."""
    month = next(at for at, name in enumerate(MONTHS, 1) if name.startswith(match["month"][:3]))
    try:
        return WEEKDAYS["en"][date(int(match["year"]), month, int(match["day"])).weekday()]
    except ValueError:
        return None


def _subject_lacks_bracket(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not re.match(r"\s*[\[【(]", sheet.subject.raw):
        yield whole(sheet.subject)


CONTACT = r"[A-Za-z0-9]@[A-Za-z0-9]|https?://|\b(?:[Cc]ontact|[Pp]hone|[Tt]el)\b"
SORRY = r"(?i)\b(?:sorry|apolog)"
SINCE = (
    r"(?i)\b(?:since|started?|began|from|start(?:ed)? at|time of occurrence"
    r"|duration)\b[^\n]{0,40}\n?[^\n]{0,40}\d"
)
NEXT = (
    r"(?i)\bnext (?:update|report|notice|message)\b|\b(?:update|write|contact|inform"
    r"|notify) (?:you )?(?:again )?(?:at|by|as soon as|when)"
)
SCOPE = r"(?i)\b(?:affect|impact|scope|unavailable|unable)"


RULES = (
    Rule(
        "EN-18",
        "error",
        _weekday_wrong,
        "曜日が暦と合っていません。",
        "The weekday is not that of the date.",
        "Tuesday, 24 November 2026",
        "Monday, 24 November 2026",
    ),
    Rule(
        "EN-20",
        "error",
        _subject_lacks_bracket,
        "件名が [Important] などで始まっていません。",
        "The subject does not begin with a bracket such as [Important].",
        "[Important] Midori Shop: sign-in failure (report 1)",
        "Midori Shop: sign-in failure",
        scope="subject",
    ),
    Rule(
        "EN-21",
        "error",
        body_lacks(SORRY),
        "お詫びの言葉がありません。",
        "There is no apology.",
        "We apologise for the trouble.",
        "",
        scope="body",
    ),
    Rule(
        "EN-22",
        "error",
        body_lacks(CONTACT),
        "問い合わせ先がありません。",
        "It does not say how to reach us.",
        "Contact: support@example.jp",
        "",
        scope="body",
    ),
    Rule(
        "EN-23",
        "error",
        body_lacks(SINCE),
        "いつからかが書かれていません。",
        "It does not say since when.",
        "Started: 24 November 2026 10:05 JST",
        "",
        letters=KindClass.TO_EVERYONE,
        scope="body",
    ),
    Rule(
        "EN-24",
        "error",
        body_lacks(NEXT),
        "次の連絡がいつかが書かれていません。",
        "It does not say when the next report comes.",
        "Next report: 11:00 JST",
        "",
        letters=KindClass.ABOUT_THE_FUTURE,
        scope="body",
    ),
    Rule(
        "EN-25",
        "error",
        body_lacks(SCOPE),
        "影響範囲が書かれていません。",
        "It does not say what is affected.",
        "Affected: sign-in for all users",
        "",
        letters=KindClass.TO_EVERYONE,
        scope="body",
    ),
)
