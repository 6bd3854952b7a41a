"""What became known since a person edited the letter: the text stays theirs, so the page must say it."""

from dataclasses import dataclass

from bridge.core.diff import Change, changes
from bridge.letters.news import news
from bridge.web.views.frame import speech
from bridge.web.views.situation import Situation


@dataclass(frozen=True, slots=True)
class Since:
    """The block above the letter. `old` and `new` name the two sides."""

    title: str
    note: str
    old: str
    new: str
    changes: tuple[Change, ...]


def since_edit(situation: Situation) -> Since | None:
    """None while the facts are those that stood beside the text when it was saved."""
    if situation.current is None:
        return None
    say = speech(situation)
    found = news(situation.facts, situation.current, situation.lang)
    if not found:
        return None
    return Since(
        title=say("since_edit", v=situation.version.version),
        note=say("since_edit_note"),
        old=say("since_old", clock=say.clock(situation.version.created_at)),
        new=say("since_new"),
        changes=tuple(
            change
            for one in found
            for change in changes(f"{one.label}: {one.old}", f"{one.label}: {one.new}")
        ),
    )
