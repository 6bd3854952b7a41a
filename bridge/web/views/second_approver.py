"""Two people must approve: what each of them reads while one yes is still missing."""

from bridge.web.views.page_data import PageData


def second_waits(data: PageData) -> str:
    """For the person who has approved: who is asked now."""
    say = data.say
    others = [person for person in data.escalation.people() if person != data.person.id]
    return say("second_waits", others=say.persons(others)) if others else say("second_waits_any")


def second_asked(data: PageData) -> str:
    """For the others: who has approved what, and when."""
    say, notice = data.say, data.notice
    first = next(a for a in reversed(notice.approvals) if a.version == notice.version)
    return say("second_asked", who=say.person(first.person), clock=say.clock(first.at), v=first.version)
