"""The letters of a page, in every language that customers get, and what people changed in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.core.diff import TextChange, changes
from bridge.core.model import Version
from bridge.core.values import Locale
from bridge.web.views.letter import LetterView, filled_in, letter
from bridge.web.views.page_data import PageData
from bridge.wording import Finding
from bridge.wording.ja.dates import JAPANESE


@dataclass(frozen=True, slots=True)
class Highlight:
    """A finding with its number on the page; `letter` counts a batch's letters from 0."""

    number: int
    letter: int
    finding: Finding


def edits_of(data: PageData) -> tuple[TextChange, ...] | None:
    """What people changed since the bridge last wrote the letter; None for an untouched one.

    The bridge writes it again with a person's answers; what these brought is then told against its own draft.
    """
    if data.version.edited_by is None:
        return None
    own = _written(data)
    return None if own is None else text_changes(data, own, data.version)


def from_answers(data: PageData) -> bool:
    """Whether the letter is the template with a person's answers in it, so that nobody worded it."""
    return data.version.version in _answered(data)


def _answered(data: PageData) -> frozenset[int]:
    """The versions that the bridge wrote with a person's answers."""
    saved = (e.detail for e in data.events if e.action == "edited" and e.detail.get("rendered"))
    return frozenset(detail["version"] for detail in saved if detail["notice"] == data.notice.id)


def _written(data: PageData) -> Version | None:
    """The bridge's last text before what people made of it."""
    answered = () if from_answers(data) else _answered(data)
    written = (v for v in reversed(data.earlier) if v.edited_by is None or v.version in answered)
    return next(written, None)


def text_changes(data: PageData, old: Version, new: Version) -> tuple[TextChange, ...]:
    """The changed places over all languages that customers get, subjects first."""
    both = [(old.texts[code], new.texts[code]) for code in data.locales() if code in old.texts]
    return tuple(
        change
        for before, after in both
        for change in (*changes(before.subject, after.subject), *changes(before.body, after.body))
    )


def untranslated(data: PageData) -> int:
    """How many customers get an English letter in which answers stand that were given in Japanese."""
    if data.service.bilingual or data.letters or "en" not in data.locales():
        return 0
    english = "".join(data.version.texts["en"].body.split())
    given = (text for _, text in data.facts.answers if isinstance(text, str))
    left = any(JAPANESE.search(text) and "".join(text.split()) in english for text in given)
    return data.audience.locales.get("en", 0) if left else 0


def numbered(data: PageData) -> tuple[Highlight, ...]:
    """Every error and warning of the page with its number, errors first."""
    by_letter = [each.findings for each in data.letters] or [data.findings]
    found = [(n, finding) for n, each in enumerate(by_letter) for finding in each]
    ordered = [
        (n, finding)
        for severity in ("error", "warning")
        for n, finding in found
        if finding.severity == severity
    ]
    return tuple(Highlight(number, n, finding) for number, (n, finding) in enumerate(ordered, start=1))


def letters(
    data: PageData, marks: Sequence[Highlight], edits: tuple[TextChange, ...] | None
) -> tuple[LetterView, ...]:
    """The reader's own language first where customers get it too; for a batch, every letter."""
    say, version, main = data.say, data.version, data.service.locale
    if data.letters:
        return tuple(
            letter(say("letter_of", n=n + 1, to=each.address), main, each.text, _of(marks, n))
            for n, each in enumerate(data.letters)
        )
    codes = sorted(data.locales(), key=lambda code: code != data.lang)
    return tuple(
        letter(
            _caption(data, edits) if n == 0 else _other_caption(data, code),
            code,
            version.texts[code],
            _of(marks, 0) if code == main else (),
            filled_in(data.facts, code),
        )
        for n, code in enumerate(codes)
    )


def _of(marks: Sequence[Highlight], letter: int) -> tuple[tuple[int, Finding], ...]:
    return tuple((mark.number, mark.finding) for mark in marks if mark.letter == letter)


def _caption(data: PageData, edits: tuple[TextChange, ...] | None) -> str:
    say, version = data.say, data.version
    if from_answers(data) or not edits:
        return say("letter", n=version.version)
    return say("letter_edited", n=version.version, who=say.person(version.edited_by))


def _other_caption(data: PageData, code: Locale) -> str:
    say = data.say
    readers = data.audience.locales.get(code, 0)
    key = "letter_as_before" if _left_alone(data, code) else "letter_other"
    return say(key, language=say(f"letter_{code}"), n=say.number(readers))


def _left_alone(data: PageData, code: Locale) -> bool:
    """Whether people changed the letter in another language, and not in this one."""
    own = _written(data)
    if own is None or data.version.edited_by is None:
        return False
    texts, main = data.version.texts, data.service.locale
    return texts[main] != own.texts.get(main) and texts[code] == own.texts.get(code)
