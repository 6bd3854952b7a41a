"""A copy of the letter to the person alone, marked as a test."""

from bridge.core.events import TestCopySent
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.notify_oncall import tell
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx


def send_test_copy(tx: Tx, runtime: Runtime, case: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Queue the copy in the on-call's lane; no customer's row is touched."""
    notice = case.notice
    tell(tx, runtime, case.incident, notice, "test", [case.person], {"version": notice.version})
    tx.events.add(case.incident.id, case.person, TestCopySent(notice.id, notice.kind, notice.version))
    return DecisionResult("done", did="test", wake=Wake(oncall=True))
