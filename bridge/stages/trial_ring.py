"""A person wants to know whether a ring would reach them: one mail to them alone, about no incident."""

from datetime import datetime, timedelta

from bridge.core.settings import Person
from bridge.stages.notify_oncall import about_no_notice
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx

OCCASION = "trial"
_AT_MOST_EVERY = timedelta(minutes=1)


def ring_on_trial(tx: Tx, runtime: Runtime, person: Person) -> Wake:
    """Mail it, unless that was done within the last minute."""
    key = f"trial ring {person.id}"
    tx.lock(key)
    before = tx.instances.meta(key)
    if before and tx.now - datetime.fromisoformat(before) < _AT_MOST_EVERY:
        return NOTHING
    tx.instances.set_meta(key, tx.now.isoformat())
    service = runtime.service_for(person)
    tx.outbox.add([about_no_notice(person, service, OCCASION, f"{key} {tx.now.isoformat()}", {})])
    return Wake(oncall=True)
