"""A copy of the letter to the person alone, marked as a test."""

from bridge.core.events import TestCopySent
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.notify_oncall import tell
from bridge.stages.wake import Wake


def send_test_copy(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Queue the copy in the on-call's lane; no customer's row is touched."""
    notice = ctx.notice
    tell(ctx, "test", [ctx.person], {"version": notice.version})
    ctx.record(ctx.person, TestCopySent(notice.id, notice.kind, notice.version))
    return DecisionResult("done", did="test", wake=Wake(oncall=True))
