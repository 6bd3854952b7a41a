"""REL-04: the name of another service, left in by whoever copied an older letter."""

import re
import unicodedata
from collections.abc import Iterator

from bridge.wording.find import surroundings
from bridge.wording.model import Context
from bridge.wording.names import service_names
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import FieldText, Sheet, in_signature

SHORTEST = 2  # characters; a name of one would be found everywhere
BESIDE_OURS = re.compile(
    r"影響(?:は|が)?、?(?:一切|全く)?(?:ござい|あり)ません|影響(?:を受け|のな|な[いし])|(?:通常|正常|従来|これまで)(?:どおり|通り|に)"
    r"|対象外|含まれ(?:ません|ておりません)|除[くき]|以外|連携|経由|ご利用いただけます"
    r"|(?i:not affected|unaffected|no (?:impact|effect)|as usual|normal(?:ly)?|except|other than|integrat|connect)"
)
"""A sentence may say of another service that it works, or that ours depends on it."""


def _others(sheet: Sheet, context: Context) -> Iterator[Hit]:
    own = service_names(context)
    others = [name for name in context.services if len(name) >= SHORTEST and not _part_of(name, own)]
    if not own or not others:
        return
    ours = {*own, *filter(None, context.signing)}
    wanted = re.compile("|".join(map(re.escape, sorted({*ours, *others}, key=len, reverse=True))))
    for page in sheet.pages:
        for match in wanted.finditer(page.flow):
            if match[0] not in ours and _stands_alone(match) and not _in_place(page, match, own):
                yield Hit.of(page, match, context.service)


def _part_of(name: str, own: list[str]) -> bool:
    return any(name in each for each in own)


def _in_place(page: FieldText, match: re.Match[str], own: list[str]) -> bool:
    """Whether the other service is named beside ours, or as one that works."""
    sentence = surroundings(page, page.flow, *match.span())
    return (
        in_signature(page, page.span(*match.span())[0])
        or any(name in sentence for name in own)
        or bool(BESIDE_OURS.search(sentence))
    )


def _stands_alone(match: re.Match[str]) -> bool:
    """Whether the name is no part of a longer word, as far as the script of its neighbours tells."""
    text, (start, end) = match.string, match.span()
    return not (
        _same_word(text[start - 1 : start], text[start]) or _same_word(text[end - 1], text[end : end + 1])
    )


def _same_word(one: str, other: str) -> bool:
    script = _script(one)
    return script in ("LATIN", "KATAKANA", "CJK") and script == _script(other)


def _script(char: str) -> str:
    if char == "ー":
        return "KATAKANA"
    return unicodedata.name(char, "").partition(" ")[0] if char else ""


RULES = (
    Rule(
        "REL-04",
        "error",
        _others,
        "ほかのサービスの名前が書かれています。",
        "The name of another service is in this letter.",
        "みどりショップでログインができない状況です。",
        "あおば予約でログインができない状況です。",
    ),
)
