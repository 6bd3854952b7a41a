"""The 409 page of a notice still open: what is new since this person looked, before anything is sent."""

from dataclasses import replace

from bridge.web.views.approval import ApprovalView, News, approval
from bridge.web.views.edit import Typed, fields
from bridge.web.views.letters import text_changes
from bridge.web.views.page_data import PageData


def conflict(
    data: PageData, seen: int | None, typed: Typed | None = None, seen_count: int | None = None
) -> ApprovalView:
    """The page of the newest version, with what is new above it.

    `seen` is the version of the person's form. When that is the newest, the list has changed, and `seen_count` is
    how many the form's list held, where that is known. The facts are left out, because they may be what changed,
    and the button names the version.
    """
    say, page, version = data.say, approval(data), data.version.version
    newer = seen is not None and seen != version
    button = page.button
    if button and button.action == "approve" and newer and not data.two_people:
        text = say("send_version", v=version, n=say.number(data.recipients or 0))
        button = replace(button, text=text)
    return replace(
        page,
        title=say("title_hold", name=data.heading),
        news=_news(data, seen if newer else None, typed, seen_count),
        rows=(),
        untouched=False,
        edited="",
        edits=(),
        button=button,
    )


def _news(data: PageData, seen: int | None, typed: Typed | None, seen_count: int | None) -> News:
    """`seen` is None when only the list has changed."""
    say, version = data.say, data.version
    old = next((v for v in data.earlier if v.version == seen), None)
    what = text_changes(data, old, version) if old else ()
    return News(
        lead=(_list_lead(data, seen_count), "", "") if seen is None else _version_lead(data, seen),
        changed=say("changed", n=len(what)) if what else say("no_change") if old else "",
        old=say("old_version", n=seen),
        new=say("new_version", n=version.version),
        changes=what,
        typed=fields(data, typed) if typed else (),
        typed_note=say("typed_note", n=version.version),
    )


def _version_lead(data: PageData, seen: int) -> tuple[str, str, str]:
    say, version = data.say, data.version
    who, clock = say.person(version.edited_by), say.clock(version.created_at)
    saved = say("conflict_2", who=who, clock=clock, v=version.version)
    return say("conflict_1", seen=seen), saved, say("conflict_3")


def _list_lead(data: PageData, seen_count: int | None) -> str:
    say, problem = data.say, data.audience.problem
    if data.recipients is None:
        return say("list_unknown", why=problem.get(data.lang) if problem else "")
    after = say.number(data.recipients)
    if seen_count is None:
        return say("conflict_list_any", after=after)
    return say("conflict_list", before=say.number(seen_count), after=after)
