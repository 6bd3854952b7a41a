"""The page of a decided notice: the hold, the sending, how it ended, or that nothing is sent."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bridge.core.actions import held, waits_for_second
from bridge.core.next_notice import never_left, not_sent
from bridge.core.reasons import OF_A_REST
from bridge.web.views.alerts import AlertList, alert_list
from bridge.web.views.approvers import decided_banner
from bridge.web.views.deck import Button, Choice
from bridge.web.views.disclosures import Moment, history
from bridge.web.views.dismissed import Ongoing, after_all, decided_at_last, dismissed, ongoing, steps
from bridge.web.views.fact_rows import subject_of
from bridge.web.views.letters import LetterView, checksum, letter
from bridge.web.views.old_record import CopyChoice, Recorded, copy_choice, recorded
from bridge.web.views.outcome import Reason, Unreached, finished, first_round, reasons, retries, unreached
from bridge.web.views.page_data import PageData
from bridge.web.views.problems import FormProblem, not_true_any_more
from bridge.web.views.recipients import Audience, audience
from bridge.web.views.sending import Sending, milestones, nothing_sent, quarter, sending, to_come
from bridge.web.views.stopped import after_press, leave, resume, stopped

Look = Literal["hold", "sending", "sent", "stopped", "closed"]
SHOWN_FAILURES = 100


@dataclass(frozen=True, slots=True)
class Hold:
    """The seconds left, and how much of the hold they are, in percent."""

    seconds: str
    percent: int
    starts: str
    subject: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the template lays out. `lead`: one sentence or more lines. `spoken`: what a screen reader says.

    `problems`: why a stopped letter is not sent without a reason, `as_is` then sends it with one.
    `unsent`: the letter was stopped before its list was read, so that the list of now is what counts. `reread`:
    people must look at the letter again. `proof`: for people's own files. `reasons`: why letters failed, in the mail
    server's words, and how many. `retries`: what sends again to those whom it did not reach.
    """

    title: str
    look: Look
    banner: str
    heading: str
    lead: str
    ongoing: Ongoing | None
    recorded: Recorded | None
    copy: CopyChoice | None
    relay: str
    audience: Audience
    hold: Hold | None
    unsent: bool
    sending: Sending | None
    spoken: str
    nothing_sent: bool
    reasons: tuple[Reason, ...]
    retries: tuple[Button, ...]
    problems: tuple[FormProblem, ...]
    press: Button | None
    as_is: Button | None
    after_press: str
    leave: Choice | None
    leave_reasons: tuple[tuple[str, str], ...]
    leave_note: str
    correction: Choice | None
    successor: Choice | None
    then: tuple[Moment, ...]
    record: tuple[Moment, ...]
    failures: tuple[Unreached, ...]
    failures_more: str
    caption: str
    letters: tuple[LetterView, ...]
    reread: bool
    proof: str
    alerts: AlertList | None
    history: tuple[Moment, ...]

    @property
    def live(self) -> bool:
        """Whether the page keeps itself up to date."""
        return self.look in ("hold", "sending")


def progress(data: PageData) -> Progress:
    """The view of a notice that somebody has decided."""
    look = _look(data)
    heading, lead = _headings(data, look)
    began = look in ("sending", "sent", "stopped")
    unsent = never_left(data.notice)
    return Progress(
        title=f"{heading}: {data.heading}",
        look=look,
        banner=decided_banner(data),
        heading=heading,
        lead=lead,
        ongoing=ongoing(data),
        recorded=recorded(data),
        copy=copy_choice(data),
        relay=_relay(data, look),
        audience=audience(data),
        hold=_hold(data) if look == "hold" else None,
        unsent=unsent,
        sending=sending(data) if began and not unsent and not recorded(data) else None,
        spoken=_spoken(data, look, heading),
        nothing_sent=nothing_sent(data),
        reasons=reasons(data),
        retries=retries(data),
        problems=not_true_any_more(data),
        press=None if data.errors_to_resume else _press(data),
        as_is=_press(data) if data.errors_to_resume else None,
        after_press=after_press(data),
        leave=leave(data),
        leave_reasons=tuple((code, text.get(data.lang)) for code, text in OF_A_REST.items()),
        leave_note=data.say("leave_all_note" if unsent else "leave_note"),
        correction=_correction(data),
        successor=_successor(data),
        then=to_come(data) if look in ("sending", "sent") else (),
        record=_record(data, look),
        failures=unreached(data, SHOWN_FAILURES),
        failures_more=_more(data),
        caption=_caption(data),
        letters=_letters(data, look),
        reread=_reread(data),
        proof=_proof(data),
        alerts=alert_list(data),
        history=history(data),
    )


