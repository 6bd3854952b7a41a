"""A letter that was stopped: why, what a press now would send to whom, and whose yes it still needs."""

from dataclasses import dataclass

from bridge.core.actions import Action, waits_for_second
from bridge.core.next_notice import never_left
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


def stopped(data: PageData) -> tuple[str, str]:
    """The heading and the sentences under it."""
    say, reason = data.say, data.notice.stop_reason or ""
    why = pick(STOP_REASONS.get(reason, LIST_UNREADABLE), data.lang)
    if never_left(data.notice):
        return say("unsent"), _joined(data, why, _both_counts(data), _waits(data))
    sent = n_in(data, "sent")
    if not sent:
        return say("unsent"), why
    rest = say.number(max(0, (data.recipients or 0) - sent))
    return say("stopped"), _joined(data, why, say("stopped_note", sent=say.number(sent), rest=rest))


def second_needed(data: PageData) -> str:
    """That a changed list needs two people, for whom it does, or who of them has said yes."""
    if not never_left(data.notice):
        return ""
    if data.said_yes and waits_for_second(data.notice):
        return ""
    if _second(data):
        return second_asked(data)
    return data.say("second_needed") if _two_more(data) else ""


def resume(data: PageData) -> Press | None:
    """The button that sends the rest, or everything to the list of now; None while that cannot be read."""
    say = data.say
    if not never_left(data.notice):
        rest = (data.recipients or 0) - n_in(data, "sent", "failed", "unknown")
        n = say.number(max(0, rest))
        if not n_in(data, "sent"):
            return Press("resume", say("resume_all", n=n), say("hold_none"))
        return Press("resume", say("resume", n=n), say("resume_note"))
    if data.recipients is None or data.audience.problem:
        return None
    key = "send_second" if _second(data) else "resume_all"
    text = say(key, n=say.number(data.recipients))
    return Press("resume", text, _resume_note(data))


def _resume_note(data: PageData) -> str:
    say, seconds = data.say, data.hold_seconds
    if _two_more(data):
        return say("first_note")
    return say("hold_note", n=seconds) if seconds else say("hold_none")


def _same_list(data: PageData) -> bool:
    return data.audience.digest == data.notice.audience_digest


def _second(data: PageData) -> bool:
    """Whether another person has said yes to the list of now already."""
    return waits_for_second(data.notice) and _same_list(data)


def _two_more(data: PageData) -> bool:
    """Whether the earlier yeses were to another list or text, and two people must look at this one."""
    return data.two_people and not (_same_list(data) and data.notice.approvals)


def _both_counts(data: PageData) -> str:
    """How many the approved list had, and how many today's has, wherever they are not the same list."""
    say, notice, now = data.say, data.notice, data.recipients
    same = _same_list(data) and not waits_for_second(notice)
    if same or now is None or notice.recipients is None:
        return ""
    return say("stopped_counts", before=say.number(notice.recipients), after=say.number(now))


def _waits(data: PageData) -> str:
    mine = waits_for_second(data.notice) and data.said_yes
    return second_waits(data) if mine else ""


def _joined(data: PageData, *sentences: str) -> str:
    between = " " if data.lang == "en" else ""
    return between.join(sentence.strip() for sentence in sentences if sentence)
