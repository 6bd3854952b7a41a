"""Queries over the alerts of incidents, and over the alerts that belong to none."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from bridge.core.impact import OLDEST_START
from bridge.core.model import Alert, Incident
from bridge.core.near_miss import NearMiss
from bridge.core.triage import Ignored, Key, digest_of, key_of, said
from bridge.store.bulk import PUT_ALERTS, alert_row
from bridge.store.dialect import Utc, dumps, insert, skip_locked
from bridge.store.indexed import UNFINISHED
from bridge.store.tables import alerts, ignored, incidents
from bridge.store.transaction import Transaction

SHOWN = 1000  # of the alerts of one incident; what is true of all is asked for apart
CUSTOMER = "customer_"  # how the names of the annotations begin that customers may read
IGNORED_FOR = timedelta(days=30)
IGNORED_ROWS = 10_000  # a route that sends everything here must not fill the disk
_KEYS_AT_ONCE = 500
_NOT_OF_ALERT = {"incident_id", "words", "digest"}


_FIRING = and_(alerts.c.incident_id == bindparam("incident_id"), alerts.c.status == "firing")
_SOME_FIRE = select(alerts.c.source).where(_FIRING).limit(1)
_AS_SHOWN = (alerts.c.status, alerts.c.starts_at, alerts.c.source, alerts.c.fingerprint)
_POSTED = and_(
    alerts.c.source.in_(bindparam("sources", expanding=True)),
    alerts.c.fingerprint.in_(bindparam("fingerprints", expanding=True)),
)
_OWNERS = (
    select(alerts.c.source, alerts.c.fingerprint, incidents.c.service)
    .join(incidents, incidents.c.id == alerts.c.incident_id)
    .where(
        incidents.c.state == "open",
        UNFINISHED,
        incidents.c.service.in_(bindparam("services", expanding=True)),
        alerts.c.status == "firing",
        _POSTED,
    )
)
_THEIRS = alerts.c.incident_id.in_(bindparam("ids", expanding=True))
_KNOWN = select(alerts).where(_THEIRS, _POSTED)
_DIGESTS = select(alerts.c.incident_id, alerts.c.source, alerts.c.fingerprint, alerts.c.digest).where(
    _THEIRS, _POSTED
)
_PLACED = select(
    alerts,
    func.row_number().over(partition_by=alerts.c.incident_id, order_by=_AS_SHOWN).label("place"),
).where(_THEIRS).subquery()  # fmt: skip
_OF_ALL = (
    select(*(_PLACED.c[each.name] for each in alerts.c))
    .where(_PLACED.c.place <= SHOWN)
    .order_by(_PLACED.c.incident_id, _PLACED.c.place)
)
_COUNTS = (
    select(
        alerts.c.incident_id,
        func.count().label("all"),
        func.count().filter(alerts.c.status == "firing").label("firing"),
        func.count().filter(or_(alerts.c.status == "firing", alerts.c.by_hand)).label("unended"),
    )
    .where(_THEIRS)
    .group_by(alerts.c.incident_id)
)
_SEVERITIES = select(alerts.c.labels["severity"].as_string()).where(_FIRING).distinct()


def words_of(annotations: Mapping[str, str]) -> str:
    """The annotations that customers may read, as JSON text with sorted keys."""
    return dumps({name: annotations[name] for name in sorted(annotations) if name.startswith(CUSTOMER)})


class AlertCounts(NamedTuple):
    """How many alerts an incident has, how many of them fire, and how many no source has ended."""

    all: int = 0
    firing: int = 0
    unended: int = 0


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
        """The stored alerts of these incidents that were posted again, by incident and key.

        An alert of which its sender says what it said last is not read: what is posted stands for it.
        """
        found: dict[str, dict[Key, Alert]] = {incident_id: {} for incident_id in incident_ids}
        posts = _said_once(posted) if found else {}
        unread: list[Key] = []
        for keys in _in_batches(posts):
            for row in self._tx.execute(_DIGESTS, {"ids": list(found), **keys}):
                key = row.source, row.fingerprint
                alert = posts.get(key) if row.digest else None
                if alert and row.digest == digest_of(alert):
                    found[row.incident_id][key] = alert
                else:
                    unread.append(key)
        for keys in _in_batches(unread):
            for row in self._tx.execute(_KNOWN, {"ids": list(found), **keys}):
                found[row.incident_id].setdefault((row.source, row.fingerprint), _alert(row))
        return found

    def owners(self, posted: Iterable[Alert], services: Iterable[str]) -> dict[Key, list[str]]:
        """The services in whose open incidents these alerts fire, by the alert's key."""
        wanted = list(services)
        found: dict[Key, list[str]] = {}
        for keys in _in_batches(map(key_of, posted)):
            for row in self._tx.execute(_OWNERS, {"services": wanted, **keys}):
                found.setdefault((row.source, row.fingerprint), []).append(row.service)
        return found

    def put(
        self, incident_id: str, changed: Sequence[Alert], digests: Mapping[Key, str] | None = None
    ) -> None:
        """Insert or replace these alerts, the last of each key. `digests`: of what their senders said, by key."""
        last = {key_of(alert): alert for alert in changed}
        told = digests or {}
        self._tx.own.put_alerts(incident_id, list(last.values()))
        self._tx.write(
            PUT_ALERTS,
            [
                alert_row(incident_id, alert, words_of(alert.annotations), told.get(key))
                for key, alert in last.items()
            ],
        )

    def end_all(self, incident_id: str) -> None:
        """End every firing alert now, by hand."""
        self._tx.own.forget(incident_id)
        self._tx.execute(
            update(alerts)
            .where(alerts.c.incident_id == incident_id, alerts.c.status == "firing")
            .values(status="resolved", ends_at=self._tx.now, by_hand=true(), digest=None)
        )

    def some_fire(self, incident_id: str) -> bool:
        """Whether any alert of the incident fires."""
        return self._tx.execute(_SOME_FIRE, {"incident_id": incident_id}).first() is not None

    def firing(self, incident_id: str) -> int:
        """How many alerts of the incident fire."""
        return self._counted(incident_id).firing

    def firing_of(self, source: str) -> int:
        """How many alerts of a source fire, in all incidents that are open."""
        query = (
            select(func.count())
            .select_from(alerts.join(incidents, incidents.c.id == alerts.c.incident_id))
            .where(incidents.c.state == "open", alerts.c.source == source, alerts.c.status == "firing")
        )
        return int(self._tx.execute(query).scalar_one())

    def unended(self, incident_id: str) -> int:
        """How many alerts of the incident no source has ended, also of those that a person ended by hand."""
        return self._counted(incident_id).unended

    def _counted(self, incident_id: str) -> AlertCounts:
        return self._tx.once(("counts", incident_id), lambda: self.counts([incident_id])[incident_id])

    def severities(self, incident_id: str) -> list[str]:
        """The severities of the alerts that fire, each once; empty for one without that label."""
        own = self._tx.own.incident(incident_id)
        if own and own.alerts is not None:
            return sorted({each.labels.get("severity", "") for each in own.alerts if each.status == "firing"})
        return self._tx.once(("severities", incident_id), lambda: self._severities(incident_id))

    def _severities(self, incident_id: str) -> list[str]:
        rows = self._tx.execute(_SEVERITIES, {"incident_id": incident_id})
        return sorted(found or "" for found in rows.scalars())

    def in_kinds(
        self, incident: Incident, names: Collection[str], borders: Collection[datetime] = ()
    ) -> list[Alert]:
        """All alerts of an incident, those that say the same to customers as one.

        They say the same when their status, their words for customers and their labels of these `names` are the
        same, and their starts are on the same side of each of the `borders`. The one has no other label, the
        earliest start that can be believed, and the last end. A storm of ten thousand is a handful.
        """
        own = self._tx.own.incident(incident.id)
        if own and own.alerts is not None:
            return list(own.alerts)
        if any(mark in name for name in names for mark in '"\\'):
            return self.of(incident.id, limit=None)  # SQLite has no path to a label of such a name
        received = incident.received_at
        believed = {"received": received, "oldest": received - OLDEST_START}
        sides = {f"border{n}": border for n, border in enumerate(borders)}
        rows = self._tx.execute(
            _in_kinds(tuple(names), len(borders)), {"incident_id": incident.id, **believed, **sides}
        )
        return [_one_for_all(row, names) for row in rows]

    def of(self, incident_id: str, limit: int | None = SHOWN) -> list[Alert]:
        """The incident's alerts, those that fire before the others, earliest first, at most `limit`."""
        rows = self._tx.execute(
            select(alerts).where(alerts.c.incident_id == incident_id).order_by(*_AS_SHOWN).limit(limit)
        )
        return [_alert(row) for row in rows]

    def of_all(self, incident_ids: Collection[str]) -> dict[str, list[Alert]]:
        """The same of several incidents, of each at most `SHOWN`."""
        found: dict[str, list[Alert]] = {incident_id: [] for incident_id in incident_ids}
        for row in self._tx.execute(_OF_ALL, {"ids": list(found)}):
            found[row.incident_id].append(_alert(row))
        return found

    def counts(self, incident_ids: Collection[str]) -> dict[str, AlertCounts]:
        """How many alerts each of these incidents has."""
        rows = self._tx.execute(_COUNTS, {"ids": list(incident_ids)})
        counted = dict.fromkeys(incident_ids, AlertCounts())
        counted |= {row.incident_id: AlertCounts(row.all, row.firing, row.unended) for row in rows}
        for incident_id, counts in counted.items():
            self._tx.know(("counts", incident_id), counts)
        return counted

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


