"""When a notice rings next, and whom. Pure.

The plan of a notice is endless: `remind_at` from its base, then `then_every`. A ring that fires late fires
once; its successor is the first planned time still ahead, so that an hour asleep makes one ring and not twelve.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import count

from bridge.core.model import Notice
from bridge.core.settings import Escalation, Policy

# A due time further ahead than its own wait means that the clock went back: the ring fires now.
CLOCK_SLACK = timedelta(seconds=2)


def plan(escalation: Escalation, base: datetime) -> Iterator[datetime]:
    """Every ring of a notice, without end, in order."""
    offsets = escalation.remind_at
    yield from (base + offset for offset in offsets)
    for n in count(1):
        yield base + offsets[-1] + n * escalation.then_every


def next_ring(escalation: Escalation, base: datetime, after: datetime) -> datetime:
    """The first planned ring later than `after`, computed without walking hours of missed ones."""
    offsets = escalation.remind_at
    elapsed = after - base
    for offset in offsets:
        if offset > elapsed:
            return base + offset
    return base + offsets[-1] + ((elapsed - offsets[-1]) // escalation.then_every + 1) * escalation.then_every


def with_deadline(planned: datetime, notice: Notice, policy: Policy, after: datetime) -> datetime:
    """A planned ring, but no later than a deadline still ahead where the draft is sent by itself at it."""
    if policy.at_deadline == "send" and after < notice.due_at:
        return min(planned, notice.due_at)
    return planned


def is_due(due_at: datetime, planned_at: datetime, now: datetime) -> bool:
    """Whether a ring fires now: its time has come, or the clock went back behind its planning."""
    return due_at <= now or due_at - now > (due_at - planned_at) + CLOCK_SLACK


def step_people(
    escalation: Escalation, base: datetime, now: datetime, refused: Collection[str] = ()
) -> tuple[str, ...]:
    """Who the last step whose `from` has passed rings; before the first step, the first step's people.

    A step with somebody in `refused`, whom the mail server does not take, has passed: the next one rings at once.
    """
    at = max(sum(step.from_ <= now - base for step in escalation.steps) - 1, 0)
    last = len(escalation.steps) - 1
    while at < last and set(escalation.steps[at].people) & set(refused):
        at += 1
    return escalation.steps[at].people


def rung_people(
    notice: Notice, escalation: Escalation, now: datetime, refused: Collection[str] = ()
) -> tuple[str, ...]:
    """Who this notice rings now. Once one of two has approved, the escalation's others, all at once."""
    if notice.state != "awaiting_second":
        return step_people(escalation, notice.base_at, now, refused)
    approved = {approval.person for approval in notice.approvals if approval.version == notice.version}
    return tuple(person for person in escalation.people() if person not in approved)


def after_acknowledge(notice: Notice, escalation: Escalation, pending: datetime) -> datetime:
    """The pending ring after "I'm on it": the one that follows, if it was before the deadline."""
    if pending >= notice.due_at:
        return pending
    return next_ring(escalation, notice.base_at, pending)
