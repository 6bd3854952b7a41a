"""Queries over the planned and fired rings of notices."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, update

from bridge.core.model import Ring
from bridge.core.reminders import is_due
from bridge.store.dialect import dumps
from bridge.store.incidents import about
from bridge.store.tables import rings
from bridge.store.transaction import Transaction

_AT_ONCE = 5000  # more than services have open notices


# Statements of every alert are built once: building costs as much as running them.
_ADD = rings.insert()
_NOW = bindparam("now", type_=rings.c.due_at.type)
_DUE = (
    select(rings)
    .where(rings.c.state == "pending", or_(rings.c.due_at <= _NOW, rings.c.planned_at > _NOW))
    .where(about(rings.c.notice_id))
    .order_by(rings.c.due_at)
    .limit(_AT_ONCE)
)
_EARLIEST = select(func.min(rings.c.due_at)).where(rings.c.state == "pending", about(rings.c.notice_id))
_MOVE = (
    update(rings)
    .where(rings.c.notice_id == bindparam("b_notice_id"), rings.c.state == "pending")
    .values(due_at=bindparam("due_at"), planned_at=bindparam("planned_at"))
)
_OF_ALL = (
    select(rings)
    .where(rings.c.notice_id.in_(bindparam("ids", expanding=True)))
    .order_by(rings.c.notice_id, rings.c.n)
)
_FIRE = (
    update(rings)
    .where(
        rings.c.notice_id == bindparam("b_notice_id"),
        rings.c.n == bindparam("b_n"),
        rings.c.state == "pending",
    )
    .values(state="fired", fired_at=bindparam("fired_at"), people=bindparam("people"))
)
_LAST_NUMBER = select(func.max(rings.c.n)).where(rings.c.notice_id == bindparam("notice_id"))


class Rings:
    """Rings within one transaction. At most one ring of a notice is pending."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def due(self, services: Collection[str]) -> list[Ring]:
        """The pending rings about these services that are due, also because the clock stepped back.

        Several instances may find one ring; `fire` lets one of them ring it.
        """
        now = self._tx.now
        rows = self._tx.execute(_DUE, {"now": now, "services": dumps(list(services))}).all()
        return [_ring(row) for row in rows if is_due(row.due_at, row.planned_at, now)]

    def next_due_at(self, services: Collection[str]) -> datetime | None:
        found: datetime | None = self._tx.execute(_EARLIEST, {"services": dumps(list(services))}).scalar_one()
        return found

    def of(self, notice_id: str) -> list[Ring]:
        """Every ring of a notice, in order."""
        return self.of_all([notice_id])[notice_id]

    def of_all(self, notice_ids: Collection[str]) -> dict[str, list[Ring]]:
        """The rings of several notices, by notice."""
        own = {notice_id: self._tx.own.notice(notice_id) for notice_id in notice_ids}
        found = {notice_id: list(mine.rings) if mine else [] for notice_id, mine in own.items()}
        others = [notice_id for notice_id, mine in own.items() if mine is None]
        for row in self._tx.execute(_OF_ALL, {"ids": others}) if others else ():
            found[row.notice_id].append(_ring(row))
        return found

    def plan(self, notice_id: str, due_at: datetime) -> None:
        """Plan the next ring of a notice; a ring that is pending already moves there."""
        self._tx.own.forget(notice_id=notice_id)
        self._tx.tell_others()
        planned = {"b_notice_id": notice_id, "due_at": due_at, "planned_at": self._tx.now}
        moved = self._tx.execute(_MOVE, planned)
        if moved.rowcount:
            return
        last = self._tx.execute(_LAST_NUMBER, {"notice_id": notice_id}).scalar_one()
        self._add(notice_id, 0 if last is None else last + 1, due_at)

    def plan_first(self, notice_id: str, due_at: datetime) -> None:
        """Plan the first ring of a notice that this transaction made."""
        self._tx.tell_others()
        self._add(notice_id, 0, due_at)

    def plan_after(self, fired: Ring, due_at: datetime) -> None:
        """Plan the ring that follows the one that this transaction fired: it was the last of its notice."""
        self._tx.tell_others()
        self._add(fired.notice_id, fired.n + 1, due_at)

    def _add(self, notice_id: str, n: int, due_at: datetime) -> None:
        new = {"notice_id": notice_id, "n": n, "due_at": due_at, "planned_at": self._tx.now}
        self._tx.write(_ADD, [{**new, "state": "pending", "fired_at": None, "people": []}])
        if own := self._tx.own.notice(notice_id):
            own.rings.append(Ring(notice_id, n, due_at, "pending", None, ()))

    def fire(self, ring: Ring, people: Sequence[str]) -> bool:
        """Mark a ring fired; false when another instance was quicker."""
        now, named = self._tx.now, list(people)
        self._tx.own.fire(replace(ring, state="fired", fired_at=now, people=tuple(people)))
        for row in reversed(self._tx.waiting(_ADD)):  # the last one mostly: it was planned a moment ago
            if (row["notice_id"], row["n"]) == (ring.notice_id, ring.n):
                row.update(state="fired", fired_at=now, people=named)
                return True
        mine = {"b_notice_id": ring.notice_id, "b_n": ring.n}
        return bool(self._tx.execute(_FIRE, {**mine, "fired_at": now, "people": named}).rowcount == 1)

    def cancel(self, notice_id: str) -> None:
        """Cancel the pending ring of a notice that needs nobody any more."""
        self._tx.own.forget(notice_id=notice_id)
        self._tx.execute(
            update(rings)
            .where(rings.c.notice_id == notice_id, rings.c.state == "pending")
            .values(state="cancelled")
        )


def _ring(row: Row[Any]) -> Ring:
    return Ring(row.notice_id, row.n, row.due_at, row.state, row.fired_at, tuple(row.people))
