"""Ending an incident by hand: a person knows that it is over, whatever an alert still says."""

from dataclasses import replace

from bridge.core.events import EndedByHand
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.next_notice import recover
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.incidents import IncidentChanges
from bridge.store.tx import Tx


def end_incident(tx: Tx, runtime: Runtime, case: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """End every alert now and draft the recovery report at once, without waiting for it to settle.

    While another letter of the incident is in its hold, the incident settles by itself instead: what that
    letter becomes decides what the recovery report says.
    """
    firing = tx.alerts.firing(case.incident.id)
    ended: IncidentChanges = {"resolved_at": tx.now, "ended_by": case.person, "firing_at_end": firing}
    if not tx.incidents.move(case.incident, "settling", **ended):
        return DecisionResult("decided")  # it has recovered or closed meanwhile
    incident = replace(case.incident, state="settling", **ended)
    tx.alerts.end_all(incident.id)
    tx.events.add(incident.id, case.person, EndedByHand(case.notice.id, case.notice.kind, firing))
    if not any(notice.state == "approved" for notice in tx.notices.of(incident.id)):
        recover(tx, runtime, incident, "ended by hand", actor=case.person)
    return DecisionResult("done", wake=Wake(timer=True, oncall=True))
