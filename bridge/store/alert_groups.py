"""The alerts of an incident as people can read them: by name, however many there are."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from bridge.core.model import AlertGroup, LeftOut
from bridge.core.sanitise import one_line
from bridge.store.dialect import Utc
from bridge.store.tables import alerts, ignored
from bridge.store.transaction import Transaction

SHOWN_GROUPS = 50
NAME_CHARS = 80  # a name is a foreign text
_ROWS_READ = 200  # of the ignored alerts of one incident's names


class AlertGroups:
    """Alerts by their names within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, incident_id: str) -> list[AlertGroup]:
        """All alerts of an incident by name, those that fire first, at most `SHOWN_GROUPS` groups."""
        name = func.coalesce(alerts.c.labels["alertname"].as_string(), "")
        began = func.coalesce(alerts.c.began_at, alerts.c.starts_at)
        keys = (name.label("name"), alerts.c.source, alerts.c.status, alerts.c.by_hand)
        since = func.min(began, type_=Utc()).label("since")
        rows = self._tx.execute(
            select(
                *keys,
                func.count().label("n"),
                since,
                func.max(alerts.c.ends_at, type_=Utc()).label("until"),
                func.max(alerts.c.end_note).label("end_note"),
            )
            .where(alerts.c.incident_id == incident_id)
            .group_by(*keys)
            .order_by(alerts.c.status, since, *keys)
            .limit(SHOWN_GROUPS)
        )
        return [
            AlertGroup(
                name=one_line(row.name, NAME_CHARS),
                source=row.source,
                status=row.status,
                by_hand=row.by_hand,
                count=row.n,
                since=row.since,
                until=row.until if row.status == "resolved" else None,
                end_note=one_line(row.end_note, NAME_CHARS),
            )
            for row in rows
        ]

    def left_out(self, service: str, names: Collection[str], since: datetime) -> list[LeftOut]:
        """Alerts of these names that missed the service by a matcher and came since, the last first, each once."""
        rows = self._tx.execute(
            select(ignored.c.alertname, ignored.c.nearest, ignored.c.at)
            .where(ignored.c.reason == "no_service", ignored.c.alertname.in_(names), ignored.c.at >= since)
            .order_by(ignored.c.at.desc(), ignored.c.id.desc())
            .limit(_ROWS_READ)
        )
        found: dict[tuple[str, str, str], LeftOut] = {}
        for row in rows:
            near = row.nearest or {}
            if near.get("service") == service:
                name, value = one_line(row.alertname, NAME_CHARS), one_line(near["value"], NAME_CHARS)
                found.setdefault((name, near["label"], value), LeftOut(name, near["label"], value, row.at))
        return list(found.values())
