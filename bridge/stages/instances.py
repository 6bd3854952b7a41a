"""The life of an instance: its heartbeat, claims of the dead, and letters that must not wake up by surprise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bridge.core.continuity import STOPS, Continuity, Gap, Mark, compare, is_copy, stands_before
from bridge.core.events import Stopped
from bridge.stages.context import NoticeContext
from bridge.stages.notify_oncall import tell_trouble
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.claims import DeliveryResult
from bridge.store.tx import Tx


@dataclass(frozen=True, slots=True)
class ThisInstance:
    """`boot_id`: see `Dialect.boot_id`. `mark`: what this machine remembers of its last letter. `where`: in words."""

    id: str
    boot_id: str
    mark: Mark | None = None
    where: str = ""


def live_on(tx: Tx, runtime: Runtime, me: ThisInstance) -> Wake:
    """A heartbeat, and what it finds: another database, a long sleep, a clock that went back, claims of the dead."""
    wake = stop_old_work(tx, runtime, me)
    if tx.instances.clock_went_back():
        tx.claims.after_clock_step_back()
        tx.notices.after_clock_step_back()
        wake |= Wake(timer=True, oncall=True, customers=True)
    tx.instances.reset_stale(me.id)
    tx.instances.beat(me.id, me.boot_id)
    return wake | recover_claims(tx, me.id, me.boot_id, runtime.config.smtp.on_unknown)


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


def stop_old_work(tx: Tx, runtime: Runtime, me: ThisInstance) -> Wake:
    """Where the record may not know all that was sent, letters do not wake up by surprise: people are asked."""
    record = tx.instances.record(me.mark)
    found = compare(record, me.mark)
    tx.instances.settle_in(record)
    if found not in STOPS:
        if tx.instances.letters({"sending"}):
            tx.instances.raise_tick(record.tick)
        return Wake(database=(found,)) if found == "failed_over" else NOTHING
    tx.instances.raise_tick(max(record.tick, me.mark.tick if me.mark else 0))
    start, before = tx.now - (record.age or timedelta()), tx.instances.where()
    # a backup put back has one place, which tells nobody the one from the other
    sides = (before, me.where) if before != me.where else ("", "")
    tx.instances.add_gap(Gap(start, tx.now, is_copy(record, me.mark), *sides))
    return Wake(database=(found,)) | _stop_letters(tx, runtime, found)


def _stop_letters(tx: Tx, runtime: Runtime, why: Continuity) -> Wake:
    wake = NOTHING
    for notice in tx.notices.in_states({"approved", "sending"}):
        incident = tx.incidents.get(notice.incident_id)
        if incident is None or not tx.notices.move(notice, "stopped", stop_reason=why, owner=None):
            continue
        here = NoticeContext(tx, runtime, incident, notice)
        tell_trouble(here, Stopped(notice.id, notice.kind, why))
        wake = Wake(oncall=True)
    return wake


def forgets_marked_letter(tx: Tx, me: ThisInstance, results: Sequence[DeliveryResult]) -> bool:
    """Whether the record does not know any more that the marked letter was let go, or what became of it.

    One row is read for it. Results that were written down would hide from the heartbeat that the record was turned
    back: they are about the marked letter, or the mark moves on to theirs.
    """
    mark = me.mark
    if mark is None or not results:
        return False
    if not mark.done and not any((each.id, each.fence) == (mark.row, mark.fence) for each in results):
        return False
    row = tx.instances.marked_row(mark.row)
    return row is not None and stands_before(row, mark) and not may_claim_letters(tx, me)


def may_claim_letters(tx: Tx, me: ThisInstance) -> bool:
    """False until the heartbeat has stopped what must not go on: the lanes may wake up before it."""
    return compare(tx.instances.record(me.mark), me.mark) not in STOPS
