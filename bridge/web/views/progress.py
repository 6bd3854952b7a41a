"""The page of a decided notice: the hold, the sending, how it ended, or that nothing is sent."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bridge.core.actions import Action, held, waits_for_second
from bridge.core.next_notice import never_left
from bridge.web.views.disclosures import Moment, history
from bridge.web.views.fact_rows import subject_of
from bridge.web.views.layout import Layout, frame, heading, speech
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


def progress(situation: PageData) -> Progress:
    """The view of a notice that somebody has decided."""
    look = _look(situation)
    title, lead = _titles(situation, look)
    going = sending(situation) if look in ("sending", "sent", "stopped") else None
    unsent = never_left(situation.notice)
    replaced = situation.successor if situation.notice.state == "superseded" else None
    say = speech(situation)
    return Progress(
        frame=frame(situation, f"{title}: {heading(situation)}"),
        look=look,
        live=look in ("hold", "sending"),
        banner=_banner(situation),
        title=title,
        lead=lead,
        relay=_relay(situation, look),
        audience=audience(situation),
        hold=_hold(situation) if look == "hold" else None,
        unsent=unsent,
        sending=None if unsent else going,
        spoken=_spoken(situation, look, title),
        press=_press(situation),
        next_path=(replaced.path or "") if replaced else "",
        next_text=say("superseded_go", what=say.report(replaced.kind, replaced.number)) if replaced else "",
        then=to_come(situation) if look in ("sending", "sent") else (),
        record=milestones(situation) if going else (),
        failures=situation.failed[:SHOWN_FAILURES],
        failures_more=_more(situation),
        caption=_caption(situation),
        letters=_letters(situation, look),
        reread=_reread(situation),
        proof=_proof(situation),
        history=history(situation),
    )


def _look(situation: PageData) -> Look:
    notice = situation.notice
    if held(notice, situation.now):
        return "hold"
    looks: dict[str, Look] = {
        "approved": "sending",
        "sending": "sending",
        "sent": "sent",
        "stopped": "stopped",
    }
    return looks.get(notice.state, "closed")


def _titles(situation: PageData, look: Look) -> tuple[str, str]:
    """The heading and the sentence under it."""
    say, notice = speech(situation), situation.notice
    if look == "hold":
        return say("unsent"), ""
    if look == "sending":
        return say("starting" if notice.state == "approved" else "sending"), say("sending_note")
    if look == "sent":
        return say("sent_title", n=say.number(n_in(situation, "sent"))), _outcome(situation)
    if look == "stopped":
        return stopped(situation)
    if notice.state == "dismissed":
        own = notice.decided_by == situation.person.id
        key = "dismissed_self" if own else "dismissed"
        lead = say(key, who=say.person(notice.decided_by), reason=say.reason(notice.reason))
        return say("not_sent"), lead
    if notice.closed_reason == "fires_again":
        return say("withdrawn"), say("fires_again")
    if situation.successor is None:
        return say("replaced"), say("superseded_any")
    what = say.report(situation.successor.kind, situation.successor.number)
    return say("replaced"), say("superseded", what=what)


def _spoken(situation: PageData, look: Look, title: str) -> str:
    """Nothing in the hold, a count at each quarter of the sending, and at the end how it ended."""
    if look == "sending":
        return quarter(situation)
    return title if look in ("sent", "stopped") else ""


def _outcome(situation: PageData) -> str:
    say, (failed, unknown) = speech(situation), (n_in(situation, "failed"), n_in(situation, "unknown"))
    return "".join(
        (
            say("sent_failed", n=say.number(failed)) if failed else "",
            say("sent_unknown", n=say.number(unknown)) if unknown else "",
            after_detection(situation),
        )
    )


def _banner(situation: PageData) -> str:
    """Whose decision this was, for everybody else; for a stopped letter, whose decision it needs."""
    say, notice = speech(situation), situation.notice
    if notice.state == "stopped":
        return second_needed(situation)
    if notice.approved_at is None or any(a.person == situation.person.id for a in notice.approvals):
        return ""
    clock = say.clock(notice.approved_at)
    if notice.approved_by not in situation.people:
        return say("by_policy", clock=clock)
    return say("by_other", who=say.person(notice.approved_by), clock=clock)


def _relay(situation: PageData, look: Look) -> str:
    if situation.relay_problem is None or look not in ("hold", "sending", "stopped"):
        return ""
    return speech(situation)("relay_down", why=situation.relay_problem)


def _hold(situation: PageData) -> Hold:
    say, notice = speech(situation), situation.notice
    send_at = notice.send_at or situation.now
    left = send_at - situation.now
    whole = max(send_at - (notice.approved_at or situation.now), timedelta(seconds=1))
    seconds = -int(-left.total_seconds() // 1)
    return Hold(
        before=say("hold_before"),
        seconds=str(seconds),
        after=say("hold_after"),
        percent=min(100, int(100 * (left / whole))),
        starts=say("hold_starts", clock=say.to_the_second(send_at)),
        subject=subject_of(situation)[1],
    )


def _press(situation: PageData) -> Press | None:
    say = speech(situation)
    presses: dict[Action, tuple[str, str]] = {
        "cancel": (say("cancel"), say("cancel_note")),
        "stop": (say("stop"), say("stop_note")),
    }
    if "resume" in situation.offers:
        return resume(situation)
    return next((Press(action, *presses[action]) for action in situation.offers if action in presses), None)


def _more(situation: PageData) -> str:
    say = speech(situation)
    more = n_in(situation, "failed", "unknown") - min(len(situation.failed), SHOWN_FAILURES)
    return say("failures_more", n=say.number(more)) if more > 0 and situation.failed else ""


def _letters(situation: PageData, look: Look) -> tuple[LetterView, ...]:
    """What customers got; nothing of a letter that nobody will get."""
    if situation.notice.state in ("dismissed", "superseded"):
        return ()
    if situation.letters and look == "sending":
        return ()  # hundreds, on a page that is fetched every two seconds
    say, code = speech(situation), situation.service.locale
    captions = [say("letter_of", n=n, to=each.address) for n, each in enumerate(situation.letters, 1)]
    together = zip(captions or [_caption(situation)], situation.texts, strict=True)
    return tuple(letter(caption, code, text) for caption, text in together)


def _caption(situation: PageData) -> str:
    key = "letter" if never_left(situation.notice) else "letter_sent"
    return speech(situation)(key, n=situation.version.version)


def _reread(situation: PageData) -> bool:
    """Whether the text is not the one that people approved."""
    return situation.notice.stop_reason == "text_changed"


def _proof(situation: PageData) -> str:
    """For the file: which version, its checksum, who and when."""
    say, notice = speech(situation), situation.notice
    if notice.approved_at is None or waits_for_second(notice) or _reread(situation):
        return ""
    return say(
        "sent_record",
        v=notice.approved_version or notice.version,
        hash=checksum(*situation.texts),
        who=say.persons(a.person for a in notice.approvals) or say("policy"),
        at=say.clock(notice.approved_at),
    )
