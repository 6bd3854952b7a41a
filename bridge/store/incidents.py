"""Queries over incidents, their alerts, and the alerts that belong to none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, and_, func, or_, select, tuple_, update

from bridge.core.model import Alert, Incident
from bridge.core.triage import Key, key_of
from bridge.store.dialect import insert
from bridge.store.tables import alerts, ignored, incidents, notices

if TYPE_CHECKING:
    from bridge.store.tx import Tx

FACTS_ALERTS = 1000  # what a letter can say does not grow with a storm: the earliest thousand are enough
_KEYS_AT_ONCE = 500


class Incidents:
    """Incidents within one transaction."""

    def __init__(self, tx: "Tx") -> None:
        self._tx = tx

    def get(self, incident_id: str) -> Incident | None:
        row = self._tx.execute(select(incidents).where(incidents.c.id == incident_id)).one_or_none()
        return _incident(row) if row else None

    def taking_alerts(self, services: Sequence[str]) -> dict[str, Incident]:
        """The incident of each service that new alerts belong to: open, settling, or not told recovered."""
        approved = select(notices.c.id).where(
            notices.c.incident_id == incidents.c.id,
            notices.c.kind == "recovery",
            notices.c.state.in_(("approved", "sending", "stopped", "sent")),
        )
        rows = self._tx.execute(
            select(incidents)
            .where(
                incidents.c.service.in_(services),
                or_(
                    incidents.c.state.in_(("open", "settling")),
                    and_(incidents.c.state == "recovered", ~approved.exists()),
                ),
            )
            .order_by(incidents.c.received_at)
        )
        found: dict[str, Incident] = {}
        for row in rows:
            old = found.get(row.service)
            if old is None or old.state == "recovered":
                found[row.service] = _incident(row)
        return found

    def latest(self, service: str) -> Incident | None:
        """The newest incident of a service, whatever its state."""
        row = self._tx.execute(
            select(incidents)
            .where(incidents.c.service == service)
            .order_by(incidents.c.received_at.desc(), incidents.c.id.desc())
            .limit(1)
        ).one_or_none()
        return _incident(row) if row else None

    def add(self, incident: Incident) -> None:
        self._tx.execute(
            incidents.insert().values(
                id=incident.id,
                service=incident.service,
                state=incident.state,
                started_at=incident.started_at,
                received_at=incident.received_at,
                follows=incident.follows,
            )
        )

    def set(self, incident_id: str, **values: Any) -> None:
        """Write columns of an incident; the caller holds the service's lock."""
        self._tx.execute(update(incidents).where(incidents.c.id == incident_id).values(**values))

    def unfinished(self) -> list[Incident]:
        """Every incident that is not closed, oldest first."""
        rows = self._tx.execute(
            select(incidents).where(incidents.c.state != "closed").order_by(incidents.c.received_at)
        )
        return [_incident(row) for row in rows]

    def ids(self) -> list[str]:
        """Every incident's id, oldest first."""
        return list(self._tx.execute(select(incidents.c.id).order_by(incidents.c.received_at)).scalars())

    def page(self, before: tuple[datetime, str] | None, limit: int) -> list[Incident]:
        """Newest first, those received before the cursor."""
        query = select(incidents).order_by(incidents.c.received_at.desc(), incidents.c.id.desc()).limit(limit)
        if before:
            place = tuple_(incidents.c.received_at, incidents.c.id)
            # the types say how a time is written: SQLite compares texts
            query = query.where(place < tuple_(*before, types=[column.type for column in place.clauses]))
        return [_incident(row) for row in self._tx.execute(query)]


class Alerts:
    """The alerts of incidents within one transaction."""

    def __init__(self, tx: "Tx") -> None:
        self._tx = tx

    def known(self, incident_id: str, posted: Iterable[Alert]) -> dict[Key, Alert]:
        """Those of the posted alerts that this incident has already, by key."""
        keys = sorted({key_of(alert) for alert in posted})
        found: dict[Key, Alert] = {}
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            rows = self._tx.execute(
                select(alerts).where(
                    alerts.c.incident_id == incident_id,
                    alerts.c.source.in_({source for source, _ in some}),
                    alerts.c.fingerprint.in_([fingerprint for _, fingerprint in some]),
                )
            )
            found |= {(row.source, row.fingerprint): _alert(row) for row in rows}
        return found

    def owners(self, posted: Iterable[Alert], services: Iterable[str]) -> dict[Key, list[str]]:
        """Those of the services in whose open incidents these alerts fire, by key."""
        keys = sorted({key_of(alert) for alert in posted})
        wanted = list(services)
        found: dict[Key, list[str]] = {}
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            rows = self._tx.execute(
                select(alerts.c.source, alerts.c.fingerprint, incidents.c.service)
                .join(incidents, incidents.c.id == alerts.c.incident_id)
                .where(
                    incidents.c.state == "open",
                    incidents.c.service.in_(wanted),
                    alerts.c.status == "firing",
                    alerts.c.source.in_({source for source, _ in some}),
                    alerts.c.fingerprint.in_([fingerprint for _, fingerprint in some]),
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
        columns = ("status", "labels", "annotations", "starts_at", "ends_at", "url")
        self._tx.execute(
            statement.on_conflict_do_update(
                index_elements=["incident_id", "source", "fingerprint"],
                set_={column: new[column] for column in columns},
            ),
            [
                {
                    "incident_id": incident_id,
                    "source": alert.source,
                    "fingerprint": alert.fingerprint,
                    "status": alert.status,
                    "labels": dict(alert.labels),
                    "annotations": dict(alert.annotations),
                    "starts_at": alert.starts_at,
                    "ends_at": alert.ends_at,
                    "url": alert.url,
                }
                for alert in last.values()
            ],
        )

    def end_all(self, incident_id: str) -> None:
        """End every firing alert now, by hand."""
        self._tx.execute(
            update(alerts)
            .where(alerts.c.incident_id == incident_id, alerts.c.status == "firing")
            .values(status="resolved", ends_at=self._tx.now)
        )

    def firing(self, incident_id: str) -> int:
        """How many alerts of the incident fire."""
        query = (
            select(func.count())
            .select_from(alerts)
            .where(alerts.c.incident_id == incident_id, alerts.c.status == "firing")
        )
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

    def add_ignored(self, unwanted: Iterable[tuple[Alert, str]]) -> None:
        """Count alerts that no incident took, with the reason: one row for each alert and reason."""
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for alert, reason in unwanted:
            row = rows.setdefault(
                (*key_of(alert), reason),
                {
                    "at": self._tx.now,
                    "source": alert.source,
                    "fingerprint": alert.fingerprint,
                    "alertname": alert.labels.get("alertname", ""),
                    "reason": reason,
                    "count": 0,
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
                    },
                ),
                list(rows.values()),
            )

    def recently_ignored(self, limit: int) -> list[Mapping[str, Any]]:
        """The alerts ignored last, newest first: at, source, alertname, reason, count."""
        query = select(ignored).order_by(ignored.c.at.desc(), ignored.c.id.desc()).limit(limit)
        return [dict(row._mapping) for row in self._tx.execute(query)]


def _incident(row: Row[Any]) -> Incident:
    return Incident(
        id=row.id,
        service=row.service,
        state=row.state,
        started_at=row.started_at,
        received_at=row.received_at,
        resolved_at=row.resolved_at,
        promise_at=row.promise_at,
        final_at=row.final_at,
        follows=row.follows,
    )


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        source=row.source,
        fingerprint=row.fingerprint,
        status=row.status,
        labels=row.labels,
        annotations=row.annotations,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        url=row.url,
    )
