"""Due rings become on-call messages, once each; the plan goes on until somebody decides."""

from collections.abc import Mapping
from dataclasses import replace

from bridge.core import next_notice, reminders
from bridge.core.actions import much_off
from bridge.core.events import Rang, RingRefused
from bridge.core.facts import Facts
from bridge.core.kinds import Recipients
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import AudienceFacts, Ring, Version
from bridge.stages.approve import approve_by_policy
from bridge.stages.audience import Lists, audience_of, previous_count, rung_audience
from bridge.stages.context import IncidentContext, NoticeContext, open_notice
from bridge.stages.draft import current_facts, redraft
from bridge.stages.notify_oncall import tell
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.still_firing import remind
from bridge.stages.wake import LOOKS_EVERY, NOTHING, Wake
from bridge.store.tx import Tx


def ring(tx: Tx, runtime: Runtime, due: Ring, lists: Mapping[str, AudienceFacts]) -> Wake:
    """Fire one due ring: render a fresh promise if the old one is nearly up, queue its mails, plan the next."""
    ctx = open_notice(tx, runtime, due.notice_id, lock=True)
    if ctx is None:
        return NOTHING
    if ctx.notice.state == "dismissed":
        return remind(ctx, due)
    if ctx.notice.state not in UNDECIDED:
        tx.rings.cancel(due.notice_id)
        return NOTHING
    return _ring(ctx, due, audience_of(ctx, lists))


def ring_at_once(ctx: IncidentContext, lists: Lists) -> Wake:
    """Fire what is due in the unit that drafted it, where the list of its service was read.

    What is not due wakes nobody: the timer looks before it is. Those that fired wait for `leave_at_once`.
    """
    drafted = ctx.notices()
    planned = [ring for each in ctx.tx.rings.of_all([n.id for n in drafted]).values() for ring in each]
    due = [ring for ring in planned if ring.state == "pending" and ring.due_at <= ctx.now]
    if due and ctx.service.id not in lists:
        return Wake(timer=True)
    by_id, wake = {notice.id: notice for notice in drafted}, NOTHING
    for ring in due:
        about = ctx.about(by_id[ring.notice_id])
        told = _ring(about, ring, audience_of(about, lists))
        following = reminders.next_ring(ctx.escalation, about.notice.base_at, ctx.now)
        wake |= replace(told, timer=not told.rung or following - ctx.now < LOOKS_EVERY, oncall=not told.rung)
    return wake


def _ring(ctx: NoticeContext, due: Ring, audience: AudienceFacts) -> Wake:
    if approved := approve_by_policy(ctx, audience):
        return approved
    ctx, version = _keep_promise_fresh(ctx, ctx.version())
    fallback = version.template_problem
    _fire(ctx, due, audience, fallback or "")
    return Wake(timer=True, oncall=True, template_failed=(fallback,) if fallback else (), rung=1)


def _fire(ctx: NoticeContext, due: Ring, audience: AudienceFacts, fallback: str) -> None:
    tx, notice, escalation = ctx.tx, ctx.notice, ctx.escalation
    first = due.n == 0  # nobody was mailed about the notice before
    refused = {} if first else tx.outbox.refused_people(notice.id)
    people = reminders.rung_people(notice, escalation, ctx.now, refused)
    if not tx.rings.fire(due, people):
        return
    if ctx.recipients is Recipients.RUNG:  # these people are among its readers from now on
        audience = rung_audience(ctx)
    late = max((ctx.now - due.due_at).total_seconds(), 0.0)
    if not first:
        tx.outbox.cancel_rings(notice.id)  # a newer ring says all that an unsent older one would
    tx.links.ensure(notice.id, people)
    detail = {
        "count": audience.count,
        "unusable": audience.bad_total,
        "before": _count_before(ctx, audience),
        "as_of": audience.as_of and audience.as_of.isoformat(),
        "problem": audience.problem and audience.problem.model_dump(),
        "template": fallback,
        "people": list(people),
        "late": late,
    }
    tell(ctx, "ring", people, detail)
    base = min(notice.base_at, ctx.now)  # ahead of now only when the clock went back: no silence until then
    planned = reminders.next_ring(escalation, base, ctx.now)
    tx.rings.plan_after(due, reminders.with_deadline(planned, notice, ctx.policy, ctx.now))
    ctx.record(BRIDGE, Rang(notice.id, due.n, list(people), round(late)))


def _count_before(ctx: NoticeContext, audience: AudienceFacts) -> int | None:
    """How many the list had last time, where it is surprisingly many more or fewer than now."""
    before = previous_count(ctx)
    return before if much_off(audience.count, before) else None


def ring_refused(tx: Tx, notice_id: str, person: str, reply: str) -> None:
    """The mail server does not take a ring: that is history, and where it is news the next step is rung at once.

    It is no news where this person's ring before was refused, too: the plan goes on then.
    """
    notice = tx.notices.get(notice_id)
    if notice is None or notice.state not in UNDECIDED:
        return
    tx.events.add(notice.incident_id, BRIDGE, RingRefused(notice_id, [person], reply))
    if tx.outbox.rings_refused(notice_id, person) == 1:
        tx.rings.plan(notice_id, tx.now)


def _keep_promise_fresh(ctx: NoticeContext, version: Version) -> tuple[NoticeContext, Version]:
    """An untouched draft whose promise is nearly up is rendered again with a new one before it rings."""
    longest = ctx.policy.update_every.longest()
    if version.edited_by or not next_notice.stale(version.promise_at, longest, ctx.now):
        return ctx, version
    new = current_facts(ctx, Facts.from_dict(version.facts).answers)
    if new.promise_at is None or not next_notice.stale(version.promise_at, new.promise_at - ctx.now, ctx.now):
        return ctx, version
    ctx = ctx.about(redraft(ctx, new, "the promise was nearly up"))
    return ctx, ctx.version()
