"""How far a sending is, what came before it and what is still to come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.dates import exactly, round_up
from bridge.core.kinds import Clock, spec_of
from bridge.core.next_notice import final_at, last_since_detection, since_detection
from bridge.web.views.disclosures import Moment
from bridge.web.views.page_data import PageData

LEAST_SAMPLE = timedelta(seconds=3)
"""Before this much of a sending its speed says nothing about its end."""

LEAST_SEEN = 0.6
"""So many hundredths of the bar are red for a single failure, also at its very end."""


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
    failed: str
    counts: tuple[Count, ...]
    as_of: str


def sending(data: PageData) -> Sending:
    say, total = data.say, _total(data)
    sent, deferred = data.deliveries("sent"), data.deliveries("deferred")
    failed, unknown = data.deliveries("failed"), data.deliveries("unknown")
    bad = failed + unknown
    overtaken = data.deliveries("superseded")
    waiting = max(0, total - sent - deferred - bad - overtaken)
    table = (
        ("ok", "state_sent", sent),
        ("rest", "state_queued", waiting),
        ("wait", "state_deferred", deferred),
        ("rest", "state_superseded", overtaken),
        ("stop", "state_failed", failed),
        ("stop", "state_unknown", unknown),
    )
    shown = (row for row in table if row[2] or (row[1] == "state_sent" and not nothing_sent(data)))
    red = max(_percent(bad, total), LEAST_SEEN) if bad else 0
    return Sending(
        sent=say.number(sent),
        total=say("of_total", n=say.number(total)),
        done=f"{min(_percent(sent, total), 100 - red):.1f}",
        failed=f"{red:.1f}",
        counts=tuple(Count(tone, say(key), say.number(n)) for tone, key, n in shown),
        as_of=_as_of(data, waiting),
    )


def _percent(n: int, total: int) -> float:
    return 100 * n / total if total else 0


def quarter(data: PageData) -> str:
    """What a screen reader is told meanwhile: it changes at 25, 50 and 75 % only, and is true until the next."""
    say, total = data.say, _total(data)
    quarters = min(3, 4 * data.deliveries("sent") // total) if total else 0
    least = -(-total * quarters // 4)
    return say("quarter", total=say.number(total), n=say.number(least)) if quarters else ""


def _total(data: PageData) -> int:
    return max(data.recipients or 0, sum(data.counts.values()))


def _time_left(data: PageData) -> timedelta | None:
    """How long the waiting mails will take at the speed so far, once that can be told."""
    started, sent = data.notice.sending_at, data.deliveries("sent")
    waiting = (data.recipients or 0) - data.deliveries("sent", "failed", "unknown", "deferred", "superseded")
    if data.notice.state != "sending" or started is None or not sent or waiting <= 0:
        return None
    elapsed = data.now - started
    return None if elapsed < LEAST_SAMPLE else elapsed * (waiting / sent)


def _as_of(data: PageData, waiting: int) -> str:
    say = data.say
    clock, left = say.clock(data.now), _time_left(data)
    if left is None or not waiting:
        return say("as_of", clock=clock)
    seconds = max(10, 10 * round(left.total_seconds() / 10))
    length = say("seconds", n=seconds) if seconds < 120 else say("minutes", n=-(-seconds // 60))
    return say("as_of_eta", clock=clock, length=length)


def after_detection(data: PageData) -> str:
    """The clock that matters, as the mail at the end of the sending tells it too."""
    took = since_detection(data.notice, data.incident)
    last = last_since_detection(data.notice, data.incident)
    if took is None:
        return ""
    first = exactly(took, data.lang)
    if last is None:
        return data.say("after_detection", length=first)
    return data.say("first_and_last", first=first.lower(), last=exactly(last, data.lang).lower())


def nothing_sent(data: PageData) -> bool:
    """Whether every recipient was tried, and the mail server took not one letter."""
    tried = data.notice.first_round_at is not None or data.notice.state == "sent"
    return tried and not data.deliveries("sent")


def to_come(data: PageData) -> tuple[Moment, ...]:
    """What is still to come: the end of the sending, the next draft, the next promise or the day of the cause."""
    say, promise, left = data.say, None if data.drill else data.version.promise_at, _time_left(data)
    lines: list[tuple[datetime, str]] = []
    if left is not None:
        lines.append((data.now + left, say("then_done")))
    if promise is not None and data.incident.state in ("open", "settling"):
        at = promise - data.service.policy.update_ring_before
        lines.append((at, say("then_draft", who=_first_rung(data))))
        lines.append((round_up(promise), say("then_promise")))
    told = tuple(Moment(at.isoformat(), say.clock(at), text) for at, text in lines)
    return *told, *_cause_to_come(data)


def _first_rung(data: PageData) -> str:
    return data.say.persons(data.escalation.steps[0].people)


def _cause_to_come(data: PageData) -> tuple[Moment, ...]:
    """The final report that this letter promised, while it is owed."""
    say, by, owed = data.say, data.facts.answers.cause_by, data.incident.final_at
    if by is None or owed != final_at(by, data.service.timezone):
        return ()
    return (
        Moment(owed.isoformat(), say.clock(owed), say("then_final", who=_first_rung(data))),
        Moment(by.isoformat(), say.day(by), say("then_cause")),
    )


def milestones(data: PageData) -> tuple[Moment, ...]:
    """The milestones, oldest first. A first report begins with the detection of its incident."""
    say, notice = data.say, data.notice
    detected = data.incident.received_at if spec_of(notice.kind).clock is Clock.DETECTION else None
    started = notice.first_accept_at or notice.sending_at
    finished = notice.finished_at if notice.state == "sent" else None
    lines: list[tuple[datetime | None, str, str]] = [
        (detected, say("record_detected"), ""),
        *(
            (a.at, say("record_approved", who=say.person(a.person), v=a.version), "")
            for a in notice.approvals
        ),
        (started, say("record_started"), after_detection(data)),
        (finished, say("record_finished"), ""),
    ]
    return tuple(
        Moment(at.isoformat(), say.clock(at), text, end) for at, text, end in lines if at is not None
    )
