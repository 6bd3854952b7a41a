"""A person says "I'm on it": one ring is skipped and the others learn who has it; ringing goes on after that."""

from bridge.core.events import NoticeAcknowledged
from bridge.core.reminders import after_acknowledge, with_deadline
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.notify_oncall import others_rung, tell
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx


def acknowledge(tx: Tx, runtime: Runtime, case: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """The first one counts; later ones are only recorded."""
    notice = case.notice
    first = notice.acknowledged_by is None
    if first:
        tx.notices.set(notice.id, acknowledged_by=case.person, acknowledged_at=tx.now)
        pending = next((ring for ring in tx.rings.of(notice.id) if ring.state == "pending"), None)
        if pending:
            planned = after_acknowledge(notice, runtime.escalation(case.service), pending.due_at)
            tx.rings.plan(notice.id, with_deadline(planned, notice, case.policy, tx.now))
        others = others_rung(tx, notice, case.person)
        tell(tx, runtime, case.incident, notice, "acknowledged", others, {})
    tx.events.add(case.incident.id, case.person, NoticeAcknowledged(notice.id, notice.kind, first))
    return DecisionResult("done", did="acknowledged", wake=Wake(timer=True, oncall=True))
