"""Which letter an incident owes now. Pure: the one place that decides it, with a named reason.

Everything that could change the answer (an alert, a click, time passing) is followed by a call of `owed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from bridge.core.dates import round_up, working_days_after
from bridge.core.facts import Answers
from bridge.core.kinds import Clock, Promises, Recipients, spec_of
from bridge.core.lifecycle import NOTHING_DELIVERED, UNDECIDED, UNDER_WAY
from bridge.core.model import Incident, Kind, Notice, NoticeState
from bridge.core.settings import Policy

CAUSE_WITHIN = 5  # working days: how far ahead an honest "under investigation" promises the cause
FINAL_FROM = time(10)
FINAL_DUE_AFTER = timedelta(hours=7)  # 17:00

# The correspondence of a disturbance, in its order.
FIRST: Kind = "first"
UPDATE: Kind = "update"
RECOVERY: Kind = "recovery"
FINAL: Kind = "final"

# How long after its end a dismissed disturbance that fires again is the same one still.
QUIET_FOR = timedelta(hours=1)

Act = Literal["draft", "recover", "close"]
WrongDay = Literal["not_a_day", "day_over"]
"""Why a report of the cause cannot be promised for a day that a person named."""
TOLD: frozenset[NoticeState] = frozenset({"approved", "sending", "stopped", "sent"})


@dataclass(frozen=True, slots=True)
class Duty:
    """What is to be done now: draft a notice of `kind`, move to recovered (and draft it), or close."""

    act: Act
    reason: str
    kind: Kind | None = None


def customers_told(notices: Sequence[Notice]) -> bool:
    """Whether customers were told that something is wrong: a first report was approved."""
    return any(notice.kind == FIRST and reached(notice) for notice in notices)


def reached(notice: Notice) -> bool:
    """Whether customers got this letter, or are about to: it was approved, and not stopped before any of it left."""
    return (notice.state in TOLD and not never_left(notice)) or rest_given_up(notice)


def rest_given_up(notice: Notice) -> bool:
    """Whether some customers got the letter, and a person decided that the others never do."""
    return notice.state == "dismissed" and notice.sending_at is not None


def not_sent(notice: Notice) -> bool:
    """Whether a person decided that nobody gets the letter."""
    return notice.state == "dismissed" and notice.sending_at is None


def never_left(notice: Notice) -> bool:
    """Whether a letter was stopped before its first mail: a newer notice may take its place."""
    return notice.state == "stopped" and notice.sending_at is None


def retraction(notices: Sequence[Notice]) -> Notice | None:
    """The last letter that tells customers, or waits to tell them, that there was no disturbance."""
    return next((n for n in reversed(notices) if n.retracts and (n.state in UNDECIDED or reached(n))), None)


def since_retraction(notices: Sequence[Notice]) -> Sequence[Notice]:
    """The notices that came after such a letter: the ones before it count as taken back."""
    taken_back = retraction(notices)
    return notices if taken_back is None else notices[notices.index(taken_back) + 1 :]


def kept_quiet(notices: Sequence[Notice]) -> bool:
    """Whether people decided that customers need not hear of this: only an alert that is new to it is told.

    Before anybody is told, a recovery report stands in the place of the first one.
    """
    later = since_retraction(notices)
    kinds = (FIRST,) if customers_told(later) else (FIRST, RECOVERY)
    firsts = [notice for notice in later if notice.kind in kinds]
    return not_sent(firsts[-1]) if firsts else retraction(notices) is not None


def kept_quiet_by(notices: Sequence[Notice]) -> Notice | None:
    """The last report, where it was decided not to send it and customers need not hear of the disturbance."""
    reports = [notice for notice in notices if spec_of(notice.kind).is_report]
    last = reports[-1] if reports else None
    return last if last and not_sent(last) and kept_quiet(notices) else None


def has_newer(notice: Notice, notices: Sequence[Notice]) -> bool:
    """Whether a report was drafted after this notice: that one is about what is known now."""
    ids = [one.id for one in notices]
    return any(spec_of(one.kind).is_report for one in notices[ids.index(notice.id) + 1 :])


def quiet_again(incident: Incident, notices: Sequence[Notice], now: datetime) -> bool:
    """Whether what fires again now is still the disturbance that people decided to keep quiet about."""
    ended = incident.resolved_at
    return (
        incident.state == "closed" and ended is not None and now - ended < QUIET_FOR and kept_quiet(notices)
    )


def carried_on(notices: Sequence[Notice], kind: Kind, now: datetime) -> Notice | None:
    """The notice whose clock, rings and people a new one of `kind` takes over, because nobody decided it.

    An alert that goes up and down more slowly than `settle` brings draft after draft about one question. Whoever is
    to be rung ten minutes after the first receipt is rung then, and not ten minutes into each turn.
    """
    last = _undecided_question(notices)
    if last is None or kind not in (FIRST, RECOVERY):
        return None
    if not customers_told(since_retraction(notices)):
        return last if last.kind in (FIRST, RECOVERY) else None
    return last if last.kind == kind and last.due_at > now else None


def typed_before(notices: Sequence[Notice], kind: Kind) -> Notice | None:
    """The last notice of `kind` that was given up undecided: what people typed into it is offered again."""
    later = since_retraction(notices)
    decided = [n for n, one in enumerate(later) if _is_decided(one)]
    open_ones = later[decided[-1] + 1 :] if decided else later
    return next((one for one in reversed(open_ones) if one.kind == kind), None)


def _undecided_question(notices: Sequence[Notice]) -> Notice | None:
    reports = [notice for notice in since_retraction(notices) if spec_of(notice.kind).is_report]
    return reports[-1] if reports and not _is_decided(reports[-1]) else None


def _is_decided(notice: Notice) -> bool:
    return spec_of(notice.kind).is_report and notice.state not in UNDECIDED | {"superseded"}


def undecided(notices: Sequence[Notice], *kinds: Kind) -> Notice | None:
    """The notice of one of these kinds that still waits for people, if any."""
    return next((n for n in notices if n.kind in kinds and n.state in UNDECIDED), None)


def owed(incident: Incident, notices: Sequence[Notice], policy: Policy, now: datetime) -> Duty | None:
    """The next thing this incident owes at `now`, or None. `notices` in the order they were drafted."""
    if incident.is_drill:
        return _after_drill(incident, notices)
    taken_back = retraction(notices)
    if taken_back and taken_back.state in UNDECIDED | {"approved"}:
        return None  # first people decide whether there was a disturbance at all
    match incident.state:
        case "open":
            return _while_firing(incident, notices, policy, now)
        case "settling":
            if incident.resolved_at and now >= incident.resolved_at + policy.settle:
                return _settled(notices)
            return _while_firing(incident, notices, policy, now)
        case "recovered":
            return _after_recovery(incident, notices, now)
        case _:
            return None


def _after_drill(incident: Incident, notices: Sequence[Notice]) -> Duty | None:
    """A drill owes its one letter and no other. A rest that was stopped is never sent."""
    busy = UNDECIDED | {"approved", "sending"}
    if incident.state == "closed" or any(notice.state in busy for notice in notices):
        return None
    return Duty("close", "the drill is over")


def _while_firing(
    incident: Incident, notices: Sequence[Notice], policy: Policy, now: datetime
) -> Duty | None:
    notices, quiet = since_retraction(notices), kept_quiet(notices)
    if not customers_told(notices):
        firsts = [notice for notice in notices if notice.kind == FIRST]
        if quiet or undecided(notices, FIRST) or (firsts and firsts[-1].state != "superseded"):
            return None
        return Duty("draft", "customers not told", FIRST)
    if incident.promise_at is None or now < incident.promise_at - policy.update_ring_before:
        return None
    if undecided(notices, FIRST, UPDATE) or any(n.state == "approved" for n in notices):
        return None
    return Duty("draft", "promised report", UPDATE)


def _settled(notices: Sequence[Notice]) -> Duty | None:
    if any(notice.state == "approved" for notice in notices):
        return None  # it may still be called back, and the recovery report depends on it
    told = since_retraction(notices)
    if customers_told(told) or undecided(told, FIRST) or any(map(never_left, told)):
        return Duty("recover", "settled", RECOVERY)
    return None if _under_way(notices) else Duty("close", "nothing owed")


def _under_way(notices: Sequence[Notice]) -> bool:
    """Whether some notice, a batch too, still waits for people or for the mail server.

    A letter that was stopped to be corrected waits for nobody: its rest is never sent. Nor does one that has no rest.
    """
    waiting = (notice for notice in notices if notice.state in UNDECIDED | UNDER_WAY)
    return any(notice.state != "stopped" or _has_rest(notice) for notice in waiting)


def _has_rest(notice: Notice) -> bool:
    return notice.corrected_by is None and notice.stop_reason != NOTHING_DELIVERED


def _after_recovery(incident: Incident, notices: Sequence[Notice], now: datetime) -> Duty | None:
    reports = [notice for notice in since_retraction(notices) if spec_of(notice.kind).is_report]
    last = next((n for n in reversed(reports) if n.kind in (RECOVERY, FINAL)), None)
    if _under_way(reports):
        return None
    if (last is None and not retraction(notices)) or (last and _given_up(last)):
        return Duty("draft", "recovery not told", RECOVERY)
    if incident.final_at is None:
        # A batch that still waits for people keeps the incident open; it never holds a promised report up.
        return None if _under_way(notices) else Duty("close", "nothing owed")
    if now < incident.final_at:
        return None
    if _promises_right_content(reports):
        return Duty("draft", "promised report", UPDATE)
    return Duty("draft", "cause promised", FINAL) if last and reached(last) else None


def _given_up(notice: Notice) -> bool:
    return notice.kind == RECOVERY and notice.state == "superseded"


def _promises_right_content(reports: Sequence[Notice]) -> bool:
    """Whether the last that customers were told is a correction."""
    told = [notice for notice in reports if reached(notice)]
    return bool(told) and told[-1].corrects is not None


def next_duty_at(incident: Incident, policy: Policy, now: datetime) -> datetime | None:
    """When `owed` may answer otherwise than at `now` by time alone; None when only people or alerts can change it."""
    times: list[datetime] = []
    if incident.is_drill:
        return None
    if incident.state in ("open", "settling") and incident.promise_at:
        times.append(incident.promise_at - policy.update_ring_before)
    if incident.state == "settling" and incident.resolved_at:
        times.append(incident.resolved_at + policy.settle)
    if incident.state == "recovered" and incident.final_at:
        times.append(incident.final_at)
    return min((at for at in times if at > now), default=None)


def stale(promise_at: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether an undecided draft's promise is too close to keep: less than a third of the interval is left."""
    return promise_at is not None and promise_at - now < every / 3


