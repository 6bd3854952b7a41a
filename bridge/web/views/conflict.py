"""The 409 page of a notice still open: what is new since this person looked, before anything is sent."""

from dataclasses import replace

from bridge.web.views.approval import ApprovalView, News, approval
from bridge.web.views.edit import Typed, fields
from bridge.web.views.layout import heading
from bridge.web.views.letters import text_changes
from bridge.web.views.page_data import PageData


def conflict(
    data: PageData, seen: int | None, typed: Typed | None = None, seen_count: int | None = None
) -> ApprovalView:
    """The open page of the newest version with the news above it.

    The person's form carried version `seen`, or a list that is no longer today's; `seen_count` is how many
    that one held, where it is known. The facts are left out, for they may be what changed, and the button
    names the version.
    """
    say, page = data.say, approval(data)
    title = say("title_hold", name=heading(data))
    button, version = page.button, data.version.version
    newer = seen is not None and seen != version
    if button and button.action == "approve" and newer and not data.two_people:
        number = say.number(data.recipients or 0)
        button = replace(button, text=say("send_version", v=version, n=number))
    return replace(
        page,
        frame=replace(page.frame, title=title),
        news=_news(data, seen if newer else None, typed, seen_count),
        rows=(),
        untouched="",
        edited="",
        edits=(),
        button=button,
    )


def _news(data: PageData, seen: int | None, typed: Typed | None, seen_count: int | None) -> News:
    """`seen` is None when the version is the newest and only the list has changed."""
    say, version = data.say, data.version
    old = next((v for v in data.earlier if v.version == seen), None)
    what = text_changes(data, old, version) if old else ()
    return News(
        lead=_list_lead(data, seen_count) if seen is None else _version_lead(data, seen),
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


def _list_lead(data: PageData, seen_count: int | None) -> tuple[str, str, str]:
    say = data.say
    if data.recipients is None:
        problem = data.audience.problem
        return say("list_unknown", why=problem.get(data.lang) if problem else ""), "", ""
    after = say.number(data.recipients)
    if seen_count is None:
        return say("conflict_list_any", after=after), "", ""
    return say("conflict_list", before=say.number(seen_count), after=after), "", ""
