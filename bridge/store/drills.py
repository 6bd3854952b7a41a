"""Queries over drills: planned, running, over."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from bridge.core.drill import Drill
from bridge.core.values import fields_of
from bridge.store.dialect import dumps, listed
from bridge.store.incidents import SERVICES
from bridge.store.tables import drills
from bridge.store.transaction import Transaction

# Asked in every round: built once.
_PLANNED = select(drills).where(listed(drills.c.service, SERVICES), drills.c.state == "planned")
_DUE = _PLANNED.where(drills.c.ring_at <= bindparam("now", type_=drills.c.ring_at.type)).order_by(
    drills.c.asked_at
)
_EARLIEST = _PLANNED.with_only_columns(func.min(drills.c.ring_at))


class Drills:
    """Drills within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, drill: Drill) -> None:
        self._tx.tell_others()
        self._tx.execute(drills.insert().values(fields_of(drill)))

    def get(self, drill_id: str) -> Drill | None:
        return next(iter(self._load(drills.c.id == drill_id)), None)

    def latest(self, limit: int) -> list[Drill]:
        """Those that have begun, newest first: of a surprise to come nothing is told."""
        rows = self._tx.execute(
            select(drills)
            .where(drills.c.began_at.is_not(None))
            .order_by(drills.c.began_at.desc())
            .limit(limit)
        )
        return [Drill(**row._mapping) for row in rows]

    def last_of_each(self) -> dict[str, Drill]:
        """The last drill of each service that has begun, by service."""
        begun = select(drills).where(drills.c.began_at.is_not(None)).order_by(drills.c.began_at)
        return {row.service: Drill(**row._mapping) for row in self._tx.execute(begun)}

    def unfinished(self, services: Collection[str]) -> list[Drill]:
        """The drills of these services that are planned or running; each has one at most."""
        return self._load(drills.c.service.in_(services), drills.c.state != "over")

    def due(self, services: Collection[str]) -> list[Drill]:
        """Planned ones of these services whose time has come."""
        rows = self._tx.execute(_DUE, {"services": dumps(list(services)), "now": self._tx.now})
        return [Drill(**row._mapping) for row in rows]

    def next_due_at(self, services: Collection[str]) -> datetime | None:
        found: datetime | None = self._tx.execute(_EARLIEST, {"services": dumps(list(services))}).scalar_one()
        return found

    def move(self, drill: Drill, **values: Any) -> bool:
        """Compare and set: true when the drill still was in the state that the caller saw."""
        done = self._tx.execute(
            update(drills).where(drills.c.id == drill.id, drills.c.state == drill.state).values(**values)
        )
        return bool(done.rowcount == 1)

    def _load(self, *where: Any) -> list[Drill]:
        rows = self._tx.execute(select(drills).where(*where).order_by(drills.c.asked_at))
        return [Drill(**row._mapping) for row in rows]
