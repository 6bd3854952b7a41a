"""NUM: the number of the report."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bridge.core.reports import numbered
from bridge.wording.ja.expressions import NUMERAL, REPORT_NUMBER
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import FieldText, Sheet

DIGITS = {char: value for value, char in enumerate(NUMERAL, 1)}
NUMBERED = re.compile(REPORT_NUMBER)
SELF_NAMED = re.compile(
    rf"(?:{REPORT_NUMBER})(?=として|を(?:お送り"
    r"|お届け|お知らせ|ご報告)|です|でございます|[)])"
)
HEAD = 300  # a letter names its own number in this many characters of its body


class Numbered(NamedTuple):
    """A report number in a text: its value, and where it stands in the flow."""

    page: FieldText
    value: int
    start: int
    end: int
    kanji: bool


def read_number(text: str) -> int:
    """The value of a number in digits, or of kanji numerals below 100."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (DIGITS.get(tens, 1) * 10 if ten else 0) + (DIGITS[ones[-1]] if ones else 0)


def _number(page: FieldText, pattern: re.Pattern[str], end: int) -> Numbered | None:
    match = pattern.search(page.flow, 0, end)
    if not match:
        return None
    if match["initial"]:
        return Numbered(page, 1, *match.span(), True)
    return Numbered(page, read_number(match["number"]), *match.span(), not match["number"].isdecimal())


def _number_wrong(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """Numbers in the subject and in the body that are not the report's. Without a
    known number, the body must agree with the subject."""
    subject = _number(sheet.subject, NUMBERED, len(sheet.subject.flow))
    body = _number(sheet.body, SELF_NAMED, HEAD)
    wanted = context.report_no or (subject.value if subject else None)
    for named in (subject, body):
        if named and wanted and named.value != wanted:
            right = numbered(wanted, "ja") if named.kanji else f"第{wanted}報"
            yield Hit(named.page, *named.page.span(named.start, named.end), right)


def _numbers_mixed(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    """Numbers of one digit, in a letter that also writes numbers in kanji. From 10 on, digits are fine."""
    if not any(re.search(rf"第[{NUMERAL}]{{1,3}}報", page.flow) for page in sheet.pages):
        return
    for page in sheet.pages:
        for match in re.finditer(r"第(\d)報", page.flow):
            yield Hit.of(page, match, numbered(int(match[1]), "ja"))


RULES = (
    Rule(
        "NUM-01",
        "error",
        _number_wrong,
        "報の番号が合っていません。",
        "The number of the report does not match.",
        "第二報としてご報告いたします。",
        "第三報としてご報告いたします。",
        scope="full",
    ),
    Rule(
        "NUM-02",
        "warning",
        _numbers_mixed,
        "報の番号に漢数字と算用数字が混じっています。",
        "Report numbers in kanji and in digits are mixed.",
        "第一報でお知らせした件の第二報です。",
        "第一報でお知らせした件の第2報です。",
    ),
)
