"""Calling an approved letter back within its hold: nothing was sent, and ringing goes on."""

from bridge.core.events import Cancelled
from bridge.core.reminders import with_deadline
from bridge.stages.decide.confirm import confirm
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.wake import Wake

APPROVED_COLUMNS = (
    "approved_version",
    "approved_by",
    "approved_at",
    "decided_by",
    "decided_at",
    "send_at",
    "number",
    "audience_digest",
    "recipients",
    "override",
    "owner",
)


def cancel(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Back to before every approval."""
    tx, notice = ctx.tx, ctx.notice
    if notice.sending_at is not None:
        return _keep_rest(ctx)
    if not tx.notices.move(notice, "awaiting_approval", **dict.fromkeys(APPROVED_COLUMNS)):
        return DecisionResult("decided")  # the bridge stopped the letter meanwhile
    tx.notices.withdraw_approvals(notice.id)
    tx.outbox.discard_unsent(notice.id)  # a clock that went back may have found the letter half loaded
    # At once: whoever was told that it is decided has something to do again.
    planned = max(tx.now, notice.base_at)
    tx.rings.plan(notice.id, with_deadline(planned, notice, ctx.policy, tx.now))
    ctx.record(ctx.person, Cancelled(notice.id, notice.kind, notice.version))
    confirm(ctx, "cancelled", always=True)
    return DecisionResult("done", did="cancelled", wake=Wake(timer=True, oncall=True))


def _keep_rest(ctx: DecisionContext) -> DecisionResult:
    """Call back the rest of a letter of which some had left: the rest is stopped again, as before the resume."""
    notice = ctx.notice
    if not ctx.tx.notices.move(notice, "stopped", send_at=None, owner=None):
        return DecisionResult("decided")
    ctx.record(ctx.person, Cancelled(notice.id, notice.kind, notice.version))
    confirm(ctx, "cancelled", always=True)
    return DecisionResult("done", did="cancelled", wake=Wake(timer=True, oncall=True))
