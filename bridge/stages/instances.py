"""The life of an instance: its heartbeat, claims of instances that died, and letters that slept too long."""

from datetime import timedelta

from bridge.core.events import Stopped
from bridge.stages.context import NoticeContext
from bridge.stages.notify_oncall import tell_trouble
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx

OLD_WORK = timedelta(minutes=30)


def live_on(tx: Tx, runtime: Runtime, instance_id: str, boot_id: str) -> Wake:
    """A heartbeat, and what it finds: a long sleep, a clock that went back, claims of the dead."""
    wake = stop_old_work(tx, runtime)
    if tx.instances.clock_went_back():
        tx.claims.after_clock_step_back()
        tx.notices.after_clock_step_back()
        wake |= Wake(timer=True, oncall=True, customers=True)
    tx.instances.reset_stale(instance_id)
    tx.instances.beat(instance_id, boot_id)
    return wake | recover_claims(tx, instance_id, boot_id, runtime.config.smtp.on_unknown)


def recover_claims(tx: Tx, instance_id: str, boot_id: str, on_unknown: str, *, alone: bool = False) -> Wake:
    """Give back what dead instances had claimed. After a power cut (another boot) soft marks may be missing.

    `alone`: the database's lock proves that every other instance is dead, however fresh its heartbeat.
    """
    boots = tx.instances.remove_dead(instance_id, alone=alone)
    # An instance removed as dead may resume, claim rows and crash before its next heartbeat: only its claims show it.
    unknown = tx.claims.owners().union(tx.notices.owners()) - tx.instances.known() - {instance_id}
    dead = boots.keys() | unknown
    if not dead:
        return NOTHING
    cut = {owner for owner in dead if boots.get(owner) != boot_id}
    given = tx.claims.give_back(dead - cut, all_in_doubt=False, on_unknown=on_unknown, died=True)
    given += tx.claims.give_back(cut, all_in_doubt=True, on_unknown=on_unknown)
    tx.notices.release(dead)
    return Wake(timer=True, oncall=True, customers=True) if given else NOTHING


def stop_old_work(tx: Tx, runtime: Runtime) -> Wake:
    """After more than 30 minutes without a heartbeat of anyone: letters do not wake up by surprise."""
    if not slept_long(tx):
        return NOTHING
    wake = NOTHING
    for notice in tx.notices.in_states({"approved", "sending"}):
        incident = tx.incidents.get(notice.incident_id)
        if incident is None or not tx.notices.move(notice, "stopped", stop_reason="old_work", owner=None):
            continue
        here = NoticeContext(tx, runtime, incident, notice)
        tell_trouble(here, Stopped(notice.id, notice.kind, "old_work"))
        wake = Wake(oncall=True)
    return wake


def slept_long(tx: Tx) -> bool:
    seen = tx.instances.last_seen_at()
    return seen is not None and tx.now - seen > OLD_WORK
