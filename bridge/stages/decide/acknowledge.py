"""A person says "I'm on it": one ring is skipped and the others learn who has it; ringing goes on after that."""

from bridge.core.reminders import after_acknowledge, with_deadline
from bridge.stages.decide.case import Answer, Case, Form
from bridge.stages.setup import Setup
from bridge.stages.tell import others_rung, tell
from bridge.stages.wake import Wake
from bridge.store.tx import Tx


def acknowledge(tx: Tx, setup: Setup, case: Case, form: Form) -> Answer:
    """The first one counts; later ones are only recorded."""
    notice = case.notice
    first = notice.acknowledged_by is None
    if first:
        tx.notices.set(notice.id, acknowledged_by=case.person, acknowledged_at=tx.now)
        pending = next((ring for ring in tx.rings.of(notice.id) if ring.state == "pending"), None)
        if pending:
            planned = after_acknowledge(notice, setup.escalation(case.service), pending.due_at)
            tx.rings.plan(notice.id, with_deadline(planned, notice, case.policy, tx.now))
        others = others_rung(tx, notice, case.person)
        tell(tx, setup, case.incident, notice, "acknowledged", others, {})
    tx.events.add(
        case.incident.id, case.person, "acknowledged", notice=notice.id, kind=notice.kind, first=first
    )
    return Answer("done", did="acknowledged", wake=Wake(timer=True, oncall=True))
