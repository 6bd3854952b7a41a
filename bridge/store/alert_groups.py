"""The alerts of an incident as people can read them: by name, however many there are."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, select

from bridge.core.model import AlertGroup, LeftOut
from bridge.core.sanitise import one_line
from bridge.store.dialect import Utc
from bridge.store.tables import alerts, ignored
from bridge.store.transaction import Transaction

SHOWN_GROUPS = 50
NAME_CHARS = 80  # a name is a foreign text
_ROWS_READ = 200  # of the ignored alerts of one incident's names


_KEYS = (
    func.coalesce(alerts.c.labels["alertname"].as_string(), "").label("name"),
    alerts.c.source,
    alerts.c.status,
    alerts.c.by_hand,
)
_SINCE = func.min(func.coalesce(alerts.c.began_at, alerts.c.starts_at), type_=Utc()).label("since")
_OF = (  # each page asks: built once
    select(
        *_KEYS,
        func.count().label("n"),
        _SINCE,
        func.max(alerts.c.ends_at, type_=Utc()).label("until"),
        func.max(alerts.c.end_note).label("end_note"),
    )
    .where(alerts.c.incident_id == bindparam("incident_id"))
    .group_by(*_KEYS)
    .order_by(alerts.c.status, _SINCE, *_KEYS)
    .limit(SHOWN_GROUPS)
)
_LEFT_OUT = (
    select(ignored.c.alertname, ignored.c.nearest, ignored.c.at)
    .where(
        ignored.c.reason == "no_service",
        ignored.c.alertname.in_(bindparam("names", expanding=True)),
        ignored.c.at >= bindparam("since", type_=Utc()),
    )
    .order_by(ignored.c.at.desc(), ignored.c.id.desc())
    .limit(_ROWS_READ)
)


class AlertGroups:
    """Alerts by their names within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, incident_id: str) -> list[AlertGroup]:
        """All alerts of an incident by name, those that fire first, at most `SHOWN_GROUPS` groups."""
        rows = self._tx.execute(_OF, {"incident_id": incident_id})
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
        rows = self._tx.execute(_LEFT_OUT, {"names": list(names), "since": since})
        found: dict[tuple[str, str, str], LeftOut] = {}
        for row in rows:
            near = row.nearest or {}
            if near.get("service") == service:
                name, value = one_line(row.alertname, NAME_CHARS), one_line(near["value"], NAME_CHARS)
                found.setdefault((name, near["label"], value), LeftOut(name, near["label"], value, row.at))
        return list(found.values())
