"""A letter with nothing left to send is finished, and its people get the counts."""

from bridge.core.events import Sent
from bridge.stages.notify_oncall import rung, tell
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx


def finish(tx: Tx, runtime: Runtime) -> Wake:
    """Letters with nothing left to send are `sent`; whoever was rung, and the approver, get the counts."""
    wake = NOTHING
    for notice in tx.notices.in_states({"sending"}):
        incident = tx.incidents.get(notice.incident_id)
        if incident is None or tx.outbox.unfinished(notice.id):
            continue
        if incident.service not in runtime.config.services:
            continue  # another instance may know whom to tell
        if not tx.notices.move(notice, "sent", finished_at=tx.now):
            continue
        counts = tx.outbox.counts([notice.id])[notice.id]
        people = [person for person in (notice.approved_by, *rung(tx, notice)) if person]
        tell(tx, runtime, incident, notice, "finished", people, {"counts": dict(counts)})
        tx.events.add(incident.id, BRIDGE, Sent(notice.id, notice.kind, counts))
        wake |= Wake(timer=True, oncall=True)
    return wake
