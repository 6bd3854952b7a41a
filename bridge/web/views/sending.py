"""How far a sending is, what came before it and what is still to come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.dates import exactly, round_up
from bridge.core.kinds import Clock, spec_of
from bridge.core.next_notice import final_at, since_detection
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
    failed_from: str
    failed: str
    counts: tuple[Count, ...]
    as_of: str


def n_in(data: PageData, *states: str) -> int:
    return sum(n for state, n in data.counts.items() if state in states)


def sending(data: PageData) -> Sending:
    say = data.say
    total = _total(data)
    sent, failed, unknown = (n_in(data, state) for state in ("sent", "failed", "unknown"))
    waiting = max(0, total - sent - failed - unknown - n_in(data, "deferred"))
    table = (
        ("ok", "state_sent", sent),
        ("rest", "state_queued", waiting),
        ("wait", "state_deferred", n_in(data, "deferred")),
        ("stop", "state_failed", failed),
        ("stop", "state_unknown", unknown),
    )
    bad = failed + unknown
    red = max(_percent(bad, total), LEAST_SEEN) if bad else 0
    green = min(_percent(sent, total), 100 - red)
    return Sending(
        sent=say.number(sent),
        total=say("of_total", n=say.number(total)),
        done=f"{green:.1f}",
        failed_from=f"{green:.1f}",
        failed=f"{red:.1f}",
        counts=tuple(
            Count(tone, say(key), say.number(n)) for tone, key, n in table if n or key == "state_sent"
        ),
        as_of=_as_of(data, waiting),
    )


def _percent(n: int, total: int) -> float:
    return 100 * n / total if total else 0


def quarter(data: PageData) -> str:
    """What a screen reader is told meanwhile: it changes at 25, 50 and 75 % only, and is true until the next."""
    say, total = data.say, _total(data)
    quarters = min(3, 4 * n_in(data, "sent") // total) if total else 0
    least = -(-total * quarters // 4)
    return say("quarter", total=say.number(total), n=say.number(least)) if quarters else ""


def _total(data: PageData) -> int:
    return max(data.recipients or 0, n_in(data, *data.counts))


def _time_left(data: PageData) -> timedelta | None:
    """How long the waiting mails will take at the speed so far, once that can be told."""
    started, sent = data.notice.sending_at, n_in(data, "sent")
    waiting = (data.recipients or 0) - n_in(data, "sent", "failed", "unknown", "deferred")
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
    if seconds < 120:
        return say("as_of_eta", clock=clock, length=say("seconds", n=seconds))
    return say("as_of_eta", clock=clock, length=say("minutes", n=-(-seconds // 60)))


def after_detection(data: PageData) -> str:
    """The clock that matters, as the mail at the end of the sending tells it too."""
    took = since_detection(data.notice, data.incident)
    return "" if took is None else data.say("after_detection", length=exactly(took, data.lang))


def to_come(data: PageData) -> tuple[Moment, ...]:
    """What is still to come: the end of the sending, the next draft, the next promise or the cause's day."""
    say, promise = data.say, data.version.promise_at
    left = _time_left(data)
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


def _detected_at(data: PageData) -> datetime | None:
    """When the clock of the first report began; None for other letters."""
    began = spec_of(data.notice.kind).clock is Clock.DETECTION
    return data.incident.received_at if began else None


def milestones(data: PageData) -> tuple[Moment, ...]:
    """The milestones, oldest first."""
    say, notice = data.say, data.notice
    lines: list[tuple[datetime | None, str, str]] = [(_detected_at(data), say("record_detected"), "")]
    lines += [
        (yes.at, say("record_approved", who=say.person(yes.person), v=yes.version), "")
        for yes in notice.approvals
    ]
    lines += [
        (notice.first_accept_at or notice.sending_at, say("record_started"), after_detection(data)),
        (notice.finished_at if notice.state == "sent" else None, say("record_finished"), ""),
    ]
    return tuple(
        Moment(at.isoformat(), say.clock(at), text, strong) for at, text, strong in lines if at is not None
    )
