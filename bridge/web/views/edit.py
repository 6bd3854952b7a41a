"""The page that changes the text. Saving never sends."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core.model import Text
from bridge.core.values import Locale
from bridge.letters.wrap import width
from bridge.web.views.changes_since_edit import ChangesSinceEdit, since_edit
from bridge.web.views.layout import Layout, frame, heading
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
    """The form. `back`: the way out that changes nothing. `since`: what the text does not say yet."""

    frame: Layout
    since: ChangesSinceEdit | None
    fields: tuple[Field, ...]
    back: str


def edit(data: PageData, typed: Typed | None = None) -> Edit:
    """The form with the newest text, or with what was typed before."""
    outer = frame(data, data.say("edit_title", name=heading(data)))
    return Edit(outer, since_edit(data), fields(data, typed or {}), outer.here)


def fields(data: PageData, typed: Typed) -> tuple[Field, ...]:
    """One field per language that customers get, the service's own first."""
    return tuple(
        _field(data, code, "" if n == 0 else f"_{code}", typed) for n, code in enumerate(data.locales())
    )


def _field(data: PageData, code: Locale, suffix: str, typed: Typed) -> Field:
    say = data.say
    text: Text = data.version.texts[code]
    subject = typed.get(f"subject{suffix}", text.subject)
    return Field(
        code,
        say(f"letter_{code}"),
        suffix,
        subject,
        typed.get(f"body{suffix}", text.body),
        say("edit_count", n=-(-width(subject) // 2)),
    )
