"""The press that sends again to those whom the letter did not reach."""

from typing import get_args

from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.retry import RETRIED, RetriedState, WhichRows, retry


def retry_failed(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Send again to all that failed, or may have; or to a group of them."""
    state = next((known for known in get_args(RetriedState) if known == form.state), None)
    if state is None:
        return DecisionResult("unknown_action")
    which = WhichRows(state, form.reply or None, form.recipient or None)
    if not retry(ctx, which, ctx.person):
        return DecisionResult("decided")
    return DecisionResult("done", wake=RETRIED)