def _said_once(posted: Iterable[Alert]) -> dict[Key, Alert | None]:
    """The posted alerts by key; None for one of which several posts say different things."""
    found: dict[Key, Alert | None] = {}
    for alert in posted:
        first = found.setdefault(key_of(alert), alert)
        if first and first is not alert and said(first) != said(alert):
            found[key_of(alert)] = None
    return found


def _in_batches(wanted: Iterable[Key]) -> Iterator[dict[str, list[str]]]:
    """Values for `_POSTED` that together hold for these alerts, each as many as every database takes."""
    keys = sorted(set(wanted))
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        yield {
            "sources": sorted({source for source, _ in some}),
            "fingerprints": [fingerprint for _, fingerprint in some],
        }


@lru_cache(maxsize=64)
def _in_kinds(names: tuple[str, ...], borders: int) -> Select[Any]:
    """What `Alerts.in_kinds` asks: services ask for the labels that their own impacts are found by."""
    # A start as `impact.told_by` believes it, so that a lost clock hides no other start.
    received, oldest = bindparam("received", type_=Utc()), bindparam("oldest", type_=Utc())
    start = case((alerts.c.starts_at.between(oldest, received), alerts.c.starts_at), else_=received)
    side: ColumnElement[int] = literal(0)  # how many of the borders the start is not later than
    for n in range(borders):
        side = side + case((start <= bindparam(f"border{n}", type_=Utc()), 1), else_=0)
    each = (
        select(
            alerts.c.status,
            alerts.c.words,
            alerts.c.source,
            alerts.c.fingerprint,
            alerts.c.ends_at,
            start.label("starts_at"),
            side.label("side"),
            *(alerts.c.labels[name].as_string().label(f"l{n}") for n, name in enumerate(names)),
        )
        .where(alerts.c.incident_id == bindparam("incident_id"))
        .subquery()
    )
    kind = [each.c.status, each.c.words, *(each.c[f"l{n}"] for n in range(len(names)))]
    return select(
        *kind,
        func.min(each.c.source).label("source"),
        func.min(each.c.fingerprint).label("fingerprint"),
        func.min(each.c.starts_at, type_=Utc()).label("starts_at"),
        func.max(each.c.ends_at, type_=Utc()).label("ends_at"),
    ).group_by(*kind, each.c.side)


def _one_for_all(row: Row[Any], names: Collection[str]) -> Alert:
    labels = {name: row._mapping[f"l{n}"] for n, name in enumerate(names)}
    return Alert(
        row.source,
        row.fingerprint,
        row.status,
        {name: value for name, value in labels.items() if value is not None},
        json.loads(row.words),
        row.starts_at,
        row.ends_at,
    )


def _alert(row: Row[Any]) -> Alert:
    return Alert(**{name: value for name, value in row._mapping.items() if name not in _NOT_OF_ALERT})
