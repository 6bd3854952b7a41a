"""Queries over incidents."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    or_,
    select,
    tuple_,
    update,
)

from bridge.core.kinds import kinds_that
from bridge.core.lifecycle import incident_may_move
from bridge.core.model import Incident, IncidentState, Mode
from bridge.core.next_notice import TOLD
from bridge.core.values import fields_of
from bridge.store.dialect import dumps, each_of, listed
from bridge.store.indexed import UNFINISHED, written
from bridge.store.tables import incidents, notices
from bridge.store.transaction import Transaction

_ABOUT = notices.alias("about")
REAL: Mode = "real"


COLUMNS = [column for column in incidents.c if column.name not in ("look_at", "changes")]
_NAMES = [column.name for column in COLUMNS]
CHANGED: Mapping[str, Any] = {"look_at": None, "changes": incidents.c.changes + 1}  # the timer looks again

SERVICES = bindparam("services", type_=Text())
"""The services of a statement that is built once: JSON text."""


# Statements of every alert are built once: building costs as much as running them.
_ADD = incidents.insert()
_BY_ID = select(*COLUMNS).where(incidents.c.id == bindparam("id"))
_OPEN = select(*COLUMNS).where(
    incidents.c.service.in_(bindparam("services", expanding=True)),
    UNFINISHED,
    incidents.c.state.in_(("open", "settling")),
)
_RECOVERY_APPROVED = (
    select(notices.c.id)
    .where(
        notices.c.incident_id == incidents.c.id,
        notices.c.kind.in_(kinds_that(lambda spec: spec.tells_recovery)),
        or_(notices.c.state.in_(TOLD), notices.c.sending_at.is_not(None)),
    )
    .exists()
)
_TAKING_ALERTS = (
    select(*COLUMNS)
    .where(
        incidents.c.service.in_(bindparam("services", expanding=True)),
        UNFINISHED,
        incidents.c.mode == REAL,
        or_(
            incidents.c.state.in_(("open", "settling")),
            and_(incidents.c.state == "recovered", ~_RECOVERY_APPROVED),
        ),
    )
    .order_by(incidents.c.received_at)
)
_SERVICE = each_of(SERVICES).table_valued("value")
_NEWEST_ID = (
    select(incidents.c.id)
    .where(incidents.c.service == _SERVICE.c.value, incidents.c.mode == written(REAL)[0])
    .order_by(incidents.c.received_at.desc(), incidents.c.id.desc())
    .limit(1)
    .correlate(_SERVICE)
    .scalar_subquery()
)
_LATEST = select(*COLUMNS).where(incidents.c.id.in_(select(_NEWEST_ID).select_from(_SERVICE)))
_NOTICE_CHANGED = (
    update(incidents)
    .where(
        incidents.c.id
        == select(notices.c.incident_id).where(notices.c.id == bindparam("notice_id")).scalar_subquery()
    )
    .values(CHANGED)
)


class IncidentChanges(TypedDict, total=False):
    """The columns that may change while an incident lives, but its state."""

    started_at: datetime
    resolved_at: datetime | None
    promise_at: datetime | None
    final_at: datetime | None
    truncated: int
    ended_by: str | None
    firing_at_end: int | None


def about(notice_id: Column[Any]) -> ColumnElement[bool]:
    """Whether a row's notice is about one of `SERVICES`. Asked of each row, so that its own index is used."""
    service = select(incidents.c.service).join(_ABOUT, _ABOUT.c.incident_id == incidents.c.id)
    return listed(
        service.where(_ABOUT.c.id == notice_id).correlate(notice_id.table).scalar_subquery(), SERVICES
    )


