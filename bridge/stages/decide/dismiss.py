"""Not for customers: a person decides that this letter is not sent, and says why."""

from datetime import timedelta

from bridge.core.events import Dismissed
from bridge.core.kinds import Clock, spec_of
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.next_notice import advance
from bridge.stages.notify_oncall import others_rung, tell
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx


def dismiss(tx: Tx, runtime: Runtime, case: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """End the notice unsent. A dismissed update does not end the promise: the next falls due in its turn."""
    notice, incident = case.notice, case.incident
    moved = tx.notices.move(
        notice,
        "dismissed",
        at_version=notice.version,
        decided_by=case.person,
        decided_at=tx.now,
        reason=form.reason.strip(),
    )
    if not moved:
        return DecisionResult("decided")
    tx.rings.cancel(notice.id)
    tx.outbox.cancel_rings(notice.id)
    if spec_of(notice.kind).clock is Clock.PROMISE:
        later = max(incident.promise_at or tx.now, tx.now) + _every(tx, case)
        tx.incidents.set(incident.id, promise_at=later)
    if spec_of(notice.kind).clock is Clock.CAUSE_DAY:
        tx.incidents.set(incident.id, final_at=None)
    told = {"decision": "dismissed"}
    tell(tx, runtime, incident, notice, "decided", others_rung(tx, notice, case.person), told)
    dismissed = Dismissed(notice.id, notice.kind, notice.version, form.reason.strip())
    head = tx.events.add(incident.id, case.person, dismissed)
    advance(tx, runtime, tx.incidents.get(incident.id) or incident)
    return DecisionResult("done", wake=Wake(timer=True, oncall=True, anchors=(head,)))


def _every(tx: Tx, case: DecisionContext) -> timedelta:
    return case.policy.update_every.while_firing(tx.alerts.of(case.incident.id))
