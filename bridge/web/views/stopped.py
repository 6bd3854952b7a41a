"""A letter that was stopped: why, and what a press now would send to whom."""

from bridge.core.actions import waits_for_second
from bridge.core.events import Stopped
from bridge.core.lifecycle import NOTHING_DELIVERED
from bridge.core.next_notice import never_left
from bridge.web.views.approvers import is_second, needs_two, second_waits
from bridge.web.views.deck import Button, Choice, hold_note
from bridge.web.views.old_record import left_on_record, until_when
from bridge.web.views.page_data import PageData
from bridge.web.words import STOP_REASONS, WORDS


def stopped(data: PageData) -> tuple[str, str]:
    """The heading and the sentences under it."""
    say, sent = data.say, data.deliveries("sent")
    if data.notice.stop_reason == NOTHING_DELIVERED:
        return say("nothing_sent"), say("sent_failed", n=say.number(data.deliveries("failed")))
    why = STOP_REASONS.get(data.notice.stop_reason or "", WORDS["list_unreadable"])[data.lang]
    why = why.format(words=_words(data)) if data.notice.stop_reason == "refused" else why
    why = _by_whom(data) or why
    if data.record_until:
        return say("stopped"), "\n".join(until_when(data))
    if never_left(data.notice):
        mine = waits_for_second(data.notice) and data.said_yes
        waits = second_waits(data) if mine else ""
        return say("unsent"), joined(data, why, _both_counts(data), waits)
    if not sent:
        return say("unsent"), why
    rest = say.number(max(0, (data.recipients or 0) - sent))
    counted = "stopped_rest" if _by_whom(data) else "stopped_note"  # which says once more that it was stopped
    return say("stopped"), joined(data, why, say(counted, sent=say.number(sent), rest=rest))


def _by_whom(data: PageData) -> str:
    """Which person stopped it, and when; empty where the bridge did."""
    stops = (e for e in data.events if e.action == "stopped" and e.detail.get("notice") == data.notice.id)
    last = max(stops, key=lambda event: event.seq, default=None)
    if last is None or last.actor not in data.people:
        return ""
    return data.say("stopped_by", who=data.say.person(last.actor), clock=data.say.clock(last.at))


def resume(data: PageData) -> Button | None:
    """The button that sends the rest, or everything to the list of now; None while that cannot be read."""
    say = data.say
    if data.record_until and not never_left(data.notice):
        return Button(say("resume_old", n=say.number(left_on_record(data))), say("maybe_twice"), "resume")
    if not never_left(data.notice):
        rest = (data.recipients or 0) - data.deliveries("sent", "failed", "unknown", "superseded")
        n = say.number(max(0, rest))
        if not data.deliveries("sent"):
            return Button(say("resume_all", n=n), say("hold_none"), "resume")
        return Button(say("resume", n=n), say("resume_note"), "resume")
    if data.recipients is None or data.audience.problem:
        return None
    text = say("send_second" if is_second(data) else "resume_all", n=say.number(data.recipients))
    if data.record_until:
        return Button(text, say("maybe_twice"), "resume")
    return Button(text, say("first_note") if needs_two(data) else hold_note(data), "resume")


def after_press(data: PageData) -> str:
    """Under the button of an old record, whose own words are the warning: what happens when it is pressed."""
    if data.record_until is None or "resume" not in data.offers:
        return ""
    return data.say("first_note") if never_left(data.notice) and needs_two(data) else hold_note(data)


def leave(data: PageData) -> Choice | None:
    """The way to decide that what is left of a stopped letter is never sent."""
    if data.notice.state != "stopped" or "dismiss" not in data.offers:
        return None
    return Choice(data.say("dismiss"), data.link("do=dismiss", "#dismiss"))


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
