"""Queries over the outbox: one row for each message to one address, in two lanes.

Here messages are put in and asked for; delivery_counts.py counts them. claims.py takes them out and moves them on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, and_, bindparam, case, func, select, update

from bridge.core.model import DeliveryState, Recipient
from bridge.core.values import fields_of
from bridge.store import bulk
from bridge.store.dialect import domain_of, insert, unindexed
from bridge.store.indexed import WAITING
from bridge.store.tables import letters, outbox
from bridge.store.transaction import Transaction

Lane = Literal["oncall", "customers"]
OPEN = ("queued", "sending", "in_doubt", "deferred")


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to put into the outbox. `letter` names the frozen letter, `detail` what a ring says.

    `notice_id` is null for what the on-call is told about no notice.
    """

    notice_id: str | None
    lane: Lane
    kind: str
    n: int
    address: str
    message_id: str
    person: str | None = None
    letter: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    refs: str = ""


_QUEUED: Mapping[str, Any] = {"state": "queued", "owner": None, "attempts": 0, "fence": 0, "first_at": None}
_ADD = insert(outbox).on_conflict_do_nothing()
_HIGHEST = select(func.max(outbox.c.n)).where(
    outbox.c.notice_id == bindparam("notice_id"), outbox.c.kind == bindparam("kind")
)
# Asked beside a state, of which few rows may be left in a letter of a million.
_TO_CUSTOMERS = unindexed(outbox.c.lane) == "customers"
# A mail in doubt will be sent or unknown: either way its reader may have it.
_OF_LEDGER = and_(outbox.c.lane == "customers", outbox.c.state.in_(("sent", "unknown", "in_doubt")))
# What has not had the answer to its first attempt; what is queued again after one was tried already.
_UNTRIED = and_(
    outbox.c.state.in_(("queued", "sending", "in_doubt")),
    outbox.c.attempts <= case((outbox.c.state == "queued", 0), else_=1),
)