def _record(data: PageData, look: Look) -> tuple[Moment, ...]:
    if look == "hold" or data.notice.state == "superseded":
        return ()
    if not_sent(data.notice):
        return steps(data)
    return (*milestones(data), *decided_at_last(data)) if look == "closed" else milestones(data)


def _look(data: PageData) -> Look:
    if held(data.notice, data.now):
        return "hold"
    looks: dict[str, Look] = {
        "approved": "sending",
        "sending": "sending",
        "sent": "sent",
        "stopped": "stopped",
    }
    return looks.get(data.notice.state, "closed")


def _headings(data: PageData, look: Look) -> tuple[str, str]:
    """The heading and the sentences under it."""
    say = data.say
    match look:
        case "hold":
            return say("unsent"), ""
        case "sending" if data.notice.first_round_at is not None:
            return first_round(data)
        case "sending":
            return say("starting" if data.notice.state == "approved" else "sending"), say("sending_note")
        case "sent":
            return finished(data)
        case "stopped":
            return stopped(data)
        case "closed":
            return dismissed(data) if data.notice.state == "dismissed" else _replaced(data)


def _replaced(data: PageData) -> tuple[str, str]:
    say, notice, later = data.say, data.notice, data.successor
    if notice.closed_reason == "fires_again":
        return say("withdrawn"), say("fires_again")
    if notice.closed_reason == "copy":
        return say("withdrawn"), say("copy_is_quiet")
    if later is None:
        return say("replaced"), say("superseded_any")
    return say("replaced"), say("superseded", what=say.report(later.kind, later.number))


def _spoken(data: PageData, look: Look, heading: str) -> str:
    """Nothing in the hold, a count at each quarter of the sending, and at the end how it ended."""
    if look == "sending":
        return quarter(data)
    return heading if look in ("sent", "stopped") else ""


def _relay(data: PageData, look: Look) -> str:
    waits = look in ("hold", "sending", "stopped")
    return data.say("relay_down", why=data.relay_problem) if data.relay_problem and waits else ""


def _hold(data: PageData) -> Hold:
    notice, now = data.notice, data.now
    send_at = notice.send_at or now
    left = send_at - now
    whole = max(send_at - (notice.approved_at or now), timedelta(seconds=1))
    return Hold(
        seconds=str(-int(-left.total_seconds() // 1)),
        percent=min(100, int(100 * (left / whole))),
        starts=data.say("hold_starts", clock=data.say.to_the_second(send_at)),
        subject=subject_of(data)[1],
    )


def _press(data: PageData) -> Button | None:
    """The only button there is: a decided notice offers one action or none."""
    say = data.say
    match data.offers:
        case ("cancel", *_):
            return Button(say("cancel"), say("cancel_note"), "cancel")
        case ("stop", *_):
            return Button(say("stop"), say("stop_note"), "stop")
        case ("resume", *_):
            return resume(data)
        case ("reopen", *_):
            return after_all(data)
    return None  # "retry" stands beside the reasons


def _correction(data: PageData) -> Choice | None:
    """The quiet way to say that this letter was wrong, or to the correction that there is."""
    if data.correction and data.correction.path:
        return Choice(data.say("corrected_by"), data.correction.path)
    return Choice(data.say("correct_link"), data.link("correct")) if "correct" in data.offers else None


def _successor(data: PageData) -> Choice | None:
    """The way to the draft that took this one's place, where this person has a link to it."""
    later = data.successor
    if data.notice.state != "superseded" or later is None or not later.path:
        return None
    return Choice(data.say("superseded_go", what=data.say.report(later.kind, later.number)), later.path)


def _more(data: PageData) -> str:
    more = data.deliveries("failed", "unknown") - min(len(data.failed), SHOWN_FAILURES)
    return data.say("failures_more", n=data.say.number(more)) if more > 0 and data.failed else ""


def _letters(data: PageData, look: Look) -> tuple[LetterView, ...]:
    """What customers got, or would have got; nothing of a draft that another one replaced."""
    if data.notice.state == "superseded":
        return ()
    if data.letters and look == "sending":
        return ()  # hundreds, on a page that is fetched every two seconds
    captions = [data.say("letter_of", n=n, to=each.address) for n, each in enumerate(data.letters, 1)]
    together = zip(captions or [_caption(data)], data.texts, strict=True)
    return tuple(letter(caption, data.service.locale, text) for caption, text in together)


def _caption(data: PageData) -> str:
    if data.drill:
        return data.say("drill_letter", n=data.version.version)
    unsent = "letter" if never_left(data.notice) else "letter_sent"
    key = "letter_unsent" if not_sent(data.notice) else unsent
    return data.say(key, n=data.version.version)


def _reread(data: PageData) -> bool:
    """Whether the text is not the one that people approved."""
    return data.notice.stop_reason == "text_changed"


def _proof(data: PageData) -> str:
    """Which version was approved, its checksum, by whom and when."""
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
