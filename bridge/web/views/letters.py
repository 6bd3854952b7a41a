"""The letters of a page, in every language that customers get, and what people changed in them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.core.diff import TextChange, changes
from bridge.core.facts import Facts
from bridge.core.model import Text, Version
from bridge.core.values import Locale
from bridge.letters.fact_diff import news
from bridge.letters.view import view
from bridge.web.views.page_data import PageData
from bridge.wording import Finding


@dataclass(frozen=True, slots=True)
class Highlight:
    """A finding with its number on the page. `letter` counts the letters of a batch from 0."""

    number: int
    letter: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a letter. `mark` is the number of its finding, 0 for none. `key`: a value of this incident."""

    text: str
    mark: int = 0
    key: bool = False


@dataclass(frozen=True, slots=True)
class LetterView:
    """One letter on the page. `caption` says which; `lang` is the language of the letter."""

    caption: str
    lang: Locale
    subject: tuple[Piece, ...]
    body: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ChangesSinceEdit:
    """Facts that changed after a person edited the letter. `old` names the time of the edit."""

    title: str
    old: str
    changes: tuple[TextChange, ...]


def numbered(data: PageData) -> tuple[Highlight, ...]:
    """Every error and warning of the page with its number, errors first."""
    by_letter = [each.findings for each in data.letters] or [data.findings]
    found = [(n, finding) for n, findings in enumerate(by_letter) for finding in findings]
    ordered = [each for severity in ("error", "warning") for each in found if each[1].severity == severity]
    return tuple(Highlight(number, n, finding) for number, (n, finding) in enumerate(ordered, start=1))


def letters(data: PageData, marks: Sequence[Highlight], *, edited: bool) -> tuple[LetterView, ...]:
    """The letter in every language that customers get, the reader's first; for a batch, every letter.

    `edited`: people have changed the text that the bridge wrote.
    """
    main = data.service.locale
    if data.letters:
        return tuple(
            letter(
                data.say("letter_of", n=n + 1, to=each.address),
                main,
                each.text,
                [mark for mark in marks if mark.letter == n],
            )
            for n, each in enumerate(data.letters)
        )
    codes = sorted(data.locales(), key=lambda code: code != data.lang)
    captions = [_caption(data, edited=edited), *(_other_caption(data, code) for code in codes[1:])]
    return tuple(
        letter(
            caption,
            code,
            data.version.texts[code],
            marks if code == main else (),
            _filled_in(data.facts, code),
        )
        for caption, code in zip(captions, codes, strict=True)
    )


def letter(
    caption: str,
    lang: Locale,
    text: Text,
    marks: Iterable[Highlight] = (),
    keys: Iterable[str] = (),
) -> LetterView:
    """A letter with its findings marked by their numbers, and the values of this incident set off."""
    placed = [
        (mark.finding.field, (*mark.finding.span, mark.number))
        for mark in marks
        if not is_about_facts(mark.finding)
    ]
    values = [(at, at + len(key), 0) for key in keys if (at := text.body.find(key)) >= 0]
    return LetterView(
        caption,
        lang,
        _pieces(text.subject, [span for field, span in placed if field == "subject"]),
        _pieces(text.body, [*(span for field, span in placed if field == "body"), *values]),
    )


def checksum(*texts: Text) -> str:
    """The first 16 hexadecimal digits of SHA-256 over each subject, line end and body, for people's own files."""
    whole = "".join(f"{text.subject}\n{text.body}" for text in texts)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def edits_of(data: PageData) -> tuple[TextChange, ...] | None:
    """What people changed since the bridge last wrote the letter; None where it cannot be told, or nobody did.

    The bridge writes the letter again with a person's answers. These are then told as changes of its own draft.
    """
    own = None if data.version.edited_by is None else _written(data)
    return text_changes(data, own, data.version) if own else None


def text_changes(data: PageData, old: Version, new: Version) -> tuple[TextChange, ...]:
    """The changed places in all languages that customers get, the subject of each first."""
    both = [(old.texts[code], new.texts[code]) for code in data.locales() if code in old.texts]
    return tuple(
        change
        for before, after in both
        for change in (*changes(before.subject, after.subject), *changes(before.body, after.body))
    )


def since_edit(data: PageData) -> ChangesSinceEdit | None:
    """The facts that the text of a person does not say yet; None where there are none."""
    found = news(data.facts, data.current, data.lang) if data.current else ()
    if not found:
        return None
    diffs = (changes(f"{one.label}: {one.old}", f"{one.label}: {one.new}") for one in found)
    return ChangesSinceEdit(
        title=data.say("since_edit", v=data.version.version),
        old=data.say("since_old", clock=data.say.clock(data.version.created_at)),
        changes=tuple(change for diff in diffs for change in diff),
    )


def is_about_facts(finding: Finding) -> bool:
    """Whether a finding objects to what the whole letter tells, rather than to a place in it."""
    return finding.rule.startswith("FCT-") and finding.span[0] < finding.span[1] == len(finding.text)


def rewritten_changes(data: PageData) -> tuple[TextChange, ...]:
    """What the letter would say otherwise if it were written from the facts of now."""
    old, new = data.version.texts, data.rewritten or {}
    return tuple(
        change
        for code in data.locales()
        if code in new
        for change in (
            *changes(old[code].subject, new[code].subject),
            *changes(old[code].body, new[code].body),
        )
    )


def from_answers(data: PageData) -> bool:
    """Whether the bridge wrote the letter with a person's answers, so that nobody worded it."""
    return data.version.origin == "answers"


def _written(data: PageData) -> Version | None:
    """The last text of the bridge before people changed it."""
    origins = ("bridge",) if from_answers(data) else ("bridge", "answers")
    return next((version for version in reversed(data.earlier) if version.origin in origins), None)


def _caption(data: PageData, *, edited: bool) -> str:
    n, person = data.version.version, data.say.person(data.version.edited_by)
    if data.drill:
        return data.say("drill_letter", n=n)
    if edited and not from_answers(data):
        return data.say("letter_edited", n=n, who=person)
    return data.say("letter", n=n)


def _other_caption(data: PageData, code: Locale) -> str:
    readers = data.say.number(data.audience.locales.get(code, 0))
    key = "letter_as_before" if _left_alone(data, code) else "letter_other"
    return data.say(key, language=data.say(f"letter_{code}"), n=readers)


def _left_alone(data: PageData, code: Locale) -> bool:
    """Whether people changed the letter in the service's own language, and not in this one."""
    own = _written(data)
    if own is None or data.version.edited_by is None:
        return False
    texts, main = data.version.texts, data.service.locale
    return texts[main] != own.texts.get(main) and texts[code] == own.texts.get(code)


def _filled_in(facts: Facts, lang: Locale) -> tuple[str, ...]:
    """The values that this incident put into the template, as the letter prints them."""
    said = view(facts, lang)
    return tuple(value for value in (said.started, said.recovered, *said.scope, said.promise) if value)


def _pieces(text: str, spans: Iterable[tuple[int, int, int]]) -> tuple[Piece, ...]:
    """The text cut at spans of start, end and mark. A span that begins inside another one is left out."""
    pieces: list[Piece] = []
    done = 0
    for start, end, mark in sorted(spans):
        if start < done or end <= start:
            continue
        pieces += [Piece(text[done:start]), Piece(text[start:end], mark, key=not mark)]
        done = end
    pieces.append(Piece(text[done:]))
    return tuple(piece for piece in pieces if piece.text)