class Incidents:
    """Incidents within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, incident_id: str) -> Incident | None:
        if own := self._tx.own.incident(incident_id):
            return own.incident
        row = self._tx.execute(_BY_ID, {"id": incident_id}).one_or_none()
        return incident_of(row) if row else None

    def taking_alerts(self, services: Sequence[str]) -> dict[str, Incident]:
        """The incident of each service that takes new alerts: open, settling, or recovered and not reported so."""
        rows = self._tx.execute(_TAKING_ALERTS, {"services": services})
        found: dict[str, Incident] = {}
        for row in rows:
            old = found.get(row.service)
            if old is None or old.state == "recovered":
                found[row.service] = incident_of(row)
        return found

    def latest(self, services: Collection[str]) -> dict[str, Incident | None]:
        """The newest incident of each of these services, which are locked, whatever its state; drills are none."""
        found: dict[str, Incident | None] = dict.fromkeys(services)
        for row in self._tx.execute(_LATEST, {"services": dumps(list(services))}) if services else ():
            found[row.service] = incident_of(row)
        self._tx.own.without_past.update(service for service, last in found.items() if last is None)
        return found

    def open_one(self, service: str) -> Incident | None:
        """The incident of a service that is open or settling, a drill too; there is at most one."""
        return next(iter(self.open_ones([service])), None)

    def open_ones(self, services: Collection[str]) -> list[Incident]:
        """The same of several services."""
        rows = self._tx.execute(_OPEN, {"services": list(services)})
        return [incident_of(row) for row in rows]

    def services_of(self, ids: Collection[str]) -> set[str]:
        """The services that these incidents, or the incidents of these notices, are of."""
        mine = select(notices.c.incident_id).where(notices.c.id.in_(ids))
        query = select(incidents.c.service).where(or_(incidents.c.id.in_(ids), incidents.c.id.in_(mine)))
        return set(self._tx.execute(query.distinct()).scalars())

    def add(self, incident: Incident) -> None:
        self._tx.write(_ADD, [fields_of(incident)])
        self._tx.own.open(incident)

    def move(self, incident: Incident, to: IncidentState, **changes: Unpack[IncidentChanges]) -> bool:
        """Compare and set: true when the incident still was in the state that the caller saw.

        Staying in that state is allowed. Raises ValueError for a move that the lifecycle does not know.
        """
        if to != incident.state and not incident_may_move(incident.state, to):
            raise ValueError(f"an incident does not go from {incident.state} to {to}")
        self._tx.own.forget(incident.id)
        as_seen = update(incidents).where(incidents.c.id == incident.id, incidents.c.state == incident.state)
        return bool(self._tx.execute(as_seen.values(state=to, **changes, **CHANGED)).rowcount == 1)

    def set(self, incident_id: str, **changes: Unpack[IncidentChanges]) -> None:
        """Write columns of an incident in whatever state; the caller holds the service's lock."""
        self._tx.own.forget(incident_id)
        self._tx.execute(update(incidents).where(incidents.c.id == incident_id).values(**changes, **CHANGED))

    def changed(self, notice_id: str) -> None:
        """A notice of an incident changed: the incident may owe something else now."""
        self._tx.execute(_NOTICE_CHANGED, {"notice_id": notice_id})

    def unfinished(self) -> list[Incident]:
        """Every incident that is not closed, oldest first."""
        found = (incident_of(row) for row in self._tx.execute(select(*COLUMNS).where(UNFINISHED)))
        return sorted(found, key=lambda incident: incident.received_at)

    def ids(self) -> list[str]:
        """Every incident's id, oldest first."""
        return list(self._tx.execute(select(incidents.c.id).order_by(incidents.c.received_at)).scalars())

    def page(self, before: tuple[datetime, str] | None, limit: int) -> list[Incident]:
        """Newest first, those received before the cursor."""
        return [incident_of(row) for row in self._tx.execute(_page(COLUMNS, before, limit))]

    def services_on(self, before: tuple[datetime, str] | None, limit: int) -> frozenset[str]:
        """The services of the incidents of that page."""
        return frozenset(self._tx.execute(_page([incidents.c.service], before, limit)).scalars())


def _page(
    columns: Sequence[Column[Any]], before: tuple[datetime, str] | None, limit: int
) -> Select[tuple[Any, ...]]:
    query = select(*columns).order_by(incidents.c.received_at.desc(), incidents.c.id.desc()).limit(limit)
    if before:
        place = tuple_(incidents.c.received_at, incidents.c.id)
        # the types say how a time is written: SQLite compares texts
        query = query.where(place < tuple_(*before, types=[column.type for column in place.clauses]))
    return query


def incident_of(row: Row[Any]) -> Incident:
    """An incident from a row that has `COLUMNS`."""
    columns = row._mapping
    return Incident(**{name: columns[name] for name in _NAMES})
