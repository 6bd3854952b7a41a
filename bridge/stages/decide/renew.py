"""A fresh link for one that has expired, mailed to the registered address and nowhere else."""

from datetime import timedelta

from bridge.core.events import LinkRenewed
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.notify_oncall import tell
from bridge.stages.wake import Wake

AGAIN = timedelta(minutes=10)  # after a renewal was mailed; an expired link may be in a stranger's hands


def renew(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Replace the person's link to this notice; the fresh one shows what became of the letter."""
    tx, notice = ctx.tx, ctx.notice
    live = tx.links.of(notice.id).get(ctx.person)
    if live and live.created_at > tx.now - AGAIN:
        return DecisionResult("done", did="renewed")
    if not ctx.link.replaced:
        tx.links.replace(ctx.link)
    tx.links.ensure(notice.id, [ctx.person])
    tell(ctx, "renewed", [ctx.person], {})
    ctx.record(ctx.person, LinkRenewed(notice.id, notice.kind))
    return DecisionResult("done", did="renewed", wake=Wake(oncall=True))
