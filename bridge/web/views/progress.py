"""The page of a decided notice: the hold, the sending, how it ended, or that nothing is sent."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bridge.core.actions import Action, held, waits_for_second
from bridge.core.next_notice import never_left
from bridge.web.views.disclosures import Moment, history, withdrawn
from bridge.web.views.fact_rows import subject_of
from bridge.web.views.layout import Layout, frame, heading
from bridge.web.views.letter import LetterView, checksum, letter
from bridge.web.views.page_data import FailedRow, PageData
from bridge.web.views.recipients import Audience, audience
from bridge.web.views.sending import Sending, after_detection, milestones, n_in, quarter, sending, to_come
from bridge.web.views.stopped import Press, resume, second_needed, stopped

Look = Literal["hold", "sending", "sent", "stopped", "closed"]
SHOWN_FAILURES = 100


@dataclass(frozen=True, slots=True)
class Hold:
    """The seconds left with the words around them, and the bar of what remains of the hold."""

    before: str
    seconds: str
    after: str
    percent: int
    starts: str
    subject: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the template lays out. `live`: the page keeps itself up to date. `spoken`: to screen readers.

    `unsent`: stopped before its list was read, so that the list of now is what counts. `reread`: people must look
    at the letter again.
    """

    frame: Layout
    look: Look
    live: bool
    banner: str
    title: str
    lead: str
    relay: str
    audience: Audience
    hold: Hold | None
    unsent: bool
    sending: Sending | None
    spoken: str
    press: Press | None
    next_path: str
    next_text: str
    then: tuple[Moment, ...]
    record: tuple[Moment, ...]
    failures: tuple[FailedRow, ...]
    failures_more: str
    caption: str
    letters: tuple[LetterView, ...]
    reread: bool
    proof: str
    history: tuple[Moment, ...]


def progress(data: PageData) -> Progress:
    """The view of a notice that somebody has decided."""
    look = _look(data)
    title, lead = _titles(data, look)
    going = sending(data) if look in ("sending", "sent", "stopped") else None
    unsent = never_left(data.notice)
    replaced = data.successor if data.notice.state == "superseded" else None
    say = data.say
    return Progress(
        frame=frame(data, f"{title}: {heading(data)}"),
        look=look,
        live=look in ("hold", "sending"),
        banner=_banner(data),
        title=title,
        lead=lead,
        relay=_relay(data, look),
        audience=audience(data),
        hold=_hold(data) if look == "hold" else None,
        unsent=unsent,
        sending=None if unsent else going,
        spoken=_spoken(data, look, title),
        press=_press(data),
        next_path=(replaced.path or "") if replaced else "",
        next_text=say("superseded_go", what=say.report(replaced.kind, replaced.number)) if replaced else "",
        then=to_come(data) if look in ("sending", "sent") else (),
        record=milestones(data) if going else (),
        failures=data.failed[:SHOWN_FAILURES],
        failures_more=_more(data),
        caption=_caption(data),
        letters=_letters(data, look),
        reread=_reread(data),
        proof=_proof(data),
        history=history(data),
    )


def _look(data: PageData) -> Look:
    notice = data.notice
    if held(notice, data.now):
        return "hold"
    looks: dict[str, Look] = {
        "approved": "sending",
        "sending": "sending",
        "sent": "sent",
        "stopped": "stopped",
    }
    return looks.get(notice.state, "closed")


def _titles(data: PageData, look: Look) -> tuple[str, str]:
    """The heading and the sentence under it."""
    say, notice = data.say, data.notice
    if look == "hold":
        return say("unsent"), ""
    if look == "sending":
        return say("starting" if notice.state == "approved" else "sending"), say("sending_note")
    if look == "sent":
        return say("sent_title", n=say.number(n_in(data, "sent"))), _outcome(data)
    if look == "stopped":
        return stopped(data)
    if notice.state == "dismissed":
        own = notice.decided_by == data.person.id
        key = "dismissed_self" if own else "dismissed"
        lead = say(key, who=say.person(notice.decided_by), reason=say.reason(notice.reason))
        return say("not_sent"), lead
    if withdrawn(data.events, notice.id):
        return say("withdrawn"), say("fires_again")
    if data.successor is None:
        return say("replaced"), say("superseded_any")
    what = say.report(data.successor.kind, data.successor.number)
    return say("replaced"), say("superseded", what=what)