def window(
    kind: Kind, incident: Incident, policy: Policy, now: datetime, *, again: bool
) -> tuple[datetime, datetime]:
    """Where a notice drafted at `now` counts its reminders from, and its deadline (docs/design.md §4.1).

    `again`: the incident had a notice before, so the clock of its first alert is spent.
    """
    match spec_of(kind).clock:
        case Clock.DETECTION if not again:
            return incident.received_at, incident.received_at + policy.first_report_within
        case Clock.PROMISE if incident.promise_at:
            return min(now, incident.promise_at - policy.update_ring_before), incident.promise_at
        case Clock.CAUSE_DAY if incident.final_at:
            return incident.final_at, incident.final_at + FINAL_DUE_AFTER
    return now, now + policy.first_report_within


def printed_due(notice: Notice) -> datetime:
    """The deadline as people read it: an update's is a promise, which customers read rounded up."""
    return round_up(notice.due_at) if due_is_promise(notice.kind) else notice.due_at


def due_is_promise(kind: Kind) -> bool:
    """Whether a notice's deadline is the moment that customers were promised a report for."""
    return spec_of(kind).clock is Clock.PROMISE


def since_detection(notice: Notice, incident: Incident) -> timedelta | None:
    """From the first alert's receipt to the first mail that the server took; None for any but a first report."""
    if spec_of(notice.kind).clock is not Clock.DETECTION or notice.first_accept_at is None:
        return None
    return notice.first_accept_at - incident.received_at


