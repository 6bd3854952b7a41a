"""What became known since a person edited the letter: the text stays theirs, so the page must say it."""

from dataclasses import dataclass

from bridge.core.diff import TextChange, changes
from bridge.letters.fact_diff import news
from bridge.web.views.page_data import PageData


@dataclass(frozen=True, slots=True)
class ChangesSinceEdit:
    """The block above the letter. `old` and `new` name the two sides."""

    title: str
    note: str
    old: str
    new: str
    changes: tuple[TextChange, ...]


def since_edit(data: PageData) -> ChangesSinceEdit | None:
    """None while the facts are those that stood beside the text when it was saved."""
    if data.current is None:
        return None
    say = data.say
    found = news(data.facts, data.current, data.lang)
    if not found:
        return None
    return ChangesSinceEdit(
        title=say("since_edit", v=data.version.version),
        note=say("since_edit_note"),
        old=say("since_old", clock=say.clock(data.version.created_at)),
        new=say("since_new"),
        changes=tuple(
            change
            for one in found
            for change in changes(f"{one.label}: {one.old}", f"{one.label}: {one.new}")
        ),
    )