def _spoken(data: PageData, look: Look, title: str) -> str:
    """Nothing in the hold, a count at each quarter of the sending, and at the end how it ended."""
    if look == "sending":
        return quarter(data)
    return title if look in ("sent", "stopped") else ""


def _outcome(data: PageData) -> str:
    say, (failed, unknown) = data.say, (n_in(data, "failed"), n_in(data, "unknown"))
    return "".join(
        (
            say("sent_failed", n=say.number(failed)) if failed else "",
            say("sent_unknown", n=say.number(unknown)) if unknown else "",
            after_detection(data),
        )
    )


def _banner(data: PageData) -> str:
    """Whose decision this was, for everybody else; for a stopped letter, whose decision it needs."""
    say, notice = data.say, data.notice
    if notice.state == "stopped":
        return second_needed(data)
    if notice.approved_at is None or any(a.person == data.person.id for a in notice.approvals):
        return ""
    clock = say.clock(notice.approved_at)
    if notice.approved_by not in data.people:
        return say("by_policy", clock=clock)
    return say("by_other", who=say.person(notice.approved_by), clock=clock)


def _relay(data: PageData, look: Look) -> str:
    if data.relay_problem is None or look not in ("hold", "sending", "stopped"):
        return ""
    return data.say("relay_down", why=data.relay_problem)


def _hold(data: PageData) -> Hold:
    say, notice = data.say, data.notice
    send_at = notice.send_at or data.now
    left = send_at - data.now
    whole = max(send_at - (notice.approved_at or data.now), timedelta(seconds=1))
    seconds = -int(-left.total_seconds() // 1)
    return Hold(
        before=say("hold_before"),
        seconds=str(seconds),
        after=say("hold_after"),
        percent=min(100, int(100 * (left / whole))),
        starts=say("hold_starts", clock=say.to_the_second(send_at)),
        subject=subject_of(data)[1],
    )


def _press(data: PageData) -> Press | None:
    say = data.say
    presses: dict[Action, tuple[str, str]] = {
        "cancel": (say("cancel"), say("cancel_note")),
        "stop": (say("stop"), say("stop_note")),
    }
    if "resume" in data.offers:
        return resume(data)
    return next((Press(action, *presses[action]) for action in data.offers if action in presses), None)


def _more(data: PageData) -> str:
    say = data.say
    more = n_in(data, "failed", "unknown") - min(len(data.failed), SHOWN_FAILURES)
    return say("failures_more", n=say.number(more)) if more > 0 and data.failed else ""


def _letters(data: PageData, look: Look) -> tuple[LetterView, ...]:
    """What customers got; nothing of a letter that nobody will get."""
    if data.notice.state in ("dismissed", "superseded"):
        return ()
    if data.letters and look == "sending":
        return ()  # hundreds, on a page that is fetched every two seconds
    say, code = data.say, data.service.locale
    captions = [say("letter_of", n=n, to=each.address) for n, each in enumerate(data.letters, 1)]
    together = zip(captions or [_caption(data)], data.texts, strict=True)
    return tuple(letter(caption, code, text) for caption, text in together)


def _caption(data: PageData) -> str:
    key = "letter" if never_left(data.notice) else "letter_sent"
    return data.say(key, n=data.version.version)


def _reread(data: PageData) -> bool:
    """Whether the text is not the one that people approved."""
    return data.notice.stop_reason == "text_changed"


def _proof(data: PageData) -> str:
    """For the file: which version, its checksum, who and when."""
    say, notice = data.say, data.notice
    if notice.approved_at is None or waits_for_second(notice) or _reread(data):
        return ""
    return say(
        "sent_record",
        v=notice.approved_version or notice.version,
        hash=checksum(*data.texts),
        who=say.persons(a.person for a in notice.approvals) or say("policy"),
        at=say.clock(notice.approved_at),
    )
