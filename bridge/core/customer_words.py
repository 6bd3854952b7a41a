"""Whether a foreign text is words for customers at all, and how such words stand inside a sentence.

Monitoring fills an annotation from a template. What it sends when that fails is a text too, and is no word to a
customer: it counts as absent, and the on-call is told why.
"""

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from bridge.core.sanitise import CUT, one_line
from bridge.core.values import Locale, LocalText, Model

Why = Literal["template", "error", "nothing", "markup", "too_long"]

REASONS: Mapping[Why, LocalText] = {
    "template": LocalText(
        ja="テンプレートの変数が展開されていません", en="a template variable was not filled in"
    ),
    "error": LocalText(ja="エラーの文です", en="it is the text of an error"),
    "nothing": LocalText(ja="中身のない言葉です", en="it says nothing"),
    "markup": LocalText(ja="マークアップを含んでいます", en="it holds markup"),
    "too_long": LocalText(ja="長すぎます({limit}字まで)", en="it is longer than {limit} characters"),
}
SHOWN_CHARS = 60
_TEMPLATE = re.compile(
    r"\{\{|\}\}|\{%|%\}|\$\{|\$(?:labels|values?|externalLabels)\b|\.(?:Labels|Annotations|CommonLabels)\b|%\(\w+\)s|<%"
)
_ERROR = re.compile(
    r"<error |error expanding template|error executing template|template: |\bTraceback\b|\b\w+(?:Error|Exception)\b:"
    r"|(?i:\bundefined variable\b|\bsyntax error\b|^(?:error|exception|panic|fatal)\s*[:：])"
)
_NOTHING = re.compile(
    r"(?i:<?no[ _]value>?|<nil>|%!\w?\([^)]*\)|\[object object\]|(?:[+-]?inf|nan)"
    r"|n\s*/?\s*a|nil|null|none|undefined|unknown|tb[da]|todo|fixme|test|x{2,}|なし|無し|未設定|未定|不明|該当なし|テスト)"
    r"|[\W_]+"
)
_HOLDS_NOTHING = re.compile(r"<no value>|<nil>|%!\w?\(|\[object Object\]")
_MARKUP = re.compile(
    r"</?[A-Za-z][^<>]*>|<!--|&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});|\]\([^)]*\)|```|\*\*\S"
)

_POLITE = re.compile(r"(?:ます|ません|です|でした|ました|ください)$")
_PLAIN = re.compile(r"(?:ない|なかった|にくい|づらい|いる|ある|れる|なる|きる|した|する|った|れた)$")
_CLAUSE = re.compile(r"(?i)\b(?:cannot|can't|can not|is|are|was|were|has|have|does|do|did|will|fails?)\b|\.$")


class Refused(Model):
    """Words of an alert that no letter uses. `text` is what came, shortened: it is for the on-call alone."""

    annotation: str = Field(description="the annotation's name")
    text: str = Field(description="what it held, at most 60 characters")
    why: Why = Field(description="why these are no words for customers")
    limit: int = Field(default=0, description="how many characters are allowed")

    def because(self, locale: Locale) -> str:
        """The reason, inside of a sentence."""
        return REASONS[self.why].get(locale).format(limit=self.limit)


def refusal(text: str, limit: int) -> Why | None:
    """Why a text is no words for customers; None where it may be. An empty text is not asked about."""
    if _TEMPLATE.search(text):
        return "template"
    if _ERROR.search(text):
        return "error"
    if _NOTHING.fullmatch(text) or _HOLDS_NOTHING.search(text):
        return "nothing"
    if _MARKUP.search(text):
        return "markup"
    return "too_long" if len(text) > limit else None


def accepted(name: str, raw: str, limit: int) -> tuple[str, Refused | None]:
    """An annotation's words on one line; where they are none, an empty text, and what was refused."""
    text = one_line(raw, limit + 1)
    why = refusal(text, limit) if text else None
    if why is None and text.endswith(CUT) and not raw.rstrip().endswith(CUT):
        why = "too_long"
    if why is None:
        return text, None
    return "", Refused(annotation=name, text=shortened(text, SHOWN_CHARS), why=why, limit=limit)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters; 「…」 says that there were more."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}{CUT}"


def is_sentence(text: str, locale: Locale) -> bool:
    """Whether words that should be a noun phrase say something by themselves: ログインできません."""
    if locale == "en":
        return bool(_CLAUSE.search(text))
    return text.endswith(("。", "．")) or bool(_POLITE.search(text) or _PLAIN.search(text))


def as_noun(text: str, locale: Locale) -> str:
    """Words for the inside of a sentence. A sentence would turn into its opposite there: 復旧したログインできません.

    `ログインできない` gives ログインできない状況, `ログインできません` is quoted and called a 状況.
    """
    core = text.strip().rstrip("。．.")
    if not is_sentence(text, locale):
        return core
    if locale == "en":
        return f'"{core}"'
    return f"{core}状況" if _PLAIN.search(core) else f"「{core}」という状況"
