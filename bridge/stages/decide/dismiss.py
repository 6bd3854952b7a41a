"""Not for customers: a person decides that this letter is not sent, and says why."""

from bridge.core.events import Dismissed
from bridge.core.kinds import Clock
from bridge.stages.decide.confirm import confirm
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.draft import update_every
from bridge.stages.next_notice import advance
from bridge.stages.notify_oncall import others_rung, tell
from bridge.stages.still_firing import plan_reminder
from bridge.stages.wake import Wake
from bridge.store.incidents import IncidentChanges


def dismiss(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """End the notice unsent. A dismissed update does not end the promise: the next falls due in its turn."""
    tx, notice, incident = ctx.tx, ctx.notice, ctx.incident
    moved = tx.notices.move(
        notice,
        "dismissed",
        at_version=notice.version,
        decided_by=ctx.person,
        decided_at=tx.now,
        reason=form.reason.strip(),
    )
    if not moved:
        return DecisionResult("decided")
    tx.rings.cancel(notice.id)
    tx.outbox.cancel_rings(notice.id)
    if notice.corrects:
        tx.notices.set(notice.corrects, corrected_by=None)
    changes: IncidentChanges = {}
    if ctx.spec.clock is Clock.PROMISE:
        changes = {"promise_at": max(incident.promise_at or ctx.now, ctx.now) + update_every(ctx)}
    if ctx.spec.clock is Clock.CAUSE_DAY:
        changes = {"final_at": None}
    if changes:
        tx.incidents.set(incident.id, **changes)
    tell(ctx, "decided", others_rung(tx, notice, ctx.person), {"decision": "dismissed"})
    confirm(ctx, "dismissed", always=True)
    dismissed = Dismissed(notice.id, notice.kind, notice.version, form.reason.strip())
    head = ctx.record(ctx.person, dismissed)
    plan_reminder(ctx)
    advance(ctx.with_incident(**changes))
    return DecisionResult("done", wake=Wake(timer=True, oncall=True, anchors=(head,)))
