"""Looking for what unfinished incidents owe: only at those that changed, or whose time has come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core import next_notice
from bridge.stages.runtime import Runtime
from bridge.store.duties import DutyLook
from bridge.store.tx import Tx

AT_LEAST_EVERY = timedelta(minutes=10)  # a change that nobody noted must not cost a promise
RULES = "duties"  # the fact about the database: by which rules it says when to look


@dataclass(frozen=True, slots=True)
class FoundDuties:
    """`owing`: incidents that owe something now. `looked`: those that owe nothing until the moment beside each.

    `rules_changed`: the rules, where they are others than those of the last look.
    """

    owing: tuple[str, ...]
    looked: tuple[tuple[DutyLook, datetime], ...]
    next_at: datetime | None
    rules_changed: str | None


def find_duties(tx: Tx, runtime: Runtime, unknown: Collection[str]) -> FoundDuties:
    """What is owed now. `unknown`: services with unfinished incidents that the configuration does not have."""
    services, rules = runtime.config.services, runtime.config.duty_rules
    changed = None if tx.instances.meta(RULES) == rules else rules
    looks = tx.duties.to_look_at(unknown, every=changed is not None)
    notices = tx.notices.of_all([look.incident.id for look in looks])
    owing, looked = [], []
    for look in looks:
        incident, policy = look.incident, services[look.incident.service].policy
        if next_notice.owed(incident, notices[incident.id], policy, tx.now):
            owing.append(incident.id)
        else:
            due = next_notice.next_duty_at(incident, policy, tx.now)
            looked.append((look, min(due or tx.now + AT_LEAST_EVERY, tx.now + AT_LEAST_EVERY)))
    times = [tx.duties.next_at(), *(at for _, at in looked)]
    return FoundDuties(tuple(owing), tuple(looked), min((at for at in times if at), default=None), changed)


def note_looks(tx: Tx, found: FoundDuties) -> None:
    """Remember what was looked at. What owes something is looked at until it has been done."""
    if found.rules_changed:
        tx.duties.look_at_all()
        tx.instances.set_meta(RULES, found.rules_changed)
    tx.duties.looked(found.looked)
