"""What time alone brings: promised updates, recoveries that have settled, owed final reports, closing."""

from dataclasses import replace

from bridge.core import next_notice
from bridge.core.events import Closed
from bridge.core.facts import NO_ANSWERS, Answers
from bridge.core.kinds import kinds_that
from bridge.core.model import Incident, Notice
from bridge.stages.draft import draft, supersede, told_answers
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx


def follow_up(tx: Tx, runtime: Runtime, incident_id: str) -> Wake:
    """Do what one unfinished incident owes at `tx.now`; nothing when it owes nothing."""
    incident = tx.incidents.get(incident_id)
    if incident is None or incident.service not in runtime.config.services:
        return NOTHING
    tx.lock("service", incident.service)
    return advance(tx, runtime, tx.incidents.get(incident_id) or incident)


def advance(tx: Tx, runtime: Runtime, incident: Incident) -> Wake:
    """The same for an incident whose service is locked already."""
    service = runtime.service(incident)
    duty = next_notice.owed(incident, tx.notices.of(incident.id), service.policy, tx.now)
    if duty is None:
        return NOTHING
    match duty.act:
        case "draft" if duty.kind == next_notice.FINAL:
            known = told_answers(tx, tx.notices.of(incident.id))
            draft(tx, runtime, incident, duty.kind, duty.reason, known.model_copy(update={"cause_by": None}))
        case "draft" if duty.kind:
            draft(tx, runtime, incident, duty.kind, duty.reason)
        case "recover":
            recover(tx, runtime, incident, duty.reason)
        case _:
            if not tx.incidents.move(incident, "closed"):
                return NOTHING
            tx.events.add(incident.id, BRIDGE, Closed(duty.reason))
    return Wake(timer=True, oncall=True)


def recover(
    tx: Tx,
    runtime: Runtime,
    incident: Incident,
    why: str,
    actor: str = BRIDGE,
    answers: Answers = NO_ANSWERS,
) -> Notice | None:
    """The disturbance is over: the recovery report takes the place of what was not approved.

    None when the incident has moved on meanwhile.
    """
    if not tx.incidents.move(incident, "recovered"):
        return None
    incident = replace(incident, state="recovered")
    before = tx.notices.of(incident.id)
    new = draft(tx, runtime, incident, next_notice.RECOVERY, why, answers, actor)
    for kind in kinds_that(lambda spec: spec.gives_way):
        if old := next_notice.undecided(before, kind):
            supersede(tx, incident, old, new, why)
    return new
