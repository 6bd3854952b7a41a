"""MAL: what goes wrong on the way to the inbox, or makes a letter look like phishing."""

import re
from collections.abc import Iterator

from bridge.wording.find import lacking, phrase, whole
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import Sheet

SHORTENED = (
    r"(?<![\w.])(?:bit\.ly|goo\.gl|tinyurl\.com|tinyurl|t\.co(?=/)|is\.gd|ow\.ly|buff\.ly"
    r"|x\.gd)(?![\w.])(?:/[\w-]*)?|http://"
)


def _several_recipients(sheet: Sheet, context: Context) -> Iterator[Hit]:
    own = {domain.lower() for domain in context.domains}
    outside = [
        address for address in (*context.to, *context.cc) if address.rpartition("@")[2].lower() not in own
    ]
    if len(outside) >= 2:
        yield lacking(sheet)


def _broken_subject(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    subject = sheet.subject.raw
    tidy = " ".join(subject.split()) if re.search(r"[\r\n\t]", subject) else subject.strip()
    if tidy != subject:
        yield whole(sheet.subject)._replace(replacement=tidy)


RULES = (
    Rule(
        "MAL-01",
        "error",
        _several_recipients,
        "宛先に複数の社外アドレスがあり、互いに見えてしまいます。",
        "Several outside addresses would see each other.",
        "to: 1件",
        "to: 3件",
        scope="mail",
    ),
    Rule(
        "MAL-03",
        "warning",
        phrase(SHORTENED, body_only=True),
        "短縮URLや http:// はフィッシングに見えます。",
        "Shortened or plain http links look like phishing.",
        "https://status.example.jp/",
        "https://bit.ly/3abcd",
    ),
    Rule(
        "MAL-04",
        "error",
        _broken_subject,
        "件名に改行や余分な空白があります。",
        "The subject holds line breaks or stray blanks.",
        "【重要】みどりショップ 接続障害(第一報)",
        "【重要】みどりショップ\n接続障害(第一報)",
        scope="subject",
    ),
)
