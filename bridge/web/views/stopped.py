"""A letter that was stopped: why, and what a press now would send to whom."""

from bridge.core.actions import NOTHING_DELIVERED, waits_for_second
from bridge.core.events import Stopped
from bridge.core.next_notice import never_left
from bridge.web.views.approvers import is_second, needs_two, second_waits
from bridge.web.views.deck import Button, hold_note
from bridge.web.views.page_data import PageData
from bridge.web.words import LIST_UNREADABLE, STOP_REASONS, pick


def stopped(data: PageData) -> tuple[str, str]:
    """The heading and the sentences under it."""
    say, sent = data.say, data.deliveries("sent")
    if data.notice.stop_reason == NOTHING_DELIVERED:
        return say("nothing_sent"), say("sent_failed", n=say.number(data.deliveries("failed")))
    why = pick(STOP_REASONS.get(data.notice.stop_reason or "", LIST_UNREADABLE), data.lang)
    why = why.format(words=_words(data)) if data.notice.stop_reason == "refused" else why
    if data.record_until:
        return say("stopped"), joined(data, old_record(data), why, _as_recorded(data), say("leave_it"))
    if never_left(data.notice):
        mine = waits_for_second(data.notice) and data.said_yes
        waits = second_waits(data) if mine else ""
        return say("unsent"), joined(data, why, _both_counts(data), waits)
    if not sent:
        return say("unsent"), why
    rest = say.number(max(0, (data.recipients or 0) - sent))
    return say("stopped"), joined(data, why, say("stopped_note", sent=say.number(sent), rest=rest))


def resume(data: PageData) -> Button | None:
    """The button that sends the rest, or everything to the list of now; None while that cannot be read."""
    say = data.say
    if data.record_until and not never_left(data.notice):
        rest = (data.recipients or 0) - data.deliveries("sent", "failed", "unknown", "superseded")
        held = hold_note(data) if data.hold_seconds else ""
        return Button(
            say("resume_old", n=say.number(max(0, rest))), joined(data, say("maybe_twice"), held), "resume"
        )
    if not never_left(data.notice):
        rest = (data.recipients or 0) - data.deliveries("sent", "failed", "unknown", "superseded")
        n = say.number(max(0, rest))
        if not data.deliveries("sent"):
            return Button(say("resume_all", n=n), say("hold_none"), "resume")
        return Button(say("resume", n=n), say("resume_note"), "resume")
    if data.recipients is None or data.audience.problem:
        return None
    text = say("send_second" if is_second(data) else "resume_all", n=say.number(data.recipients))
    note = say("first_note") if needs_two(data) else hold_note(data)
    twice = say("maybe_twice") if data.record_until else ""
    return Button(text, joined(data, twice, note), "resume")


def old_record(data: PageData) -> str:
    """Until when the record goes, and how to find out what it misses; empty where it misses nothing."""
    if data.record_until is None:
        return ""
    say, at = data.say, data.say.dated_to_the_second(data.record_until)
    sender = data.service.sender.email
    return joined(data, say("old_record", at=at), say("old_record_search", at=at, sender=sender))


def _as_recorded(data: PageData) -> str:
    """The counts are the record's, not the truth."""
    say, sent = data.say, data.deliveries("sent")
    rest = max(0, (data.recipients or 0) - data.deliveries("sent", "failed", "unknown", "superseded"))
    return say("as_recorded", sent=say.number(sent), rest=say.number(rest))


def _words(data: PageData) -> str:
    """What the mail server said when the letter was stopped last."""
    stops = (event for event in reversed(data.events) if event.action == Stopped.action)
    mine = (event for event in stops if event.detail.get("notice") == data.notice.id)
    return next((str(event.detail.get("words") or "") for event in mine), "")


def _both_counts(data: PageData) -> str:
    """How many the approved list had, and how many today's has, wherever they are not the same list."""
    say, before, after = data.say, data.notice.recipients, data.recipients
    same = data.same_list and not waits_for_second(data.notice)
    if same or before is None or after is None:
        return ""
    return say("stopped_counts", before=say.number(before), after=say.number(after))


def joined(data: PageData, *sentences: str) -> str:
    between = " " if data.lang == "en" else ""
    return between.join(sentence.strip() for sentence in sentences if sentence)
