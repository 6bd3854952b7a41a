"""When the timer looks at an unfinished incident again: at once after any change, else when time alone brings a duty.

Thousands of incidents may wait for a promised day. A round that read each of them would hold the store for seconds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, true, update

from bridge.core.model import Incident
from bridge.store.incidents import COLUMNS, incident_of
from bridge.store.indexed import UNFINISHED
from bridge.store.tables import incidents
from bridge.store.transaction import Transaction

_LOOKED = (
    update(incidents)
    .where(incidents.c.id == bindparam("b_id"), incidents.c.changes == bindparam("b_changes"))
    .values(look_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class DutyLook:
    """An incident that was looked at. `changes`: how many it had seen; with more, it is looked at again."""

    incident: Incident
    changes: int


class Duties:
    """Which incidents may owe something, within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def to_look_at(self, without: Collection[str], *, every: bool) -> list[DutyLook]:
        """The unfinished incidents that changed since the last look, or whose time has come, oldest first.

        `without`: services to leave out. `every`: all of the others, because the rules have changed.
        """
        now_due = or_(incidents.c.look_at.is_(None), incidents.c.look_at <= self._tx.now)
        query = select(*COLUMNS, incidents.c.changes).where(UNFINISHED, true() if every else now_due)
        if without:
            query = query.where(incidents.c.service.not_in(without))
        found = [DutyLook(incident_of(row), row.changes) for row in self._tx.execute(query)]
        return sorted(found, key=lambda look: look.incident.received_at)

    def looked(self, seen: Sequence[tuple[DutyLook, datetime]]) -> None:
        """These owe nothing until the moment beside each, unless they change."""
        if seen:
            self._tx.execute(
                _LOOKED,
                [
                    {"b_id": look.incident.id, "b_changes": look.changes, "at": at}
                    for look, at in sorted(seen, key=lambda one: one[0].incident.id)
                ],
            )

    def look_at_all(self) -> None:
        """The rules have changed: what was noted about unfinished incidents is forgotten."""
        self._tx.execute(update(incidents).where(UNFINISHED).values(look_at=None))

    def next_at(self) -> datetime | None:
        """When the next time comes."""
        later = select(func.min(incidents.c.look_at)).where(UNFINISHED, incidents.c.look_at > self._tx.now)
        found: datetime | None = self._tx.execute(later).scalar_one()
        return found

    def services(self) -> set[str]:
        """The services that have unfinished incidents."""
        return set(self._tx.execute(select(incidents.c.service).where(UNFINISHED).distinct()).scalars())
