"""The page of a decided notice: the hold, the sending, how it ended, or that nothing is sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.panel import Action, held
from bridge.web.views.audience import Audience, audience
from bridge.web.views.frame import Frame, frame, heading, speech
from bridge.web.views.letter import Letter, checksum, letter
from bridge.web.views.rows import subject_of
from bridge.web.views.sheets import Moment, history
from bridge.web.views.situation import FailedRow, Situation
from bridge.web.words import STOP_REASONS, pick

Look = Literal["hold", "sending", "sent", "stopped", "closed"]
SHOWN_FAILURES = 100
LEAST_SAMPLE = timedelta(seconds=3)
"""Before this much of a sending its speed says nothing about its end."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The seconds left, and the bar of what remains of the hold."""

    seconds: str
    after: str
    percent: int
    starts: str
    subject: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many deliveries are in one state. `tone` names its colours."""

    tone: str
    name: str
    n: str


@dataclass(frozen=True, slots=True)
class Sending:
    """How far the sending is. `done` and `failed` are widths of 100, with one decimal."""

    sent: str
    total: str
    done: str
    failed_from: str
    failed: str
    counts: tuple[Count, ...]
    as_of: str
    quarter: str


@dataclass(frozen=True, slots=True)
class Press:
    """The only form that is left."""

    action: Action
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the template lays out. `live`: the page keeps itself up to date."""

    frame: Frame
    look: Look
    live: bool
    banner: str
    title: str
    lead: str
    relay: str
    audience: Audience
    hold: Hold | None
    sending: Sending | None
    press: Press | None
    next_path: str
    next_text: str
    then: tuple[Moment, ...]
    record: tuple[Moment, ...]
    failures: tuple[FailedRow, ...]
    failures_more: str
    letter: Letter | None
    proof: str
    history: tuple[Moment, ...]


def progress(situation: Situation) -> Progress:
    """The view of a notice that somebody has decided."""
    look = _look(situation)
    title, lead = _titles(situation, look)
    sending = _sending(situation) if look in ("sending", "sent", "stopped") else None
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
        sending=sending,
        press=_press(situation),
        next_path=(replaced.path or "") if replaced else "",
        next_text=say("superseded_go", what=say.report(replaced.kind, replaced.number)) if replaced else "",
        then=_then(situation) if look in ("sending", "sent") else (),
        record=_record(situation) if sending else (),
        failures=situation.failed[:SHOWN_FAILURES],
        failures_more=_more(situation),
        letter=_letter(situation),
        proof=_proof(situation),
        history=history(situation),
    )


def _look(situation: Situation) -> Look:
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


def _titles(situation: Situation, look: Look) -> tuple[str, str]:
    """The heading and the sentence under it."""
    say, notice = speech(situation), situation.notice
    if look == "hold":
        return say("unsent"), ""
    if look == "sending":
        return say("starting" if notice.state == "approved" else "sending"), say("sending_note")
    if look == "sent":
        return say("sent_title", n=say.number(_n(situation, "sent"))), _outcome(situation)
    if look == "stopped":
        return _stopped(situation)
    if notice.state == "dismissed":
        own = notice.decided_by == situation.person.id
        key = "dismissed_self" if own else "dismissed"
        lead = say(key, who=say.person(notice.decided_by), reason=say.reason(notice.reason))
        return say("not_sent"), lead
    if situation.successor is None:
        return say("replaced"), say("superseded_any")
    what = say.report(situation.successor.kind, situation.successor.number)
    return say("replaced"), say("superseded", what=what)


def _stopped(situation: Situation) -> tuple[str, str]:
    say, reason = speech(situation), situation.notice.stop_reason or ""
    why = pick(STOP_REASONS[reason], situation.lang) if reason in STOP_REASONS else reason
    sent = _n(situation, "sent")
    if not sent:
        return say("unsent"), why
    rest = say.number(max(0, (situation.recipients or 0) - sent))
    return say("stopped"), " ".join((why, say("stopped_note", sent=say.number(sent), rest=rest))).strip()


