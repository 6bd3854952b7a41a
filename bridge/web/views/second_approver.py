"""Two people must approve: what each of them reads while one yes is still missing."""

from bridge.web.views.layout import speech
from bridge.web.views.page_data import PageData


def second_waits(situation: PageData) -> str:
    """For the person who has approved: who is asked now."""
    say = speech(situation)
    others = [person for person in situation.escalation.people() if person != situation.person.id]
    return say("second_waits", others=say.persons(others)) if others else say("second_waits_any")


def second_asked(situation: PageData) -> str:
    """For the others: who has approved what, and when."""
    say, notice = speech(situation), situation.notice
    first = next(a for a in reversed(notice.approvals) if a.version == notice.version)
    return say("second_asked", who=say.person(first.person), clock=say.clock(first.at), v=first.version)
