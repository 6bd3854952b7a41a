"""Ending an incident by hand: a person knows that it is over, whatever an alert still says."""

from bridge.core.events import EndedByHand
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.next_notice import recover
from bridge.stages.wake import Wake
from bridge.store.incidents import IncidentChanges


def end_incident(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """End every alert now and draft the recovery report at once, without waiting for it to settle.

    While another letter of the incident is in its hold, the incident settles by itself instead: what that
    letter becomes decides what the recovery report says.
    """
    tx = ctx.tx
    firing = tx.alerts.firing(ctx.incident.id)
    ended: IncidentChanges = {"resolved_at": tx.now, "ended_by": ctx.person, "firing_at_end": firing}
    if not tx.incidents.move(ctx.incident, "settling", **ended):
        return DecisionResult("decided")  # it has recovered or closed meanwhile
    tx.alerts.end_all(ctx.incident.id)
    ctx.record(ctx.person, EndedByHand(ctx.notice.id, ctx.notice.kind, firing))
    if not any(notice.state == "approved" for notice in ctx.notices()):
        recover(ctx.with_incident(state="settling", **ended), "ended by hand", actor=ctx.person)
    return DecisionResult("done", wake=Wake(timer=True, oncall=True))