def _outcome(situation: Situation) -> str:
    say, (failed, unknown) = speech(situation), (_n(situation, "failed"), _n(situation, "unknown"))
    return "".join(
        (
            say("sent_failed", n=say.number(failed)) if failed else "",
            say("sent_unknown", n=say.number(unknown)) if unknown else "",
            _after_detection(situation),
        )
    )


def _after_detection(situation: Situation) -> str:
    """The clock that matters: from the first alert's receipt to the first mail."""
    say, started = speech(situation), situation.notice.sending_at
    if situation.notice.kind != "first" or started is None:
        return ""
    return say("after_detection", length=say.exact(started - situation.incident.received_at))


def _banner(situation: Situation) -> str:
    """Whose decision this was, for everybody else."""
    say, notice = speech(situation), situation.notice
    if notice.approved_at is None or any(a.person == situation.person.id for a in notice.approvals):
        return ""
    clock = say.clock(notice.approved_at)
    if notice.approved_by not in situation.people:
        return say("by_policy", clock=clock)
    return say("by_other", who=say.person(notice.approved_by), clock=clock)


def _relay(situation: Situation, look: Look) -> str:
    if situation.relay_problem is None or look not in ("hold", "sending", "stopped"):
        return ""
    return speech(situation)("relay_down", why=situation.relay_problem)


