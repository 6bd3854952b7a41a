"""A person says "I'm on it": one ring is skipped and the others learn who has it; ringing goes on after that."""

from bridge.core.events import NoticeAcknowledged
from bridge.core.reminders import after_acknowledge, with_deadline
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.notify_oncall import others_rung, tell
from bridge.stages.wake import Wake


def acknowledge(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """The first one counts; later ones are only recorded."""
    tx, notice = ctx.tx, ctx.notice
    first = notice.acknowledged_by is None
    if first:
        tx.notices.set(notice.id, acknowledged_by=ctx.person, acknowledged_at=tx.now)
        pending = next((ring for ring in tx.rings.of(notice.id) if ring.state == "pending"), None)
        if pending:
            planned = after_acknowledge(notice, ctx.escalation, pending.due_at)
            tx.rings.plan(notice.id, with_deadline(planned, notice, ctx.policy, tx.now))
        others = others_rung(tx, notice, ctx.person)
        tell(ctx, "acknowledged", others, {})
    ctx.record(ctx.person, NoticeAcknowledged(notice.id, notice.kind, first))
    return DecisionResult("done", did="acknowledged", wake=Wake(timer=True, oncall=True))
