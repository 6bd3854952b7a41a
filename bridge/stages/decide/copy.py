"""The presses of a copied record: this one goes on, or this one stays quiet."""

from bridge.stages.copied import ANSWERED, CopyAnswer, answer_copy
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult


def go_on(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """What the record knows goes on here, and nothing says any more that it is a copy."""
    return _answer(ctx, "goes_on")


def keep_quiet(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """What the record knows ends here: its original goes on with it."""
    return _answer(ctx, "quiet")


def _answer(ctx: DecisionContext, answer: CopyAnswer) -> DecisionResult:
    if answer_copy(ctx.tx, ctx.runtime, answer, ctx.person) is None:
        return DecisionResult("decided")
    return DecisionResult("done", did=answer, wake=ANSWERED)
