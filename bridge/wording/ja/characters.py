"""CHR in Japanese letters: the wrong width, and characters that some devices lack."""

import re
import unicodedata

from bridge.wording.find import phrase, when
from bridge.wording.model import Context
from bridge.wording.rule import Rule
from bridge.wording.shared.characters import DEPENDENT, spelt_out
from bridge.wording.text import FOLD, Sheet


def _has_half_width_digits(sheet: Sheet, _context: Context) -> bool:
    return any(re.search(r"[0-9]", page.raw) for page in sheet.pages)


def _folded(match: re.Match[str]) -> str:
    return match[0].translate(FOLD)


def _exclamation(match: re.Match[str]) -> str:
    following = match.string[match.end() : match.end() + 1]
    return "" if following in ("。", "」", "』", "）", ")") else "。"


RULES = (
    Rule(
        "CHR-01",
        "error",
        phrase(
            r"[\uff61-\uff9f]+", reading="raw", swap=lambda match: unicodedata.normalize("NFKC", match[0])
        ),
        "半角カナは文字化けのもとです。",
        "Half-width kana get garbled.",
        "システム",
        "ｼｽﾃﾑ",
    ),
    Rule(
        "CHR-02",
        "warning",
        phrase(DEPENDENT, reading="raw", swap=spelt_out),
        "機種依存文字です。",
        "A character some devices cannot show.",
        "株式会社みどり商事",
        "㈱みどり商事",
    ),
    Rule(
        "CHR-03",
        "warning",
        when(_has_half_width_digits, phrase(r"[０-９]+", reading="raw", swap=_folded)),
        "全角と半角の数字が混じっています。",
        "Full-width and half-width digits are mixed.",
        "10時05分",
        "１０時05分",
    ),
    Rule(
        "CHR-04",
        "warning",
        phrase(r"[Ａ-Ｚａ-ｚ]+", reading="raw", swap=_folded),
        "全角の英字です。",
        "Full-width letters.",
        "API",
        "ＡＰＩ",
    ),
    Rule(
        "CHR-06",
        "warning",
        phrase(r"！+|(?<=[ぁ-んァ-ヶー一-龥。、」）])!+", reading="raw", swap=_exclamation),
        "感嘆符は使いません。",
        "No exclamation marks.",
        "復旧いたしました。",
        "復旧いたしました！",
    ),
)