def last_since_detection(notice: Notice, incident: Incident) -> timedelta | None:
    """From the first alert's receipt to the last mail that the server took; None for one mail, or while unknown."""
    last = notice.last_accept_at
    if since_detection(notice, incident) is None or last is None or last == notice.first_accept_at:
        return None
    return last - incident.received_at


def cause_day(today: date) -> date:
    """The day for which the cause is promised where nobody has named one."""
    return working_days_after(today, CAUSE_WITHIN)


def promising_cause(answers: Answers, kind: Kind, today: date) -> Answers:
    """The answers that a letter after the end starts from: a day is promised for what is not known of cause and
    prevention. A letter to one customer always promises one."""
    spec = spec_of(kind)
    to_one = spec.recipients is Recipients.BATCH
    if to_one and answers.cause_by and answers.cause_by < today:
        answers = answers.model_copy(update={"cause_by": None})
    known = bool(answers.cause and answers.prevention) and not to_one
    if known or answers.cause_by or not (to_one or spec.promises is Promises.CAUSE):
        return answers
    return answers.model_copy(update={"cause_by": cause_day(today)})


def is_over(day: date, now: datetime, zone: tzinfo) -> bool:
    """Whether that day has passed where the service is: nothing can be promised for it any more."""
    return day < now.astimezone(zone).date()


def final_at(cause_by: date, zone: tzinfo) -> datetime:
    """When the duty of a promised final report begins: 10:00 local on that day."""
    return datetime.combine(cause_by, FINAL_FROM, zone).astimezone(UTC)
