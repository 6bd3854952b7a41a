"""Folding of letters: at phrase ends, by Japanese line-breaking rules, never inside a word or an address.

A line breaks behind a comma or a full stop where it can, and leaves no stub. 35 full-width characters are 70 columns,
which leaves room for the quotation marks of a reply.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import budoux

from bridge.core.width import width

# JIS X 4051: characters that may not begin a line, and those that may not end one.
_NOT_FIRST = frozenset(
    "、。，．・：；？！,.:;?!)）]］}｝〕〉》」』】’”ー～〜…‥々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%％"
)
_NOT_LAST = frozenset("(（[［{｛〔〈《「『【‘“■")
_PAUSES = ("、", "。", "，", "．", ",", ".", ";", "：", "；")
# What follows such a line would look like another item.
_LABELLED = re.compile(r"[^\s：:。、]{1,16}[：:](?!//)|・")
_STUB = 16  # columns: a shorter line looks like a slip
_LINE_BADNESS, _TORN_BADNESS, _STUB_BADNESS = 20, 7, 15
# Kept whole: addresses and Latin words, numbers with their unit, dates with their time.
_WHOLE = re.compile(
    r"\d{4}年\d{1,2}月\d{1,2}日(?:\(.\))?|\d{1,2}月\d{1,2}日(?:\(.\))?|\d{1,2}時\d{2}分頃?"
    r"|(?:誠に)?ありがとうございます|お詫び申し上げます|につきまして|といたしまして|として(?!い)|[!-~]+(?:[名件社通分時日])?"
)


def wrap(text: str, full_width: int | None) -> str:
    """The letter with every line folded to that many full-width characters. None: nothing is folded.

    Only an address or a Latin word that is longer than a line is left longer. Lines keep their indent.
    """
    if full_width is None:
        return text
    return "\n".join(folded for line in text.split("\n") for folded in _folded(line, 2 * full_width))


@lru_cache(maxsize=2048)  # most lines are the same from letter to letter
def _folded(line: str, columns: int) -> tuple[str, ...]:
    return tuple(_fold(line, columns))


def _fold(line: str, columns: int) -> Iterator[str]:
    if width(line) <= columns:
        yield line
        return
    indent = line[: len(line) - len(line.lstrip())]
    below = indent + "  " if _LABELLED.match(line) else indent
    pieces = list(_phrases(line[len(indent) :], columns - width(below)))
    for n, (start, end) in enumerate(_breaks(pieces, columns - width(indent), columns - width(below))):
        yield (below if n else indent) + "".join(pieces[start:end]).strip(" ")


def _breaks(pieces: list[str], first: int, columns: int) -> list[tuple[int, int]]:
    """Which pieces stand on which line. Of all ways to break, the one of the least badness: few lines, breaks behind
    punctuation, no stub. `first`: the room of the first line, `columns` of the others."""
    last = len(pieces)
    # Badness and end of the line that begins with a piece.
    best: list[tuple[int, int]] = [(0, 0)] * (last + 1)
    for start in range(last - 1, -1, -1):
        room = columns if start else first
        ways = [(_badness(pieces, start, end) + best[end][0], end) for end in _ends(pieces, start, room)]
        best[start] = min(ways, key=lambda way: (way[0], -way[1]))
    lines, start = [], 0
    while start < last:
        end = best[start][1]
        lines.append((start, end))
        start = end
    return lines


def _ends(pieces: list[str], start: int, room: int) -> Iterator[int]:
    """Where a line that begins with that piece may end. A piece wider than a line has one of its own."""
    yield start + 1
    used = width(pieces[start])
    for end in range(start + 1, len(pieces)):
        used += width(pieces[end])
        if used - _blank(pieces[end]) > room:
            return
        yield end + 1


def _badness(pieces: list[str], start: int, end: int) -> int:
    line = "".join(pieces[start:end]).strip(" ")
    stub = _STUB_BADNESS if width(line) < _STUB else 0
    if end == len(pieces):
        return stub
    return _LINE_BADNESS + stub + (0 if line.endswith(_PAUSES) else _TORN_BADNESS)


def _blank(piece: str) -> int:
    return len(piece) - len(piece.rstrip(" "))


def _phrases(line: str, columns: int) -> Iterator[str]:
    """The pieces between which the line may break. A piece wider than a line is cut wherever the rules allow."""
    forbidden = _forbidden(line)
    start = 0
    for end in [*_phrase_ends(line), len(line)]:
        if end in forbidden:
            continue
        piece = line[start:end]
        if width(piece) <= columns:
            yield piece
        else:
            yield from _anywhere(line, start, end, forbidden)
        start = end


def _anywhere(line: str, start: int, end: int, forbidden: set[int]) -> Iterator[str]:
    for at in range(start + 1, end + 1):
        if at == end or at not in forbidden:
            yield line[start:at]
            start = at


def _phrase_ends(line: str) -> Iterator[int]:
    at = 0
    for phrase in _parser().parse(line):
        for word in re.findall(r"[^ ]+ *| +", phrase):
            at += len(word)
            if at < len(line):
                yield at


def _forbidden(line: str) -> set[int]:
    """Positions at which the line must not break."""
    inside = {at for whole in _WHOLE.finditer(line) for at in range(whole.start() + 1, whole.end())}
    edges = {at for at in range(1, len(line)) if line[at] in _NOT_FIRST or line[at - 1] in _NOT_LAST}
    return inside | edges


@cache
def _parser() -> budoux.Parser:
    return budoux.load_default_japanese_parser()
