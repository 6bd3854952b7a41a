"""A copy of the letter to the person alone, marked as a test."""

from bridge.stages.decide.case import Answer, Case, Form
from bridge.stages.setup import Setup
from bridge.stages.tell import tell
from bridge.stages.wake import Wake
from bridge.store.tx import Tx


def trial(tx: Tx, setup: Setup, case: Case, form: Form) -> Answer:
    """Queue the copy in the on-call's lane; no customer's row is touched."""
    notice = case.notice
    tell(tx, setup, case.incident, notice, "test", [case.person], {"version": notice.version})
    tx.events.add(
        case.incident.id, case.person, "test_copy", notice=notice.id, kind=notice.kind, version=notice.version
    )
    return Answer("done", did="test", wake=Wake(oncall=True))
