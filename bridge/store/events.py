"""The append-only history of incidents, each event chained to the one before by a keyed hash.

What the chain shows: docs/design.md §17. One chain for each incident, so that instances do not queue behind one head.
"""

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from bridge.core.anchors import Anchor
from bridge.core.audit_chain import START, AuditKeys, ChainedEvent, chain_mac
from bridge.core.events import NewEvent
from bridge.core.model import Event, Notice
from bridge.store.tables import events, incidents
from bridge.store.transaction import Transaction

# Statements of every alert are built once: building costs as much as running them.
_ADD = events.insert()
_OF_ALL = (
    select(events)
    .where(events.c.incident_id.in_(bindparam("ids", expanding=True)))
    .order_by(events.c.incident_id, events.c.seq)
)
_LAST = (
    select(events.c.seq, events.c.mac)
    .where(events.c.incident_id == bindparam("incident_id"))
    .order_by(events.c.seq.desc())
    .limit(1)
)


class Events:
    """Events within one transaction."""

    def __init__(self, tx: Transaction, keys: AuditKeys) -> None:
        self._tx = tx
        self._keys = keys
        self._heads: dict[
            str, tuple[int, str]
        ] = {}  # of the chains that this transaction added to, and so locked

    def add(self, incident_id: str, actor: str, new: NewEvent) -> Anchor:
        """Append one event; `actor` is a person's id, a source's, or the bridge. Returns the chain's new head."""
        seq, previous = self._heads.get(incident_id) or self._stored_head(incident_id)
        seq += 1
        event = Event(seq, self._tx.now, actor, new.action, new.detail())
        key_id = self._keys.newest
        mac = chain_mac(self._keys.by_id[key_id], previous, incident_id, event)
        row = {
            "incident_id": incident_id,
            "seq": seq,
            "at": event.at,
            "actor": actor,
            "action": event.action,
            "detail": event.detail,
            "key_id": key_id,
            "previous_mac": previous,
            "mac": mac,
        }
        self._tx.write(_ADD, [row])
        self._heads[incident_id] = (seq, mac)
        return Anchor.of(incident_id, seq, mac)

    def _stored_head(self, incident_id: str) -> tuple[int, str]:
        if self._tx.own.incident(incident_id):
            return 0, START
        self._tx.lock("events", incident_id)
        last = self._last(incident_id)
        return (last.seq, last.mac) if last else (0, START)

    def head(self, incident_id: str) -> Anchor | None:
        """The last event of an incident's chain."""
        last = self._last(incident_id)
        return Anchor.of(incident_id, last.seq, last.mac) if last else None

    def heads(self, since: datetime) -> list[Anchor]:
        """The last events of all chains that grew at `since` or later. One look at an index for each incident."""
        newest = select(func.max(events.c.seq)).where(events.c.incident_id == incidents.c.id)
        query = (
            select(events.c.incident_id, events.c.seq, events.c.mac)
            .join(incidents, events.c.incident_id == incidents.c.id)
            .where(events.c.seq == newest.correlate(incidents).scalar_subquery(), events.c.at >= since)
            .order_by(incidents.c.received_at)
        )
        return [Anchor.of(row.incident_id, row.seq, row.mac) for row in self._tx.execute(query)]

    def of(self, incident_id: str) -> list[Event]:
        """An incident's history, oldest first."""
        return self.of_all([incident_id])[incident_id]

    def of_all(self, incident_ids: Collection[str]) -> dict[str, list[Event]]:
        """The histories of several incidents, by incident."""
        found: dict[str, list[Event]] = {incident_id: [] for incident_id in incident_ids}
        for row in self._rows(incident_ids):
            found[row.incident_id].append(_event(row))
        return found

    def chain(self, incident_id: str) -> list[ChainedEvent]:
        """An incident's history with its hashes, oldest first: what verifying needs."""
        rows = self._rows([incident_id])
        return [ChainedEvent(_event(row), row.key_id, row.previous_mac, row.mac) for row in rows]

    def approved_texts(self, notice: Notice) -> str | None:
        """The digest of the text that was approved last; None for a yes of before digests were kept."""
        newest = reversed(self.of(notice.incident_id))
        yes = (event for event in newest if is_yes(event) and event.detail.get("notice") == notice.id)
        return next((event.detail.get("texts") for event in yes), None)

    def begun_as(self, incident_id: str) -> str | None:
        """The mode in an incident's first event; None when there is none, or its hash does not hold."""
        first = next((link for link in self.chain(incident_id) if link.event.seq == 1), None)
        return self._mode_in(incident_id, first)

    def approved_as(self, notice: Notice) -> str | None:
        """The mode in the last approval of a letter; None when there is none, or its hash does not hold."""
        links = reversed(self.chain(notice.incident_id))
        yes = (link for link in links if is_yes(link.event) and link.event.detail.get("notice") == notice.id)
        return self._mode_in(notice.incident_id, next(yes, None))

    def _mode_in(self, incident_id: str, link: ChainedEvent | None) -> str | None:
        """An event of before drills names no mode: it is about a real incident. So is one whose key was retired."""
        if link is None:
            return None
        mode, key = str(link.event.detail.get("mode", "real")), self._keys.by_id.get(link.key_id)
        made = chain_mac(key, link.previous_mac, incident_id, link.event) if key else link.mac
        return mode if hmac.compare_digest(made, link.mac) else None

    def macs(self, incident_id: str) -> dict[int, str]:
        """The hash of every event of an incident, by number; empty for one that is not known."""
        query = select(events.c.seq, events.c.mac).where(events.c.incident_id == incident_id)
        return {row.seq: row.mac for row in self._tx.execute(query)}

    def _last(self, incident_id: str) -> Row[Any] | None:
        return self._tx.execute(_LAST, {"incident_id": incident_id}).one_or_none()

    def _rows(self, incident_ids: Collection[str]) -> list[Row[Any]]:
        return list(self._tx.execute(_OF_ALL, {"ids": list(incident_ids)}))


def is_yes(event: Event) -> bool:
    """Whether a person approved a letter whole; who resumes the rest of a sending says nothing anew."""
    return event.action == "approved" or (event.action == "resumed" and "recipients" in event.detail)


def _event(row: Row[Any]) -> Event:
    return Event(row.seq, row.at, row.actor, row.action, row.detail)