def _hold(situation: Situation) -> Hold:
    say, notice = speech(situation), situation.notice
    send_at = notice.send_at or situation.now
    left = send_at - situation.now
    whole = max(send_at - (notice.approved_at or situation.now), timedelta(seconds=1))
    seconds = -int(-left.total_seconds() // 1)
    return Hold(
        seconds=str(seconds),
        after=say("hold_seconds", n=seconds),
        percent=min(100, int(100 * (left / whole))),
        starts=say("hold_starts", clock=say.to_the_second(send_at)),
        subject=subject_of(situation),
    )


def _n(situation: Situation, *states: str) -> int:
    return sum(n for state, n in situation.counts.items() if state in states)


def _sending(situation: Situation) -> Sending:
    say = speech(situation)
    total = max(situation.recipients or 0, _n(situation, *situation.counts))
    sent, failed, unknown = (_n(situation, state) for state in ("sent", "failed", "unknown"))
    waiting = max(0, total - sent - failed - unknown - _n(situation, "deferred"))
    table = (
        ("ok", "state_sent", sent),
        ("rest", "state_queued", waiting),
        ("wait", "state_deferred", _n(situation, "deferred")),
        ("stop", "state_failed", failed),
        ("stop", "state_unknown", unknown),
    )
    bad = failed + unknown
    return Sending(
        sent=say.number(sent),
        total=say("of_total", n=say.number(total)),
        done=_width(sent, total),
        failed_from=_width(sent, total),
        failed="0" if not bad else max(_width(bad, total), "0.6", key=float),
        counts=tuple(
            Count(tone, say(key), say.number(n)) for tone, key, n in table if n or key == "state_sent"
        ),
        as_of=_as_of(situation, waiting),
        quarter=_quarter(situation, sent, total),
    )


def _width(n: int, total: int) -> str:
    return f"{100 * n / total:.1f}" if total else "0"


def _quarter(situation: Situation, sent: int, total: int) -> str:
    """What a screen reader is told: it changes at 25, 50, 75 and 100 % only."""
    say = speech(situation)
    quarters = 4 * sent // total if total else 0
    return say("quarter", total=say.number(total), n=say.number(total * quarters // 4)) if quarters else ""


def _time_left(situation: Situation) -> timedelta | None:
    """How long the waiting mails will take at the speed so far, once that can be told."""
    started, sent = situation.notice.sending_at, _n(situation, "sent")
    waiting = (situation.recipients or 0) - _n(situation, "sent", "failed", "unknown", "deferred")
    if situation.notice.state != "sending" or started is None or not sent or waiting <= 0:
        return None
    elapsed = situation.now - started
    return None if elapsed < LEAST_SAMPLE else elapsed * (waiting / sent)


def _as_of(situation: Situation, waiting: int) -> str:
    say = speech(situation)
    clock, left = say.clock(situation.now), _time_left(situation)
    if left is None or not waiting:
        return say("as_of", clock=clock)
    seconds = max(10, -10 * int(-left.total_seconds() // 10))
    if seconds < 120:
        return say("as_of_eta", clock=clock, length=say("seconds", n=seconds))
    return say("as_of_eta", clock=clock, length=say("minutes", n=-(-seconds // 60)))


def _press(situation: Situation) -> Press | None:
    say = speech(situation)
    rest = say.number(max(0, (situation.recipients or 0) - _n(situation, "sent", "failed", "unknown")))
    presses: dict[Action, tuple[str, str]] = {
        "cancel": (say("cancel"), say("cancel_note")),
        "stop": (say("stop"), say("stop_note")),
        "resume": (say("resume", n=rest), say("resume_note"))
        if _n(situation, "sent")
        else (say("resume_all", n=rest), say("hold_none")),
    }
    return next((Press(action, *presses[action]) for action in situation.offers if action in presses), None)


def _then(situation: Situation) -> tuple[Moment, ...]:
    """What is still to come: the end of the sending, the next draft, the next promise."""
    say, promise = speech(situation), situation.version.promise_at
    left = _time_left(situation)
    lines: list[tuple[datetime, str]] = []
    if left is not None:
        lines.append((situation.now + left, say("then_done")))
    if promise is not None and situation.incident.state in ("open", "settling"):
        first = situation.escalation.steps[0].people
        lines.append(
            (promise - situation.service.policy.update_ring_before, say("then_draft", who=say.persons(first)))
        )
        lines.append((promise, say("then_promise")))
    return _moments(situation, lines)


def _record(situation: Situation) -> tuple[Moment, ...]:
    """The milestones, oldest first."""
    say, notice = speech(situation), situation.notice
    lines: list[tuple[datetime | None, str]] = [
        (situation.incident.received_at if notice.kind == "first" else None, say("record_detected"))
    ]
    lines += [
        (yes.at, say("record_approved", who=say.person(yes.person), v=yes.version))
        for yes in notice.approvals
    ]
    lines += [
        (notice.sending_at, say("record_started") + _after_detection(situation)),
        (notice.finished_at if notice.state == "sent" else None, say("record_finished")),
    ]
    return _moments(situation, [(at, text) for at, text in lines if at is not None])


def _moments(situation: Situation, lines: list[tuple[datetime, str]]) -> tuple[Moment, ...]:
    say = speech(situation)
    return tuple(Moment(at.isoformat(), say.clock(at), text) for at, text in lines)


def _more(situation: Situation) -> str:
    say = speech(situation)
    more = _n(situation, "failed", "unknown") - min(len(situation.failed), SHOWN_FAILURES)
    return say("failures_more", n=say.number(more)) if more > 0 and situation.failed else ""


def _letter(situation: Situation) -> Letter | None:
    if situation.notice.state in ("dismissed", "superseded") or situation.letters:
        return None
    code = situation.service.locale
    caption = speech(situation)("letter_sent", n=situation.version.version)
    return letter(caption, code, situation.version.texts[code])


def _proof(situation: Situation) -> str:
    """For the file: which version, its checksum, who and when."""
    say, notice = speech(situation), situation.notice
    if notice.approved_at is None:
        return ""
    text = situation.version.texts[situation.service.locale]
    return say(
        "sent_record",
        v=notice.approved_version or notice.version,
        hash=checksum(text),
        who=say.persons(a.person for a in notice.approvals) or say("policy"),
        at=say.clock(notice.approved_at),
    )
