"""Telling the on-call that customers' mail cannot leave."""

from collections.abc import Set

from bridge.stages.setup import BRIDGE, Setup
from bridge.stages.tell import tell
from bridge.store.tx import Tx


def tell_relay_down(tx: Tx, setup: Setup, why: str, told: Set[str]) -> frozenset[str]:
    """Ring everybody behind a letter that is approved or on its way; the on-call lane has its own relay.

    `told`: the letters by id whose people know already. Returns those who were told now.
    """
    newly: set[str] = set()
    for notice in tx.notices.in_states({"approved", "sending"}):
        incident = tx.incidents.get(notice.incident_id)
        if incident is None or notice.id in told:
            continue
        people = setup.behind(incident)
        tx.links.ensure(notice.id, people)
        tell(tx, setup, incident, notice, "trouble", people, {"trouble": "relay", "why": why})
        tx.events.add(incident.id, BRIDGE, "relay_down", notice=notice.id, kind=notice.kind, why=why)
        newly.add(notice.id)
    return frozenset(newly)
