"""Which services an alert concerns, and how it changes their incidents. Pure.

An alert that matches several services is recorded for each of them, because the customers of all are affected.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.matchers import Matchers
from bridge.core.model import Alert, Incident, IncidentState, Notice
from bridge.core.next_notice import reached
from bridge.core.service_index import ServiceIndex

Reason = Literal["opened", "attached", "fires_again", "updated", "repeated", "resolved"]
Ignored = Literal["no_service", "heartbeat", "never_seen", "outdated"]
Key = tuple[str, str]

REMEMBERED = timedelta(hours=24)


def key_of(alert: Alert) -> Key:
    """An alert's identity inside an incident: source and fingerprint. No time is part of it."""
    return alert.source, alert.fingerprint


@dataclass(frozen=True, slots=True)
class Sorted:
    """A post's alerts by service, and the alerts of no service, each with the reason."""

    by_service: Mapping[str, tuple[Alert, ...]]
    ignored: tuple[tuple[Alert, Ignored], ...]

    def unwanted_ends(self) -> tuple[Alert, ...]:
        """The ends that match no service: the alert never matched one, or matched before a reload."""
        return tuple(a for a, why in self.ignored if why == "no_service" and a.status == "resolved")

    def with_owners(self, owners: Mapping[Key, Sequence[str]]) -> "Sorted":
        """The post with each unwanted end given to the services in whose incidents the alert fires.

        `owners` are those services, by the alert's identity. What they match by now does not count for an end.
        """
        wanted = dict(self.by_service)
        ends = {key_of(alert): alert for alert in self.unwanted_ends() if key_of(alert) in owners}
        for key, alert in ends.items():
            for service in owners[key]:
                wanted[service] = (*wanted.get(service, ()), alert)
        left = tuple((a, why) for a, why in self.ignored if why != "no_service" or key_of(a) not in ends)
        return Sorted(wanted, left)


def sort_alerts(alerts: Iterable[Alert], services: ServiceIndex, heartbeats: Sequence[Matchers]) -> Sorted:
    """Find the services of every alert. A heartbeat, which one of these lists of matchers fits, belongs to none."""
    wanted: dict[str, list[Alert]] = {}
    ignored: list[tuple[Alert, Ignored]] = []
    for alert in alerts:
        if any(heartbeat.matches(alert.labels) for heartbeat in heartbeats):
            ignored.append((alert, "heartbeat"))
            continue
        mine = services.wanting(alert.labels)
        if not mine:
            ignored.append((alert, "no_service"))
        for service in mine:
            wanted.setdefault(service, []).append(alert)
    return Sorted({service: tuple(found) for service, found in wanted.items()}, tuple(ignored))


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One change: the alert as it is to be stored, and the reason."""

    alert: Alert
    reason: Reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a post means for one service: the changes in order, and the alerts that were ignored."""

    changes: tuple[AlertChange, ...]
    ignored: tuple[tuple[Alert, Ignored], ...]

    def any(self, *reasons: Reason) -> bool:
        """Whether some alert changed for one of these reasons."""
        return any(change.reason in reasons for change in self.changes)


def judge(posted: Sequence[Alert], known: Mapping[Key, Alert] | None, now: datetime) -> Verdict:
    """Fold a post into the alerts of an incident. `known` is None when no incident takes alerts.

    While an alert fires, its start may move earlier and never later: two Alertmanagers report different starts.
    An end belongs to the occurrence that it ends: a copy of an earlier one that comes late ends nothing.
    """
    opens = known is None
    seen: dict[Key, Alert] = dict(known or {})
    changes: list[AlertChange] = []
    ignored: list[tuple[Alert, Ignored]] = []
    for alert in posted:
        old = seen.get(key_of(alert))
        if alert.status == "resolved":
            if old is None:
                ignored.append((alert, "never_seen"))
                continue
            if _of_an_earlier_occurrence(alert, old):
                ignored.append((alert, "outdated"))
                continue
            change = _end(old, alert, now)
        else:
            change = (
                AlertChange(alert, "opened" if opens else "attached") if old is None else _fire(old, alert)
            )
            opens = False
        seen[key_of(alert)] = change.alert
        changes.append(change)
    return Verdict(tuple(changes), tuple(ignored))


def judge_each(
    posts: Iterable[Sequence[Alert]], known: Mapping[Key, Alert] | None, now: datetime
) -> list[Verdict]:
    """The verdict on each of several posts, as if they had come one after the other."""
    verdicts: list[Verdict] = []
    for posted in posts:
        verdict = judge(posted, known, now)
        if verdict.changes:
            known = {**(known or {}), **{key_of(change.alert): change.alert for change in verdict.changes}}
        verdicts.append(verdict)
    return verdicts


def joined(verdicts: Sequence[Verdict]) -> Verdict:
    """Several posts' verdicts on one service as one."""
    return Verdict(
        tuple(change for verdict in verdicts for change in verdict.changes),
        tuple(unwanted for verdict in verdicts for unwanted in verdict.ignored),
    )


def _of_an_earlier_occurrence(end: Alert, known: Alert) -> bool:
    """Whether this end is of a time before the alert began to fire as it does, or did last."""
    if end.ends_at is None or end.starts_at >= known.occurrence_at:
        return False
    told_before = known.status == "firing" and known.last_end is not None and end.ends_at <= known.last_end
    return told_before or end.ends_at < known.occurrence_at


def _end(old: Alert, alert: Alert, now: datetime) -> AlertChange:
    ends_at = min(max(alert.ends_at or now, old.occurrence_at), now)
    if old.by_hand:
        return AlertChange(replace(old, last_end=ends_at, by_hand=False), "updated")
    if old.status == "resolved":
        return AlertChange(old, "repeated")
    return AlertChange(replace(old, status="resolved", ends_at=ends_at, last_end=ends_at), "resolved")


def _fire(old: Alert, alert: Alert) -> AlertChange:
    starts_at = min(old.starts_at, alert.starts_at)
    new = replace(alert, starts_at=starts_at, began_at=_began(old, alert), last_end=old.last_end)
    if old.status == "resolved":
        return AlertChange(new, "fires_again")
    # two Alertmanagers give different URLs for one alert, which is no update
    return AlertChange(new, "repeated" if replace(new, url=old.url) == old else "updated")


def _began(old: Alert, alert: Alert) -> datetime | None:
    """When the occurrence began of which `alert` tells. A start before the last end may be of the one before."""
    if old.status == "resolved":
        return alert.starts_at
    if old.last_end is None:
        return old.began_at and min(old.began_at, alert.starts_at)
    later = [at for at in (old.occurrence_at, alert.starts_at) if at > old.last_end]
    return min(later, default=old.occurrence_at)


def state_after(state: IncidentState, *, fires: bool) -> IncidentState:
    """The state of an incident that takes alerts, after a post. `fires`: whether some alert of it fires now."""
    if fires:
        return "open"
    return "settling" if state == "open" else state


def comes_back(before: Incident | None, notices: Sequence[Notice], now: datetime) -> bool:
    """Whether the letters of a new incident refer to the service's last one. `notices` are those of the last one.

    They do not when no letter about the last one reached a customer.
    """
    if before is None or not any(map(reached, notices)):
        return False
    if before.state == "recovered":
        return True
    return before.resolved_at is not None and now - before.resolved_at < REMEMBERED
