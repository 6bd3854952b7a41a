"""Which services an alert concerns, and how it changes their incidents. Pure.

An alert that matches several services is recorded for each of them, because the customers of all are affected.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Literal

from bridge.core.matchers import Matchers
from bridge.core.model import Alert, Incident, IncidentState, Notice
from bridge.core.next_notice import reached
from bridge.core.service_index import ServiceIndex
from bridge.core.settings import Service

Reason = Literal["opened", "attached", "fires_again", "updated", "repeated", "resolved"]
Ignored = Literal["no_service", "heartbeat", "never_seen", "outdated", "test", "other_event", "no_data"]
Key = tuple[str, str]
_OUTDATED: Ignored = "outdated"

OWN_TROUBLE = frozenset({"DatasourceNoData", "DatasourceError"})
"""Grafana's alerts about a rule that could not measure. They carry the rule's labels, and are no customer's trouble
unless a service's matcher names them."""
REMEMBERED = timedelta(hours=24)


def key_of(alert: Alert) -> Key:
    """An alert's identity inside an incident: source and fingerprint. No time is part of it."""
    return alert.source, alert.fingerprint


def said(alert: Alert) -> tuple[object, ...]:
    """All that a sender says of an alert, but the URL: two Alertmanagers give different ones for one alert."""
    return (
        alert.status,
        alert.labels,
        alert.annotations,
        alert.starts_at,
        alert.ends_at,
        alert.as_of,
        alert.end_note,
    )


def digest_of(alert: Alert) -> str:
    """What a sender says of an alert as 32 hex digits. Said again it changes nothing, whatever was stored of it."""
    return blake2b(repr(said(alert)).encode("utf-8", "replace"), digest_size=16).hexdigest()


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

    def without_old_news(self, service: str, known: Mapping[Key, Alert]) -> "Sorted":
        """The post without what this service's last incident, which takes no alerts any more, knew already."""

        def is_old(alert: Alert) -> bool:
            old = known.get(key_of(alert))
            return old is not None and (is_outdated(alert, old) or is_retry(alert, old))

        mine = self.by_service.get(service, ())
        old = tuple((alert, _OUTDATED) for alert in mine if is_old(alert))
        fresh = tuple(alert for alert in mine if not is_old(alert))
        return Sorted({**self.by_service, service: fresh}, (*self.ignored, *old)) if old else self


def sort_alerts(alerts: Iterable[Alert], services: ServiceIndex, heartbeats: Sequence[Matchers]) -> Sorted:
    """Find the services of every alert. A heartbeat, which one of these lists of matchers fits, belongs to none."""
    wanted: dict[str, list[Alert]] = {}
    ignored: list[tuple[Alert, Ignored]] = []
    for alert in alerts:
        if any(heartbeat.matches(alert.labels) for heartbeat in heartbeats):
            ignored.append((alert, "heartbeat"))
            continue
        mine = services.wanting(alert.labels)
        if alert.labels.get("alertname") in OWN_TROUBLE:
            mine = [service for service in mine if _names_alert(service)]
        if not mine:
            ignored.append(
                (alert, "no_data" if alert.labels.get("alertname") in OWN_TROUBLE else "no_service")
            )
        for service in mine:
            wanted.setdefault(service.id, []).append(alert)
    return Sorted({service: tuple(found) for service, found in wanted.items()}, tuple(ignored))


def _names_alert(service: Service) -> bool:
    """Whether the service says which alerts it wants, by their name."""
    matchers = [matcher for one in service.match for matcher in one.all if matcher.name == "alertname"]
    return any(not matcher.matches({}) for matcher in matchers)


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One change: the alert as it is to be stored, the reason, and the alert as its sender told it."""

    alert: Alert
    reason: Reason
    told: Alert


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
        if why := _unwanted(alert, old):
            ignored.append((alert, why))
            continue
        if old is None:
            change = AlertChange(alert, "opened" if opens else "attached", alert)
        elif is_retry(alert, old):
            change = AlertChange(old, "repeated", alert)
        else:
            change = _end(old, alert, now) if alert.status == "resolved" else _fire(old, alert)
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


def is_outdated(alert: Alert, known: Alert) -> bool:
    """Whether the sender itself has said something newer of this alert than what comes now."""
    return alert.as_of is not None and known.as_of is not None and alert.as_of < known.as_of


def is_retry(alert: Alert, known: Alert) -> bool:
    """Whether this was said before, of the same moment: the sender posts it again, as its answer was lost."""
    said = "firing" if known.by_hand else "resolved" if known.end_note else known.status
    return alert.as_of is not None and alert.as_of == known.as_of and alert.status == said


def _unwanted(alert: Alert, known: Alert | None) -> Ignored | None:
    if known is None:
        return "never_seen" if alert.status == "resolved" else None
    if is_outdated(alert, known):
        return "outdated"
    ends = alert.status == "resolved"
    return "outdated" if ends and _of_an_earlier_occurrence(alert, known) else None


def _of_an_earlier_occurrence(end: Alert, known: Alert) -> bool:
    """Whether this end is of a time before the alert began to fire as it does, or did last."""
    if end.ends_at is None or end.starts_at >= known.occurrence_at:
        return False
    told_before = known.status == "firing" and known.last_end is not None and end.ends_at <= known.last_end
    return told_before or end.ends_at < known.occurrence_at


def _end(old: Alert, alert: Alert, now: datetime) -> AlertChange:
    ends_at = min(max(alert.ends_at or now, old.occurrence_at), now)
    told = replace(old, as_of=alert.as_of or old.as_of, end_note=alert.end_note)
    if old.by_hand:
        return AlertChange(replace(told, last_end=ends_at, by_hand=False), "updated", alert)
    if old.status == "resolved":
        return AlertChange(old, "repeated", alert)
    if alert.end_note:  # nothing was measured: only a person can say that it is over
        return AlertChange(told, "repeated" if told == old else "updated", alert)
    return AlertChange(replace(told, status="resolved", ends_at=ends_at, last_end=ends_at), "resolved", alert)


def _fire(old: Alert, alert: Alert) -> AlertChange:
    starts_at, began_at = min(old.starts_at, alert.starts_at), _began(old, alert)
    as_of = alert.as_of or old.as_of
    # two Alertmanagers give different URLs for one alert, which is no update
    if (
        (old.status, old.labels, old.annotations) == ("firing", alert.labels, alert.annotations)
        and (old.starts_at, old.began_at, old.ends_at) == (starts_at, began_at, alert.ends_at)
        and (old.as_of, old.end_note, old.by_hand) == (as_of, alert.end_note, alert.by_hand)
    ):
        return AlertChange(old, "repeated", alert)
    new = replace(alert, starts_at=starts_at, began_at=began_at, last_end=old.last_end, as_of=as_of)
    return AlertChange(new, "fires_again" if old.status == "resolved" else "updated", alert)


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
