"""Who must approve a notice, or has approved it: the banner of its page."""

from bridge.core.actions import waits_for_second
from bridge.core.kinds import Clock, spec_of
from bridge.core.next_notice import never_left
from bridge.web.views.page_data import PageData


def open_banner(data: PageData) -> str:
    """For an undecided notice: that two people must approve it, or that its disturbance is over already."""
    if data.notice.state == "awaiting_second":
        return "" if data.said_yes else _second_asked(data)
    if not data.two_people:
        return _all_ended(data)
    if data.version.edited_by == data.person.id:
        return data.say("second_editor", v=data.notice.version)
    return data.say("second_needed")


def not_reached(data: PageData) -> str:
    """Whom the mail server did not take a ring to, and why."""
    say = data.say
    told = (
        say("rings_refused", who=say.person(person), words=words)
        for person, words in data.refused_rings.items()
    )
    return " ".join(told)


def decided_banner(data: PageData) -> str:
    """For a decided notice: who approved it, where that was somebody else; for a stopped one, who must."""
    say, notice = data.say, data.notice
    if notice.state == "stopped":
        return _stopped_banner(data)
    if notice.approved_at is None or any(a.person == data.person.id for a in notice.approvals):
        return ""
    clock = say.clock(notice.approved_at)
    if notice.approved_by not in data.people:
        return say("by_policy", clock=clock)
    return say("by_other", who=say.person(notice.approved_by), clock=clock)


def second_waits(data: PageData) -> str:
    """For the person who has approved: who else is asked now."""
    others = [person for person in data.escalation.people() if person != data.person.id]
    return (
        data.say("second_waits", others=data.say.persons(others)) if others else data.say("second_waits_any")
    )


def is_second(data: PageData) -> bool:
    """Whether one person has approved a stopped letter for the list of now, and the next approval sends it."""
    return waits_for_second(data.notice) and data.same_list


def needs_two(data: PageData) -> bool:
    """Whether the earlier approvals were for another list or text, so that two people must look again."""
    return data.two_people and not (data.same_list and data.notice.approvals)


def _all_ended(data: PageData) -> str:
    """A disturbance that was over before anyone approved can be told in one letter, or not at all."""
    over = data.incident.resolved_at
    if spec_of(data.notice.kind).clock is not Clock.DETECTION or over is None or data.firing:
        return ""
    return data.say("all_ended", clock=data.say.clock(over))


def _stopped_banner(data: PageData) -> str:
    if not never_left(data.notice) or (data.said_yes and waits_for_second(data.notice)):
        return ""
    if is_second(data):
        return _second_asked(data)
    return data.say("second_needed") if needs_two(data) else ""


def _second_asked(data: PageData) -> str:
    """For the people other than the first: who has approved what, and when."""
    say, notice = data.say, data.notice
    first = next(a for a in reversed(notice.approvals) if a.version == notice.version)
    return say("second_asked", who=say.person(first.person), clock=say.clock(first.at), v=first.version)
