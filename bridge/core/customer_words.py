"""Whether a foreign text is words for customers at all, and how such words stand inside a sentence.

Monitoring fills an annotation from a template. What it sends when that fails is a text too, and is no word to a
customer: it counts as absent, and the on-call is told why.
"""

import re
from collections.abc import Mapping
from typing import Literal
from unicodedata import normalize

from pydantic import Field

from bridge.core.sanitise import CUT, one_line
from bridge.core.values import Locale, LocalText, Model

Why = Literal["template", "error", "nothing", "markup", "too_long", "untranslated"]

REASONS: Mapping[Why, LocalText] = {
    "template": LocalText(
        ja="テンプレートの変数が展開されていません", en="a template variable was not filled in"
    ),
    "error": LocalText(ja="エラーの文です", en="it is the text of an error"),
    "nothing": LocalText(ja="中身のない言葉です", en="it says nothing"),
    "markup": LocalText(ja="マークアップを含んでいます", en="it holds markup"),
    "untranslated": LocalText(
        ja="書かれておらず、日本語の手紙にも英語の言葉が載ります",
        en="it is missing, and the letter in Japanese has the English words",
    ),
    "too_long": LocalText(ja="長すぎます({limit}字まで)", en="it is longer than {limit} characters"),
}
SHOWN_CHARS = 60
# Variables as Go, Jinja, Zabbix, Nagios, Datadog, Gatus and shells write them; ○○ for what was to be filled in.
_TEMPLATE = re.compile(
    r"\{\{|\}\}|\{%|%\}|\$\{|\[\[|\]\]|\$(?:labels|values?|externalLabels)\b|\.(?:Labels|Annotations|CommonLabels)\b"
    r"|%\(\w+\)s|<%|\{[$#]?[A-Za-z][\w.:-]*\}|\$[A-Z][A-Z_]{2,}|\$\w+\$|\[[A-Z]+(?:_[A-Z]+)+\]|@@\w+@@|%[A-Z_]{3,}%"
    r"|[○◯〇]{2}|[×✕]{2}|[●■△]{2}|X{3,}(?![A-Za-z])|_{3,}"
)
_ERROR = re.compile(
    r"<error |error expanding template|error executing template|template: |\bTraceback\b|\b\w+(?:Error|Exception)\b:"
    r"|\.\w+Exception\b|#(?:REF|N/A|NAME|VALUE|DIV/0)\b"
    r"|(?i:\bundefined variable\b|\bsyntax error\b|^(?:error|exception|panic|fatal|err|エラー|例外)\s*(?:[:：]|\d|$)"
    r"|\bdeadline exceeded\b|\bconnection refused\b|\bi/o timeout\b|\bno such (?:host|file)\b)"
)
_EMPTY_WORD = (
    r"n[ ./]*a|nil|null|none|undef(?:ined)?|unknown|nothing|missing|empty|blank|pending"
    r"|not (?:set|available|applicable)"
    r"|no ?(?:value|label|data|impact|description|message|text)|to be \w+|t\.?b\.?[acd]"
    r"|test|sample|dummy|placeholder|string|text|foo|bar|x{2,}+|object object|[+-]?inf|nan|true|false"
    r"|impact|description|customer_\w+|(?:please )?fill(?: (?:me|this|it))? in|in progress|investigating"
    r"|(?:特に|値|データ|該当|記載)?(?:なし|無し|ナシ|ない|ありません)|未(?:設定|定|記入|入力|登録)"
    r"|不明|空欄?|仮|ダミー|サンプル|テスト"
    r"|現?在?[要未]?(?:確認|調査|検討|対応|復旧)中?(?:です|でございます)?|影響(?:範囲|内容)?は?|内容"
)
# What stands around such a word says nothing either: (なし), N/A., <影響範囲>
_NOTHING = re.compile(
    rf"(?i:[\W_ー]*(?:(?:{_EMPTY_WORD})[\W_ー]*)*|[\d\W_]+|(?:todo|fixme|tb[acd]|lorem ipsum)\b.*"
    r"|[\W_]*ここに.*|(?:後|あと)で(?:書く|(?:記入|入力|記載|追記).*)|.*(?:記入|入力|記載|追記)(?:して(?:ください|下さい)|のこと|待ち)[\W_]*)"
)
_HOLDS_NOTHING = re.compile(
    r"[<\[]no value[>\]]|<nil>|%!\w?\(|\[object Object\]|(?<![A-Za-z])[+-]?(?:NaN|Inf)(?![A-Za-z])"
)
_MARKUP = re.compile(
    r"</?[A-Za-z][^<>]*>|<!--|&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});|\]\([^)]*\)|`[^`]*`|\*\*\S|__\S+?__"
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
    plain = normalize("NFKC", text)
    if _TEMPLATE.search(plain):
        return "template"
    if _ERROR.search(plain):
        return "error"
    if _NOTHING.fullmatch(plain) or _HOLDS_NOTHING.search(plain):
        return "nothing"
    if _MARKUP.search(plain):
        return "markup"
    return "too_long" if len(text) > limit else None


def accepted(name: str, raw: str, limit: int) -> tuple[str, Refused | None]:
    """An annotation's words on one line; where they are none, an empty text, and what was refused."""
    if not raw:
        return "", None
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
