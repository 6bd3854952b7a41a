"""Queries over the alerts of incidents, and over the alerts that belong to none."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select, true, update

from bridge.core.model import Alert
from bridge.core.near_miss import NearMiss
from bridge.core.triage import Ignored, Key, key_of
from bridge.store.dialect import insert, skip_locked
from bridge.store.tables import alerts, columns_of, ignored, incidents
from bridge.store.transaction import Transaction

FACTS_ALERTS = 1000  # what a letter can say does not grow with a storm: the earliest thousand are enough
IGNORED_FOR = timedelta(days=30)
IGNORED_ROWS = 10_000  # a route that sends everything here must not fill the disk
_KEYS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class IgnoredAlert:
    """An alert that no incident took. `nearest`: the service that it missed by the fewest matchers, if any."""

    alert: Alert
    reason: Ignored
    nearest: NearMiss | None = None


class Alerts:
    """The alerts of incidents within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def known(self, incident_ids: Collection[str], posted: Iterable[Alert]) -> dict[str, dict[Key, Alert]]:
        """The stored alerts of these incidents that were posted again, by incident and key."""
        found: dict[str, dict[Key, Alert]] = {incident_id: {} for incident_id in incident_ids}
        if not found:
            return found
        for some in _in_batches(posted):
            rows = self._tx.execute(select(alerts).where(alerts.c.incident_id.in_(incident_ids), some))
            for row in rows:
                found[row.incident_id][row.source, row.fingerprint] = _alert(row)
        return found

    def owners(self, posted: Iterable[Alert], services: Iterable[str]) -> dict[Key, list[str]]:
        """The services in whose open incidents these alerts fire, by the alert's key."""
        wanted = list(services)
        found: dict[Key, list[str]] = {}
        for some in _in_batches(posted):
            rows = self._tx.execute(
                select(alerts.c.source, alerts.c.fingerprint, incidents.c.service)
                .join(incidents, incidents.c.id == alerts.c.incident_id)
                .where(
                    incidents.c.state == "open",
                    incidents.c.service.in_(wanted),
                    alerts.c.status == "firing",
                    some,
                )
            )
            for row in rows:
                found.setdefault((row.source, row.fingerprint), []).append(row.service)
        return found

    def put(self, incident_id: str, changed: Sequence[Alert]) -> None:
        """Insert or replace these alerts, the last of each key."""
        last = {key_of(alert): alert for alert in changed}
        if not last:
            return
        statement = insert(alerts)
        new = statement.excluded
        columns = [each.name for each in alerts.c if not each.primary_key]
        self._tx.execute(
            statement.on_conflict_do_update(
                index_elements=["incident_id", "source", "fingerprint"],
                set_={column: new[column] for column in columns},
            ),
            [{"incident_id": incident_id, **columns_of(alert)} for alert in last.values()],
        )

    def end_all(self, incident_id: str) -> None:
        """End every firing alert now, by hand."""
        self._tx.execute(
            update(alerts)
            .where(alerts.c.incident_id == incident_id, alerts.c.status == "firing")
            .values(status="resolved", ends_at=self._tx.now, by_hand=true())
        )

    def firing(self, incident_id: str) -> int:
        """How many alerts of the incident fire."""
        return self._count(incident_id, alerts.c.status == "firing")

    def unended(self, incident_id: str) -> int:
        """How many alerts of the incident no source has ended, also of those that a person ended by hand."""
        return self._count(incident_id, or_(alerts.c.status == "firing", alerts.c.by_hand))

    def _count(self, incident_id: str, which: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(alerts).where(alerts.c.incident_id == incident_id, which)
        return int(self._tx.execute(query).scalar_one())

    def of(self, incident_id: str, limit: int = FACTS_ALERTS) -> list[Alert]:
        """The incident's alerts, earliest first, at most `limit`."""
        rows = self._tx.execute(
            select(alerts)
            .where(alerts.c.incident_id == incident_id)
            .order_by(alerts.c.starts_at, alerts.c.source, alerts.c.fingerprint)
            .limit(limit)
        )
        return [_alert(row) for row in rows]

    def add_ignored(self, unwanted: Iterable[IgnoredAlert]) -> None:
        """Count alerts that no incident took, with the reason: one row for each alert and reason."""
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for one in unwanted:
            row = rows.setdefault(
                (*key_of(one.alert), one.reason),
                {
                    "at": self._tx.now,
                    "source": one.alert.source,
                    "fingerprint": one.alert.fingerprint,
                    "alertname": one.alert.labels.get("alertname", ""),
                    "reason": one.reason,
                    "count": 0,
                    "labels": dict(one.alert.labels),
                    "nearest": asdict(one.nearest) if one.nearest else None,
                },
            )
            row["count"] += 1
        if rows:
            statement = insert(ignored)
            self._tx.execute(
                statement.on_conflict_do_update(
                    index_elements=["source", "fingerprint", "reason"],
                    set_={
                        "at": statement.excluded.at,
                        "count": ignored.c.count + statement.excluded["count"],
                        "labels": statement.excluded.labels,
                        "nearest": statement.excluded.nearest,
                    },
                ),
                [rows[key] for key in sorted(rows)],  # sorted: two orders of locking could deadlock
            )

    def recently_ignored(self, limit: int) -> list[Mapping[str, Any]]:
        """The alerts ignored last, newest first: the columns of the table by name."""
        query = select(ignored).order_by(ignored.c.at.desc(), ignored.c.id.desc()).limit(limit)
        return [dict(row._mapping) for row in self._tx.execute(query)]

    def prune_ignored(self) -> None:
        """Forget ignored alerts that did not come for `IGNORED_FOR`, and the oldest of more than `IGNORED_ROWS`."""
        newest = select(ignored.c.id).order_by(ignored.c.at.desc(), ignored.c.id.desc()).limit(IGNORED_ROWS)
        old = or_(ignored.c.at < self._tx.now - IGNORED_FOR, ignored.c.id.not_in(newest))
        found = skip_locked(select(ignored.c.id).where(old))  # one that is being counted again is left alone
        self._tx.execute(delete(ignored).where(ignored.c.id.in_(found)))


def _in_batches(posted: Iterable[Alert]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together hold for these alerts, each of a length that every database takes."""
    keys = sorted({key_of(alert) for alert in posted})
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        yield and_(
            alerts.c.source.in_({source for source, _ in some}),
            alerts.c.fingerprint.in_([fingerprint for _, fingerprint in some]),
        )


def _alert(row: Row[Any]) -> Alert:
    return Alert(**{name: value for name, value in row._mapping.items() if name != "incident_id"})
