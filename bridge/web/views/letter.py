"""The letter as customers will see it, with the places a person must look at marked."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.core.facts import Facts
from bridge.core.model import Text
from bridge.core.values import Locale
from bridge.letters.view import view
from bridge.wording import Finding


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a letter. `mark` is the number of its finding, 0 for none; `key`: a filled-in value."""

    text: str
    mark: int = 0
    key: bool = False


@dataclass(frozen=True, slots=True)
class LetterView:
    """One letter on the page. `caption` says which; `lang` is the letter's own language."""

    caption: str
    lang: Locale
    subject: tuple[Piece, ...]
    body: tuple[Piece, ...]


def letter(
    caption: str,
    lang: Locale,
    text: Text,
    marks: Sequence[tuple[int, Finding]] = (),
    keys: Iterable[str] = (),
) -> LetterView:
    """A letter with its findings marked by their numbers, and its filled-in values set off."""
    return LetterView(
        caption,
        lang,
        _pieces(text.subject, [(n, f) for n, f in marks if f.field == "subject"], ()),
        _pieces(text.body, [(n, f) for n, f in marks if f.field == "body"], tuple(keys)),
    )


def filled_in(facts: Facts, lang: Locale) -> tuple[str, ...]:
    """The values that this incident put into the template, as the letter prints them."""
    said = view(facts, lang)
    return tuple(value for value in (said.started, said.recovered, *said.scope, said.promise) if value)


def checksum(*texts: Text) -> str:
    """The first 16 hexadecimal digits of SHA-256 over each subject, line end and body: printed for the file."""
    whole = "".join(f"{text.subject}\n{text.body}" for text in texts)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _pieces(text: str, findings: Sequence[tuple[int, Finding]], keys: tuple[str, ...]) -> tuple[Piece, ...]:
    spans = [(f.span[0], f.span[1], n) for n, f in findings]
    spans += [(at, at + len(key), 0) for key in keys if (at := text.find(key)) >= 0]
    pieces: list[Piece] = []
    done = 0
    for start, end, mark in sorted(spans):
        if start < done or end <= start:
            continue  # inside a stretch that is marked already
        pieces += [Piece(text[done:start]), Piece(text[start:end], mark, key=not mark)]
        done = end
    pieces.append(Piece(text[done:]))
    return tuple(piece for piece in pieces if piece.text)
