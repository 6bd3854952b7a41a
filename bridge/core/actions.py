"""What may be done about a notice, by this person, now: the page's buttons and exactly what a POST may do.

Also how long an approved letter is held back, and why a hold is longer than usual (docs/design.md §4.4).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.kinds import Recipients, spec_of
from bridge.core.lifecycle import NOTHING_DELIVERED, UNDECIDED
from bridge.core.model import IncidentState, Notice
from bridge.core.next_notice import not_sent
from bridge.core.settings import Policy

Action = Literal[
    "approve",
    "edit",
    "dismiss",
    "acknowledge",
    "test",
    "recovered",
    "cancel",
    "stop",
    "correct",
    "resume",
    "reopen",
    "retry",
    "leave",
    "go_on",
    "keep_quiet",
    "renew",
]
Surprise = Literal["list_size", "override", "repeat", "old_record"]

LINK_LIFE = timedelta(days=7)
"""A personal link works this long after the notice was decided."""

SURPRISE_HOLD = timedelta(seconds=30)
LEAST_HOLD = timedelta(seconds=5)
REPEAT_WITHIN = timedelta(minutes=10)
MUCH = 0.2
"""A list is surprising when its count is off the last sending's by more than this share."""

IN_A_DRILL: frozenset[Action] = frozenset(
    {"approve", "edit", "dismiss", "acknowledge", "test", "cancel", "stop"}
)
_GOING_ON: frozenset[IncidentState] = frozenset({"open", "settling"})


def expired(notice: Notice, now: datetime, issued_at: datetime) -> bool:
    """Whether a link to this notice has run out: seven days after the decision, or after it was renewed."""
    if notice.decided_at is None:
        return False
    return now - max(notice.decided_at, issued_at) > LINK_LIFE


def held(notice: Notice, now: datetime) -> bool:
    """Whether the letter is approved and can still be called back."""
    return notice.state == "approved" and notice.send_at is not None and now < notice.send_at


def said_yes(notice: Notice, person: str) -> bool:
    """Whether this person has already approved the version that stands."""
    return any(a.person == person and a.version == notice.version for a in notice.approvals)


def may_be_corrected(notice: Notice) -> bool:
    """Whether a correction may follow: some of the letter has left, and none corrects it yet."""
    left = notice.state in ("sending", "stopped", "sent", "dismissed") and notice.sending_at is not None
    return left and spec_of(notice.kind).correctable and notice.corrected_by is None


def may_be_retried(notice: Notice) -> bool:
    """Whether those whom the letter did not reach may be sent it again; whether there are any is not known here."""
    over = notice.state in ("stopped", "sent") and notice.sending_at is not None
    return over and notice.corrected_by is None


def waits_for_second(notice: Notice) -> bool:
    """Whether a stopped letter has one of the two yeses that its changed list needs."""
    return notice.state == "stopped" and notice.approved_by is None and bool(notice.approvals)


def may_be_reopened(notice: Notice, incident: IncidentState, *, newer: bool) -> bool:
    """Whether customers may hear after all what was not to be sent: an alert fires, and no newer report is there."""
    to_all = spec_of(notice.kind).recipients is Recipients.SERVICE_LIST
    return not_sent(notice) and incident == "open" and to_all and not newer


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What counts besides the notice itself.

    `newer`: a report came after it. `unreached`: letters that failed, or of which nobody knows; `unknown`: those
    alone. In a `drill` there is nothing to end, to go on with or to correct. `copied`: the record is a copy, and
    nobody has said yet which of both goes on.
    """

    incident: IncidentState = "open"
    newer: bool = False
    unreached: int = 0
    unknown: int = 0
    drill: bool = False
    copied: bool = False


USUAL = Circumstances()


def offers(notice: Notice, person: str, now: datetime, among: Circumstances = USUAL) -> tuple[Action, ...]:
    """The actions open to `person` (an id) at `now`, in the order of the page.

    A first person's second yes is not offered. The editor of a version may be one of two approvers but never
    both, so an escalation of two people can always decide.
    """
    offered = _offers(notice, person, now, among)
    if among.copied and (notice.state in UNDECIDED or notice.state == "stopped"):
        offered += ("go_on", "keep_quiet")
    return tuple(action for action in offered if action in IN_A_DRILL) if among.drill else offered


def _offers(notice: Notice, person: str, now: datetime, among: Circumstances) -> tuple[Action, ...]:
    if notice.state in UNDECIDED:
        return _undecided(notice, person, among.incident)
    if may_be_reopened(notice, among.incident, newer=among.newer):
        return ("reopen",)
    if held(notice, now):
        return ("cancel",)
    correct: tuple[Action, ...] = ("correct",) if may_be_corrected(notice) else ()
    if notice.state == "sending":
        return ("stop", *correct)
    retry: tuple[Action, ...] = ("retry",) if among.unreached and may_be_retried(notice) else ()
    retry += ("leave",) if among.unknown and retry else ()
    if notice.state == "stopped" and not notice.corrected_by and notice.stop_reason != NOTHING_DELIVERED:
        waits = waits_for_second(notice) and said_yes(notice, person)
        return ("dismiss", *correct) if waits else ("resume", *retry, "dismiss", *correct)
    return (*retry, *correct)


def _undecided(notice: Notice, person: str, incident: IncidentState) -> tuple[Action, ...]:
    approve: tuple[Action, ...] = () if said_yes(notice, person) else ("approve",)
    by_hand = spec_of(notice.kind).ends_by_hand and incident in _GOING_ON
    recovered: tuple[Action, ...] = ("recovered",) if by_hand else ()
    # the letters of a batch are corrected in their CSV
    edit: tuple[Action, ...] = ("edit",) if spec_of(notice.kind).edited_on_page else ()
    return (*approve, *edit, "dismiss", "acknowledge", "test", *recovered)


def surprises(
    count: int | None,
    previous_count: int | None,
    *,
    overridden: bool,
    repeated_at: datetime | None,
    now: datetime,
) -> tuple[Surprise, ...]:
    """The reasons why this sending may not be what the approver expects.

    `previous_count`: recipients of the last sending to the same audience. `overridden`: a wording error is
    sent as it is. `repeated_at`: when a letter of the same kind last began to be sent for the service.
    """
    reasons: list[Surprise] = ["list_size"] if much_off(count, previous_count) else []
    if overridden:
        reasons.append("override")
    if repeated_at is not None and now - repeated_at < REPEAT_WITHIN:
        reasons.append("repeat")
    return tuple(reasons)


def much_off(count: int | None, previous_count: int | None) -> bool:
    """Whether a list is that much longer or shorter than last time that somebody may have broken it."""
    if count is None or not previous_count:
        return False
    return abs(count - previous_count) > previous_count * MUCH


def hold_for(
    policy: Policy, notice: Notice, now: datetime, surprised: tuple[Surprise, ...] = ()
) -> timedelta:
    """How long an approval at `now` can be called back before the first mail leaves.

    It shrinks to the time left before the deadline, though not below 5 s; past the deadline there is nothing
    left to save and it is whole again. A policy of 0 s means no hold at all.
    """
    if not policy.hold:
        return timedelta()
    wanted = max(policy.hold, SURPRISE_HOLD) if surprised else policy.hold
    left = notice.due_at - now
    return min(wanted, max(left, LEAST_HOLD)) if left > timedelta() else wanted
