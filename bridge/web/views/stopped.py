"""A letter that was stopped: why, what a press now would send to whom, and whose yes it still needs."""

from dataclasses import dataclass

from bridge.core.actions import Action, waits_for_second
from bridge.core.next_notice import never_left
from bridge.web.views.layout import speech
from bridge.web.views.page_data import PageData
from bridge.web.views.second_approver import second_asked, second_waits
from bridge.web.views.sending import n_in
from bridge.web.words import LIST_UNREADABLE, STOP_REASONS, pick


@dataclass(frozen=True, slots=True)
class Press:
    """The only form that is left."""

    action: Action
    text: str
    note: str


def stopped(situation: PageData) -> tuple[str, str]:
    """The heading and the sentences under it."""
    say, reason = speech(situation), situation.notice.stop_reason or ""
    why = pick(STOP_REASONS.get(reason, LIST_UNREADABLE), situation.lang)
    if never_left(situation.notice):
        return say("unsent"), _joined(situation, why, _both_counts(situation), _waits(situation))
    sent = n_in(situation, "sent")
    if not sent:
        return say("unsent"), why
    rest = say.number(max(0, (situation.recipients or 0) - sent))
    return say("stopped"), _joined(situation, why, say("stopped_note", sent=say.number(sent), rest=rest))


def second_needed(situation: PageData) -> str:
    """That a changed list needs two people, for whom it does, or who of them has said yes."""
    if not never_left(situation.notice):
        return ""
    if situation.said_yes and waits_for_second(situation.notice):
        return ""
    if _second(situation):
        return second_asked(situation)
    return speech(situation)("second_needed") if _two_more(situation) else ""


def resume(situation: PageData) -> Press | None:
    """The button that sends the rest, or everything to the list of now; None while that cannot be read."""
    say = speech(situation)
    if not never_left(situation.notice):
        rest = (situation.recipients or 0) - n_in(situation, "sent", "failed", "unknown")
        n = say.number(max(0, rest))
        if not n_in(situation, "sent"):
            return Press("resume", say("resume_all", n=n), say("hold_none"))
        return Press("resume", say("resume", n=n), say("resume_note"))
    if situation.recipients is None or situation.audience.problem:
        return None
    key = "send_second" if _second(situation) else "resume_all"
    text = say(key, n=say.number(situation.recipients))
    return Press("resume", text, _resume_note(situation))


def _resume_note(situation: PageData) -> str:
    say, seconds = speech(situation), situation.hold_seconds
    if _two_more(situation):
        return say("first_note")
    return say("hold_note", n=seconds) if seconds else say("hold_none")


def _same_list(situation: PageData) -> bool:
    return situation.audience.digest == situation.notice.audience_digest


def _second(situation: PageData) -> bool:
    """Whether another person has said yes to the list of now already."""
    return waits_for_second(situation.notice) and _same_list(situation)


def _two_more(situation: PageData) -> bool:
    """Whether the earlier yeses were to another list or text, and two people must look at this one."""
    return situation.two_people and not (_same_list(situation) and situation.notice.approvals)


def _both_counts(situation: PageData) -> str:
    """How many the approved list had, and how many today's has, wherever they are not the same list."""
    say, notice, now = speech(situation), situation.notice, situation.recipients
    same = _same_list(situation) and not waits_for_second(notice)
    if same or now is None or notice.recipients is None:
        return ""
    return say("stopped_counts", before=say.number(notice.recipients), after=say.number(now))


def _waits(situation: PageData) -> str:
    mine = waits_for_second(situation.notice) and situation.said_yes
    return second_waits(situation) if mine else ""


def _joined(situation: PageData, *sentences: str) -> str:
    between = " " if situation.lang == "en" else ""
    return between.join(sentence.strip() for sentence in sentences if sentence)
