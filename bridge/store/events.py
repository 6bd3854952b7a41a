"""The append-only history of incidents, each event chained to the one before by a keyed hash.

What the chain shows: docs/design.md §17. One chain for each incident, so that instances do not queue behind one head.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, select

from bridge.core.anchors import Anchor
from bridge.core.model import Event, Notice
from bridge.store.tables import events, incidents

if TYPE_CHECKING:
    from bridge.store.tx import Tx

START = "0" * 64  # what the first event of a chain calls the one before


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """The keys that sign the chain by id; `newest` signs, all verify."""

    by_id: Mapping[str, bytes]
    newest: str


def chain_mac(key: bytes, previous: str, incident_id: str, event: Event) -> str:
    """The hash of one event over everything in it and the hash before."""
    content = [
        previous,
        incident_id,
        event.seq,
        event.at.isoformat(),
        event.actor,
        event.action,
        event.detail,
    ]
    raw = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    return hmac.new(key, raw.encode(), hashlib.sha256).hexdigest()


class Events:
    """Events within one transaction."""

    def __init__(self, tx: "Tx", keys: AuditKeys) -> None:
        self._tx = tx
        self._keys = keys

    def add(self, incident_id: str, actor: str, action: str, **detail: Any) -> Anchor:
        """Append one event: who did what, with details in JSON types. Returns the chain's new head."""
        self._tx.lock("events", incident_id)
        last = self._last(incident_id)
        seq, previous = (last.seq + 1, last.mac) if last else (1, START)
        event = Event(seq, self._tx.now, actor, action, detail)
        key_id = self._keys.newest
        mac = chain_mac(self._keys.by_id[key_id], previous, incident_id, event)
        self._tx.execute(
            events.insert().values(
                incident_id=incident_id,
                seq=seq,
                at=event.at,
                actor=actor,
                action=action,
                detail=detail,
                key_id=key_id,
                previous_mac=previous,
                mac=mac,
            )
        )
        return Anchor.of(incident_id, seq, mac)

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

    def broken(self, incident_id: str) -> Iterator[tuple[int, str]]:
        """Every event whose chain does not hold, or that is not what its letter says: its number and why."""
        previous, expected = START, 1
        yes: dict[str, tuple[int, str]] = {}  # the last yes to each letter
        for row in self._rows([incident_id]):
            key = self._keys.by_id.get(row.key_id)
            if row.seq != expected:
                yield row.seq, f"event {expected} is missing"
            elif row.previous_mac != previous:
                yield row.seq, "does not follow the event before"
            elif key is None:
                yield row.seq, f"signed by key {row.key_id}, which the key file does not hold"
            elif not hmac.compare_digest(row.mac, chain_mac(key, previous, incident_id, _event(row))):
                yield row.seq, "was changed"
            elif self._other_text(row.detail):
                yield row.seq, f"names another text than version {row.detail['version']} holds now"
            if _is_yes(row):
                yes[row.detail.get("notice", "")] = row.seq, row.actor
            previous, expected = row.mac, row.seq + 1
        for notice in self._tx.notices.of(incident_id):
            seq, actor = yes.get(notice.id, (0, notice.approved_by))
            if notice.approved_by and notice.approved_by != actor:
                yield seq, f"is a yes of {actor}, and its letter says {notice.approved_by}"

    def approved_texts(self, notice: Notice) -> str | None:
        """The digest of the text that was approved last; None for a yes of before digests were kept."""
        rows = reversed(self._rows([notice.incident_id]))
        return next(
            (
                row.detail.get("texts")
                for row in rows
                if _is_yes(row) and row.detail.get("notice") == notice.id
            ),
            None,
        )

    def _other_text(self, detail: Mapping[str, Any]) -> bool:
        """Whether an event is of a version whose text was changed. Older events do not say what it was."""
        texts = detail.get("texts")
        return texts is not None and self._tx.notices.digest(detail["notice"], detail["version"]) != texts

    def macs(self, incident_id: str) -> dict[int, str]:
        """The hash of every event of an incident, by number; empty for one that is not known."""
        query = select(events.c.seq, events.c.mac).where(events.c.incident_id == incident_id)
        return {row.seq: row.mac for row in self._tx.execute(query)}

    def truncated(self, incident_id: str) -> int:
        """How many alerts the sources said they left out of their posts, the most in one post."""
        query = select(events.c.detail).where(
            events.c.incident_id == incident_id, events.c.action == "alerts"
        )
        return max((d.get("truncated", 0) for d in self._tx.execute(query).scalars()), default=0)

    def template_problem(self, incident_id: str, notice_id: str) -> str:
        """Why the last text of a notice that came from templates is a shipped one's; empty when it is not."""
        query = select(events.c.action, events.c.detail).where(
            events.c.incident_id == incident_id,
            events.c.action.in_(("template_failed", "drafted", "redrafted", "edited")),
        )
        rows = [
            row
            for row in self._tx.execute(query)
            if row.detail.get("notice") == notice_id
            and (row.action != "edited" or row.detail.get("rendered"))
        ]
        last = max((row.detail["version"] for row in rows), default=0)
        failed = [row.detail for row in rows if row.action == "template_failed"]
        return next((each["problem"] for each in failed if each.get("version") == last), "")

    def _last(self, incident_id: str) -> Row[Any] | None:
        return self._tx.execute(
            select(events.c.seq, events.c.mac)
            .where(events.c.incident_id == incident_id)
            .order_by(events.c.seq.desc())
            .limit(1)
        ).one_or_none()

    def _rows(self, incident_ids: Collection[str]) -> list[Row[Any]]:
        query = select(events).where(events.c.incident_id.in_(incident_ids))
        return list(self._tx.execute(query.order_by(events.c.incident_id, events.c.seq)))


def _is_yes(row: Row[Any]) -> bool:
    """Whether a person approved a letter whole; who resumes the rest of a sending says nothing anew."""
    return row.action == "approved" or (row.action == "resumed" and "recipients" in row.detail)


def _event(row: Row[Any]) -> Event:
    return Event(row.seq, row.at, row.actor, row.action, row.detail)
