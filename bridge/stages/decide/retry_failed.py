"""The presses about those whom the letter did not reach: it is sent to them again, or that is left."""

from typing import get_args

from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.retry import RETRIED, RetriedState, WhichRows, errors_to_retry, leave, retry


def retry_failed(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Send again to all that failed, or may have, or to a group of them. 422 where `resume` would take a reason."""
    which = _which(form)
    if which is None:
        return DecisionResult("unknown_action")
    if untrue := errors_to_retry(ctx):
        return DecisionResult("wording", findings=untrue)
    if not retry(ctx, which, ctx.person):
        return DecisionResult("decided")
    return DecisionResult("done", wake=RETRIED)


def leave_unknown(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Leave those of whom nobody knows, or one of them, as they are."""
    which = _which(form)
    if which is None:
        return DecisionResult("unknown_action")
    return DecisionResult("done" if leave(ctx, which, ctx.person) else "decided")


def _which(form: DecisionRequest) -> WhichRows | None:
    state = next((known for known in get_args(RetriedState) if known == form.state), None)
    return state and WhichRows(state, form.reply or None, form.recipient or None)
