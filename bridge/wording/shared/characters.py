"""CHR: single characters and markup. These rules read the text as written and can mostly repair it."""

import html
import re
import unicodedata
from collections.abc import Iterator

from bridge.core.width import width
from bridge.wording.find import any_of, phrase
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import WIDEST_LINE, Sheet

SPELT_OUT = {
    "㈱": "株式会社",
    "㈲": "有限会社",
    "㈹": "代表",
    "㏍": "株式会社",
    "№": "No.",
    "℡": "TEL",
    "〝": "「",
    "〟": "」",
}
PRINTABLE = {"～": "〜", "－": "−", "∥": "‖", "髙": "高", "﨑": "崎", "￠": "セント", "￤": "|"}
RADICALS = dict(
    zip("⺟⺠⻁⻄⻅⻑⻘⻝⻤⻨⻩⻫⻭⻯⻲⺒⺡⺾", "母民虎西見長青食鬼麦黄斉歯竜亀巳氵艹", strict=True)
)
DEPENDENT = r"[①-⑳㉑-㊿Ⅰ-Ⅻⅰ-ⅻ㈱㈲㈹㍉㌔㌢㍍㌘㌧㌃㌶㍑㍗㌍㌦㌣㌫㍊㌻㎜㎝㎞㎎㎏㏄㎡№℡㏍㍻㍼㍽㍾㋿〝〟]"
EMOJI = (
    r"[\U0001F000-\U0001FAFF\u2600-\u2604\u2607-\u260d\u2610-\u263f\u2643-\u2669\u266a-\u26ff"
    r"\u2700-\u27bf\u2b50\u2b55\ufe0f]+"
)
FACES = (
    r"m\([_.ー＿ ]{1,3}\)m|[(（](?:汗|笑|泣|涙|苦笑)[)）]|(?<![A-Za-z])orz(?![A-Za-z])"
    r"|\(\^[_.ー^-]{0,2}\^?;?\)|\^\^;?|[ｗ]{2,}"
)
HIDDEN = r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u3099\u309a]"
UNSEEN = rf"[^\u3099\u309a\n]?[\u3099\u309a]+|{HIDDEN}+"
CONTINUATION = r"[\u0080-\u00bfŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]"
GARBLED = (
    rf"\ufffd|[縺繧繝譁]|[\u00c2-\u00ef]{CONTINUATION}|&(?:amp|lt|gt|nbsp|quot|apos|#\d{{1,6}}"
    rf"|#x[0-9A-Fa-f]{{1,6}});"
    r"|\\u[0-9A-Fa-f]{4}|=\?(?:utf-8|iso-2022-jp|shift_jis)\?"
)
TAG = (
    r"</?(?:br|p|b|i|u|a|div|span|strong|em|ul|ol|li|table|tr|td|th|font|hr|h[1-6]"
    r"|img)(?:\s[^<>]{0,300})?\s?/?>"
)


def spelt_out(match: re.Match[str]) -> str:
    char = match[0]
    if char in SPELT_OUT:
        return SPELT_OUT[char]
    plain = unicodedata.normalize("NFKC", char)
    return f"({plain})" if "①" <= char <= "⑳" or "㉑" <= char <= "㊿" else plain


def _composed(match: re.Match[str]) -> str:
    """The visible part. A detached voicing mark is composed (NFC), an invisible character is dropped."""
    text = unicodedata.normalize("NFC", match[0])
    return "".join(char for char in text if char not in "\u3099\u309a" and not re.fullmatch(UNSEEN, char))


def _radical(match: re.Match[str]) -> str | None:
    plain = RADICALS.get(match[0]) or unicodedata.normalize("NFKC", match[0])
    return plain if plain != match[0] else None


def _unescaped(match: re.Match[str]) -> str | None:
    """The character that an HTML entity stands for. Garbled text is left to a person."""
    plain = html.unescape(match[0])
    return plain if match[0].startswith("&") and plain not in (match[0], "<", ">") else None


def _wide_lines(sheet: Sheet, context: Context) -> Iterator[Hit]:
    if not context.wrapped:
        return
    for match in re.finditer(r"[^\r\n]+", sheet.body.raw):
        line = match[0]
        if len(line) * 2 > WIDEST_LINE and "://" not in line and width(line) > WIDEST_LINE:
            yield Hit(sheet.body, *match.span())


def _unsendable(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """Characters that the letter's charset cannot carry. Raises LookupError for an unknown charset."""
    for page in sheet.pages:
        try:
            page.raw.encode(context.charset)
        except UnicodeEncodeError:
            for place, char in enumerate(page.raw):
                if not _encodable(char, context.charset):
                    yield Hit(page, place, place + 1, _substitute(char, context.charset))


def _encodable(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _substitute(char: str, charset: str) -> str | None:
    match = re.match(DEPENDENT, char)
    plain = PRINTABLE.get(char) or (spelt_out(match) if match else unicodedata.normalize("NFKC", char))
    return plain if plain != char and _encodable(plain, charset) else None


RULES = (
    Rule(
        "CHR-05",
        "warning",
        any_of(
            phrase(EMOJI, reading="raw", swap=""),
            phrase(FACES, needs=r"[_^＿]|[(（][汗笑泣涙苦]|orz|ｗｗ", reading="raw", swap=""),
        ),
        "絵文字や顔文字はお詫びの文に合いません。",
        "No emoji in an apology.",
        "申し訳ございません。",
        "申し訳ございませんm(_ _)m",
    ),
    Rule(
        "CHR-07",
        "error",
        phrase(UNSEEN, needs=HIDDEN, reading="raw", swap=_composed),
        "目に見えない文字、または分かれた濁点があります。",
        "An invisible character, or a detached voicing mark.",
        "が",
        "か\u3099",
    ),
    Rule(
        "CHR-08",
        "error",
        phrase(GARBLED, reading="raw", swap=_unescaped, flags=re.I),
        "文字化け、または記号の書き換えが残っています。",
        "Garbled text or a leftover escape.",
        "障害",
        "éšœå®³ &amp;",
    ),
    Rule(
        "CHR-09",
        "warning",
        _wide_lines,
        "一行が全角38字を超え、引用返信で崩れます。",
        "A line of more than 76 columns breaks in replies.",
        "短い行",
        "長" * 39,
        scope="body",
    ),
    Rule(
        "CHR-10",
        "error",
        _unsendable,
        "この文字コードでは送れない文字です。",
        "The charset of this letter cannot carry this character.",
        "高",
        "髙 (iso2022_jp)",
    ),
    Rule(
        "CHR-11",
        "error",
        phrase(r"[\u2e80-\u2fd5]", reading="raw", swap=_radical),
        "漢字に似た部首の文字です。検索も読み上げもできません。",
        "A radical that only looks like the character.",
        "富士",
        "富⼠",
    ),
    Rule(
        "CHR-12",
        "warning",
        any_of(
            phrase(r"\*\*(?P<inner>[^*\n]{1,120})\*\*", reading="raw", swap=r"\g<inner>"),
            phrase(r"^#{1,6}[ 　]+", reading="raw", swap="■", flags=re.M),
            phrase(r"`(?P<inner>[^`\n]{1,120})`", reading="raw", swap=r"\g<inner>"),
            phrase(
                r"\[(?P<inner>[^\]\n]{1,120})\]\((?P<link>https?[^)\s]{1,300})\)",
                reading="raw",
                swap=r"\g<inner> \g<link>",
            ),
            phrase(TAG, reading="raw", swap="", flags=re.I),
        ),
        "MarkdownやHTMLの記号が残っています。",
        "Markdown or HTML is left in.",
        "【重要】",
        "**重要**",
    ),
)
