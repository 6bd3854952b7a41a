"""Two people must approve: what each of them reads while one yes is still missing."""

from bridge.web.views.frame import speech
from bridge.web.views.situation import Situation


def second_waits(situation: Situation) -> str:
    """For the person who has approved: who is asked now."""
    say = speech(situation)
    others = [person for person in situation.escalation.people() if person != situation.person.id]
    return say("second_waits", others=say.persons(others)) if others else say("second_waits_any")


def second_asked(situation: Situation) -> str:
    """For the others: who has approved what, and when."""
    say, notice = speech(situation), situation.notice
    first = next(a for a in reversed(notice.approvals) if a.version == notice.version)
    return say("second_asked", who=say.person(first.person), clock=say.clock(first.at), v=first.version)
