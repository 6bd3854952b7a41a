"""Telling the on-call that customers' mail cannot leave."""

from bridge.stages.setup import BRIDGE, Setup
from bridge.stages.tell import tell
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx


def tell_relay_down(tx: Tx, setup: Setup, why: str) -> Wake:
    """Ring everybody behind a letter that is approved or on its way; the on-call lane has its own relay."""
    wake = NOTHING
    for notice in tx.notices.in_states({"approved", "sending"}):
        incident = tx.incidents.get(notice.incident_id)
        if incident is None:
            continue
        people = setup.escalation(setup.service(incident)).people()
        tx.links.ensure(notice.id, people)
        tell(tx, setup, incident, notice, "trouble", people, {"trouble": "relay", "why": why})
        tx.events.add(incident.id, BRIDGE, "relay_down", notice=notice.id, kind=notice.kind, why=why)
        wake = Wake(oncall=True)
    return wake