class Outbox:
    """The outbox within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._own_rings: Mapping[str, Any] = _QUEUED

    def add(self, messages: Sequence[OutboxMessage]) -> None:
        """Queue messages, due now; one that is there already stays as it is."""
        if not messages:
            return
        now = self._tx.now
        self._tx.tell_others()
        self._tx.write(
            _ADD,
            [
                {**fields_of(message), "due_at": now, "updated_at": now, **self._claimed(message)}
                for message in messages
            ],
        )

    def claim_own_rings(self, instance_id: str, state: Literal["sending", "in_doubt"]) -> None:
        """From now on rings about what this transaction makes are claimed by this instance as they are queued."""
        taken = {"attempts": 1, "fence": 1, "first_at": self._tx.now}
        self._own_rings = {"state": state, "owner": instance_id, **taken}

    def _claimed(self, message: OutboxMessage) -> Mapping[str, Any]:
        own = message.kind == "ring" and self._tx.own.notice(message.notice_id or "")
        return self._own_rings if own else _QUEUED

    def add_letters(self, notice_id: str, letters: Sequence[bulk.Letter]) -> None:
        """Queue letters to customers, due now; one that is there already stays as it is."""
        if letters:
            self._tx.tell_others()
            bulk.add_letters(self._tx, notice_id, letters)

    def next_n(self, notice_id: str, kind: str) -> int:
        """The number of the next occasion of this kind about a notice, from 0."""
        own = self._tx.own.notice(notice_id)
        if own and kind not in own.told:
            own.told.add(kind)
            return 0
        last = self._tx.execute(_HIGHEST, {"notice_id": notice_id, "kind": kind}).scalar_one()
        return 0 if last is None else last + 1

    def freeze(self, notice_id: str, skeletons: Mapping[str, bytes]) -> None:
        """Keep the approved letters' bytes; the first freezing counts."""
        if skeletons:
            self._tx.execute(
                insert(letters).on_conflict_do_nothing(),
                [{"notice_id": notice_id, "key": key, "skeleton": raw} for key, raw in skeletons.items()],
            )

    def discard_unsent(self, notice_id: str) -> None:
        """Delete the frozen letters and the rows of a notice whose sending never began."""
        self._tx.execute(letters.delete().where(letters.c.notice_id == notice_id))
        self._tx.execute(outbox.delete().where(outbox.c.notice_id == notice_id, outbox.c.lane == "customers"))

    def skeleton(self, notice_id: str, key: str) -> bytes:
        """The frozen bytes of one letter."""
        query = select(letters.c.skeleton).where(letters.c.notice_id == notice_id, letters.c.key == key)
        return bytes(self._tx.execute(query).scalar_one())

    def cancel_rings(self, notice_id: str) -> int:
        """Withdraw the unsent rings of a decided notice, or those a newer ring replaces. Returns how many."""
        withdrawn = self._tx.execute(
            update(outbox)
            .where(
                outbox.c.notice_id == notice_id,
                outbox.c.kind == "ring",
                WAITING,
            )
            .values(state="cancelled", updated_at=self._tx.now)
        )
        return withdrawn.rowcount

    def cancel_letters(self, notice_id: str) -> None:
        """What is left of a letter is never sent."""
        self._tx.execute(
            update(outbox)
            .where(outbox.c.notice_id == notice_id, outbox.c.lane == "customers", WAITING)
            .values(state="cancelled", updated_at=self._tx.now)
        )

    def reached(self, notice_id: str, after: int, limit: int) -> list[tuple[int, Recipient]]:
        """Whom a letter reached or may have reached, by row id, those after the cursor; each in their language."""
        query = (
            select(outbox.c.id, outbox.c.address, outbox.c.letter)
            .where(_OF_LEDGER, outbox.c.notice_id == notice_id, outbox.c.id > after)
            .order_by(outbox.c.id)
            .limit(limit)
        )
        return [(row.id, Recipient(row.address, locale=row.letter)) for row in self._tx.execute(query)]

    def reached_by_language(self, notice_id: str) -> dict[str, int]:
        """How many a letter reached or may have reached, by the language they read it in."""
        query = select(outbox.c.letter, func.count().label("n")).where(
            _OF_LEDGER, outbox.c.notice_id == notice_id
        )
        return {row.letter: row.n for row in self._tx.execute(query.group_by(outbox.c.letter))}

    def in_doubt(self, notice_id: str) -> bool:
        """Whether the server's answer about some mail of this letter is still awaited."""
        query = select(outbox.c.id).where(outbox.c.notice_id == notice_id, outbox.c.state == "in_doubt")
        return self._tx.execute(query.limit(1)).first() is not None

    def unfinished(self, notice_id: str) -> bool:
        """Whether some letter of a notice is still to be sent."""
        query = select(outbox.c.id).where(
            outbox.c.notice_id == notice_id, _TO_CUSTOMERS, outbox.c.state.in_(OPEN)
        )
        return self._tx.execute(query.limit(1)).first() is not None

    def untried(self, notice_id: str) -> bool:
        """Whether some letter of a notice has not had the answer to its first attempt."""
        query = select(outbox.c.id).where(outbox.c.notice_id == notice_id, _TO_CUSTOMERS, _UNTRIED)
        return self._tx.execute(query.limit(1)).first() is not None

    def last_accept_at(self, notice_id: str) -> datetime | None:
        """When the mail server took the last letter of a notice so far."""
        found: datetime | None = self._tx.execute(
            select(func.max(outbox.c.updated_at)).where(
                outbox.c.notice_id == notice_id, outbox.c.lane == "customers", outbox.c.state == "sent"
            )
        ).scalar_one()
        return found

    def tried_since(self, notice_id: str) -> datetime | None:
        """When the last of the letters that are still to be sent was tried first."""
        found: datetime | None = self._tx.execute(
            select(func.max(outbox.c.first_at)).where(
                outbox.c.notice_id == notice_id, _TO_CUSTOMERS, outbox.c.state.in_(OPEN)
            )
        ).scalar_one()
        return found

    def refusals(self, notice_id: str) -> list[tuple[str, str, int]]:
        """How many letters of a notice failed, by the mail server's words and the recipient's domain."""
        domain = domain_of(outbox.c.address)
        rows = self._tx.execute(
            select(outbox.c.reply, domain.label("domain"), func.count().label("n"))
            .where(outbox.c.notice_id == notice_id, _TO_CUSTOMERS, outbox.c.state == "failed")
            .group_by(outbox.c.reply, domain)
            .order_by(outbox.c.reply, domain)
        )
        return [(row.reply, row.domain, row.n) for row in rows]

    def refused_since_last_accept(self, notice_id: str) -> list[tuple[int, str]]:
        """Letters of a notice that failed after the mail server took the last one: row id and the server's words."""
        mine = and_(outbox.c.notice_id == notice_id, outbox.c.lane == "customers", outbox.c.state == "failed")
        last = self.last_accept_at(notice_id)
        since = mine if last is None else and_(mine, outbox.c.updated_at >= last)
        return [
            (row.id, row.reply) for row in self._tx.execute(select(outbox.c.id, outbox.c.reply).where(since))
        ]

    def replies_in(self, notice_id: str, state: DeliveryState) -> list[tuple[int, str, str]]:
        """The letters of a notice in this state: row id, address, and the mail server's words."""
        query = select(outbox.c.id, outbox.c.address, outbox.c.reply).where(
            outbox.c.notice_id == notice_id, outbox.c.lane == "customers", outbox.c.state == state
        )
        return [(row.id, row.address, row.reply) for row in self._tx.execute(query)]

    def refused_people(self, notice_id: str) -> dict[str, str]:
        """Whose last ring about a notice the mail server refused for good: its words, by person."""
        if self._tx.own.notice(notice_id):
            return {}
        query = (
            select(outbox.c.person, outbox.c.state, outbox.c.reply)
            .where(outbox.c.notice_id == notice_id, outbox.c.lane == "oncall", outbox.c.kind == "ring")
            .where(outbox.c.state.in_(("sent", "unknown", "failed")))
            .order_by(outbox.c.n)
        )
        last = {row.person: row for row in self._tx.execute(query)}
        return {person: row.reply for person, row in last.items() if row.state == "failed"}

    def rings_refused(self, notice_id: str, person: str) -> int:
        """How many rings of one person about a notice the mail server has refused for good."""
        query = select(func.count()).where(
            outbox.c.notice_id == notice_id,
            outbox.c.kind == "ring",
            outbox.c.person == person,
            outbox.c.state == "failed",
        )
        return int(self._tx.execute(query).scalar_one())

    def message_ids(self, notice_ids: Collection[str], addresses: Sequence[str]) -> dict[str, list[str]]:
        """The Message-IDs of earlier letters that these addresses were sent, oldest first."""
        found: dict[str, list[str]] = {}
        if not notice_ids or not addresses:
            return found
        rows = self._tx.execute(
            select(outbox.c.address, outbox.c.message_id)
            .where(
                outbox.c.notice_id.in_(notice_ids),
                outbox.c.lane == "customers",
                outbox.c.state.in_(("sent", "unknown")),
                outbox.c.address.in_(addresses),
            )
            .order_by(outbox.c.id)
        )
        for row in rows:
            found.setdefault(row.address, []).append(row.message_id)
        return found

    def page(self, notice_id: str, states: Sequence[str], after: int, limit: int) -> list[Row[Any]]:
        """Single deliveries of a notice in order of their id, those after the cursor."""
        query = select(outbox).where(outbox.c.notice_id == notice_id, outbox.c.id > after)
        if states:
            query = query.where(_TO_CUSTOMERS, outbox.c.state.in_(states))
        else:
            query = query.where(outbox.c.lane == "customers")
        return list(self._tx.execute(query.order_by(outbox.c.id).limit(limit)))
