"""The page that changes the text. Saving never sends."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core.values import Locale
from bridge.core.width import width
from bridge.web.views.letters import ChangesSinceEdit, since_edit
from bridge.web.views.page_data import PageData

Typed = Mapping[str, str]
"""What a form brought back: `subject`, `body`, and `subject_en`, `body_en` for a further language."""


@dataclass(frozen=True, slots=True)
class Field:
    """One language of the letter. `suffix` ends the names of its fields; the first language has none."""

    lang: Locale
    language: str
    suffix: str
    subject: str
    body: str
    counted: str


@dataclass(frozen=True, slots=True)
class Edit:
    """The form. `since`: what the text does not say yet."""

    title: str
    since: ChangesSinceEdit | None
    fields: tuple[Field, ...]


def edit(data: PageData, typed: Typed | None = None) -> Edit:
    """The form with the newest text, or with what was typed before."""
    return Edit(data.say("edit_title", name=data.heading), since_edit(data), fields(data, typed or {}))


def fields(data: PageData, typed: Typed) -> tuple[Field, ...]:
    """One field for each language that customers get, the service's own first."""
    first, *others = data.locales()
    return _field(data, first, "", typed), *(_field(data, code, f"_{code}", typed) for code in others)


def _field(data: PageData, code: Locale, suffix: str, typed: Typed) -> Field:
    text = data.version.texts[code]
    subject = typed.get(f"subject{suffix}", text.subject)
    return Field(
        lang=code,
        language=data.say(f"letter_{code}"),
        suffix=suffix,
        subject=subject,
        body=typed.get(f"body{suffix}", text.body),
        counted=data.say("edit_count", n=-(-width(subject) // 2)),
    )
