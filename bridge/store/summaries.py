"""Queries that only people look at: over many incidents, and through the deliveries of one letter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from bridge.core.first_letters import FirstLetter
from bridge.core.kinds import Clock, kinds_that
from bridge.core.model import DeliveryState
from bridge.store.incidents import REAL
from bridge.store.tables import approvals, incidents, notices, outbox, rings
from bridge.store.transaction import Transaction

RINGS_READ = 200  # the last ones, among which each person's own last is looked for
_BY_DETECTION = kinds_that(lambda spec: spec.clock is Clock.DETECTION)


@dataclass(frozen=True, slots=True)
class LastRing:
    """The last ring to a person and what became of its mail; `state` is empty while there is none."""

    person: str
    at: datetime
    state: str
    reply: str


class Summaries:
    """Summaries within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def first_letters(self, since: datetime) -> list[FirstLetter]:
        """The incidents received since then whose first letter the mail server took, oldest first; no drills."""
        rows = self._tx.execute(
            select(incidents.c.id, incidents.c.service, incidents.c.received_at, notices.c.first_accept_at)
            .join_from(incidents, notices, notices.c.incident_id == incidents.c.id)
            .where(
                incidents.c.received_at >= since,
                incidents.c.mode == REAL,
                notices.c.kind.in_(_BY_DETECTION),
                notices.c.first_accept_at.is_not(None),
            )
            .order_by(notices.c.first_accept_at.desc())
        )
        found = {row.id: row for row in rows}  # of two first reports of one incident the earlier
        letters = (
            FirstLetter(row.id, row.service, row.received_at, row.first_accept_at - row.received_at)
            for row in found.values()
        )
        return sorted(letters, key=lambda letter: letter.received_at)

    def last_rings(self) -> dict[str, LastRing]:
        """The last ring of each person, by person."""
        query = select(rings).where(rings.c.state == "fired").order_by(rings.c.fired_at.desc())
        last: dict[str, Row[Any]] = {}
        for row in self._tx.execute(query.limit(RINGS_READ)):
            for person in row.people:
                last.setdefault(person, row)
        mails = self._ring_mails({row.notice_id for row in last.values()})
        found = {}
        for person, row in last.items():
            mail = mails.get((row.notice_id, person))
            state, reply = (mail.state, mail.reply) if mail else ("", "")
            found[person] = LastRing(person, row.fired_at, state, reply)
        return found

    def _ring_mails(self, notice_ids: Collection[str]) -> dict[tuple[str, str], Row[Any]]:
        """The newest mail of a ring, by notice and person."""
        query = select(outbox).where(
            outbox.c.notice_id.in_(notice_ids), outbox.c.lane == "oncall", outbox.c.kind == "ring"
        )
        return {(row.notice_id, row.person): row for row in self._tx.execute(query.order_by(outbox.c.n))}

    def last_approvals(self) -> dict[str, datetime]:
        """When each person approved last."""
        query = select(approvals.c.person, func.max(approvals.c.at).label("at"))
        return {row.person: row.at for row in self._tx.execute(query.group_by(approvals.c.person))}

    def deliveries(
        self, notice_id: str, states: Sequence[DeliveryState], part: str, after: int, limit: int
    ) -> list[Row[Any]]:
        """Single deliveries in these states whose address holds `part`, in order of their id after the cursor."""
        query = _found(select(outbox), notice_id, states, part)
        query = query.where(outbox.c.id > after).order_by(outbox.c.id)
        return list(self._tx.execute(query.limit(limit)))

    def how_many(self, notice_id: str, states: Sequence[DeliveryState], part: str) -> int:
        """How many deliveries there are of these."""
        found = self._tx.execute(_found(select(func.count()), notice_id, states, part)).scalar_one()
        return int(found)


def _found(query: Select[Any], notice_id: str, states: Sequence[DeliveryState], part: str) -> Select[Any]:
    query = query.where(
        outbox.c.notice_id == notice_id, outbox.c.lane == "customers", outbox.c.state.in_(states)
    )
    return query.where(outbox.c.address.icontains(part, autoescape=True)) if part else query
