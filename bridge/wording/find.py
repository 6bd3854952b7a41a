"""Builders that turn an expression into a `Find`.

Every expression is bounded: a gap has a greatest length and ends with the sentence. The work therefore grows
with the length of the letter and not with its square. \\w, \\d and \\s mean ASCII, so that kana next to a
host name are not part of the name.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from bridge.wording.model import Context
from bridge.wording.rule import Find, Hit
from bridge.wording.text import FieldText, Sheet, in_signature

Reading = Literal["raw", "flow", "wording", "lower"]
Swap = str | Callable[[re.Match[str]], str | None] | None
NEAR = 80
"""How far around a match a rule looks, in characters. It never looks beyond the sentence."""
LATIN = r"[A-Za-z][ -~]*"
"""A `needs` for Latin text. Most sentences of a Japanese letter have none and are then not read."""


def phrase(
    pattern: str,
    *,
    unless: str = "",
    after: str = "",
    before: str = "",
    swap: Swap = None,
    sentence: Swap = None,
    needs: str = "",
    reading: Reading = "flow",
    body_only: bool = False,
    flags: int = 0,
) -> Find:
    """Find `pattern`, except where `unless` stands near it in the same sentence, where `after` follows it
    directly, or where `before` ends right in front of it.

    `swap` replaces the match. `sentence` replaces the whole sentence, which then is the span.
    `needs` is for speed: it is quick to find, and without it there is no match, so that most of the text is
    not read. `body_only` leaves out the signature."""
    wanted = re.compile(pattern, flags | re.ASCII)
    anchor = re.compile(needs) if needs else None
    pardon, follows = (re.compile(text, flags | re.ASCII) if text else None for text in (unless, after))
    leads = re.compile(f"(?:{before})$", flags | re.ASCII) if before else None

    def find(sheet: Sheet, _context: Context) -> Iterator[Hit]:
        for page in sheet.pages:
            text: str = getattr(page, reading)
            ours = page.lower if reading == "lower" else page.wording
            for match in matches(wanted, anchor, text):
                if follows and follows.match(text, match.end()):
                    continue
                if leads and leads.search(text[max(match.start() - NEAR, 0) : match.start()]):
                    continue
                if pardon and pardon.search(surroundings(page, ours, match.start(), match.end())):
                    continue
                hit = locate(page, match, reading, swap, sentence)
                if not (body_only and in_signature(page, hit.start)):
                    yield hit

    return find


def matches(wanted: re.Pattern[str], anchor: re.Pattern[str] | None, text: str) -> Iterator[re.Match[str]]:
    """Every match in the text. With an anchor, only the matches that lie near one."""
    if anchor is None:
        yield from wanted.finditer(text)
        return
    for start, end in neighbourhoods(anchor, text):
        yield from wanted.finditer(text, start, end)


def neighbourhoods(anchor: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the text within `NEAR` characters of an anchor. Stretches that meet are joined."""
    start, end = 0, -1
    for match in anchor.finditer(text):
        if match.start() - NEAR > end:
            if end >= 0:
                yield start, end
            start = max(match.start() - NEAR, 0)
        end = min(match.end() + NEAR, len(text))
    if end >= 0:
        yield start, end


def locate(page: FieldText, match: re.Match[str], reading: Reading, swap: Swap, sentence: Swap) -> Hit:
    """The hit of a match in this reading, with its replacement."""
    if sentence is not None:
        text = offer(sentence, match)
        if text is not None:
            return sentence_hit(page, *match.span(), text)
    start, end = match.span() if reading == "raw" else page.span(*match.span())
    return Hit(page, start, end, offer(swap, match))


def sentence_hit(page: FieldText, start: int, end: int, text: str) -> Hit:
    """A hit on the whole sentence at these flow offsets, with `text` to replace it. Where the page already says
    `text`, the sentence is dropped instead, unless a label would lose its value. In a subject, which is no
    sentence, the hit is only the place itself, without a replacement."""
    if page.field == "subject":
        return Hit(page, *page.span(start, end))
    first, last = page.sentence(start)
    labelled = page.flow[first - 1 : first] not in ("", "。", "\n")
    said = text in page.flow[:first] or text in page.flow[last:]
    return Hit(page, *page.span(first, last), "" if said and not labelled else text)


def offer(swap: Swap, match: re.Match[str]) -> str | None:
    if swap is None:
        return None
    return match.expand(swap) if isinstance(swap, str) else swap(match)


def surroundings(page: FieldText, text: str, start: int, end: int) -> str:
    """The sentence around a match, in a reading of the page, up to `NEAR` characters to either side."""
    first, last = page.sentence(start)
    return text[max(first, start - NEAR) : min(last, end + NEAR)]


def any_of(*finds: Find) -> Find:
    """Find whatever one of these finds."""

    def find(sheet: Sheet, context: Context) -> Iterator[Hit]:
        for each in finds:
            yield from each(sheet, context)

    return find


def when(condition: Callable[[Sheet, Context], bool], found: Find) -> Find:
    """Look only in letters of which the condition holds."""

    def find(sheet: Sheet, context: Context) -> Iterator[Hit]:
        if condition(sheet, context):
            yield from found(sheet, context)

    return find


def no_estimate_confirmed(_sheet: Sheet, context: Context) -> bool:
    """A condition for `when`: nobody gave a basis for an estimate."""
    return not context.eta_confirmed


def no_cause_confirmed(_sheet: Sheet, context: Context) -> bool:
    """A condition for `when`: nobody confirmed the cause."""
    return not context.cause_confirmed


def body_lacks(pattern: str) -> Find:
    """One hit, at the start of the body, when the body has no match."""
    wanted = re.compile(pattern)

    def find(sheet: Sheet, _context: Context) -> Iterator[Hit]:
        if not wanted.search(sheet.body.flow):
            yield lacking(sheet)

    return find


def whole(page: FieldText) -> Hit:
    """The hit that is a whole field."""
    return Hit(page, 0, len(page.raw))


def first_line(sheet: Sheet) -> Hit:
    """The hit that is the first line of the body."""
    return Hit(sheet.body, 0, len(sheet.body.raw.partition("\n")[0]))


def lacking(sheet: Sheet) -> Hit:
    """The hit for something that the body lacks. It is empty and at the start of the body."""
    return Hit(sheet.body, 0, 0)
