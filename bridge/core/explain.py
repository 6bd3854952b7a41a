"""What an alert would do, and by how little it does not: for people who try their rules by day. Pure.

Said of a bridge that knows no incident: an end opens nothing then, and the first alert opens one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from bridge.core.matchers import Matchers
from bridge.core.model import Alert
from bridge.core.near_miss import NearMiss, near_miss
from bridge.core.service_index import ServiceIndex
from bridge.core.settings import Service
from bridge.core.triage import Ignored, Reason, judge, sort_alerts

_WHY: Mapping[Ignored, str] = {
    "heartbeat": "{name} is a heartbeat of monitoring itself, see heartbeats in the configuration",
    "never_seen": "{name} has ended, and an end opens nothing",
    "outdated": "{name} is older than what the same post says of it",
    "test": "this is a test of the sender",
    "other_event": "{name} neither begins nor ends anything",
    "no_data": "{name} tells that a rule could not measure. A service that wants it names it in a matcher",
}


@dataclass(frozen=True, slots=True)
class ServiceMatch:
    """One service beside an alert. `holds`: its matchers that do. `missed`: the first that does not, if any."""

    service: str
    holds: tuple[str, ...]
    missed: NearMiss | None


@dataclass(frozen=True, slots=True)
class ExplainedAlert:
    """One alert of the post. Either `change`, what it does to an incident, or `ignored`, with the reason in words."""

    alert: Alert
    services: tuple[ServiceMatch, ...]
    change: Reason | None
    ignored: Ignored | None
    why: str

    @property
    def name(self) -> str:
        """What people call it."""
        return self.alert.labels.get("alertname") or self.alert.fingerprint


def explain_alerts(
    alerts: Sequence[Alert], services: Iterable[Service], heartbeats: Sequence[Matchers], now: datetime
) -> list[ExplainedAlert]:
    """Each alert of a post with every service that it meets or misses, and what becomes of it."""
    services = tuple(services)
    found = sort_alerts(alerts, ServiceIndex(services), heartbeats)
    ignored = {id(alert): why for alert, why in found.ignored}
    changes: dict[int, Reason] = {}
    for mine in found.by_service.values():
        for alert in mine:
            verdict = judge([alert], None, now)
            if verdict.changes:
                changes[id(alert)] = verdict.changes[0].reason
            else:
                ignored[id(alert)] = verdict.ignored[0][1]
    return [_explained(alert, services, changes.get(id(alert)), ignored.get(id(alert))) for alert in alerts]


def explain_ignored(alert: Alert, why: Ignored) -> ExplainedAlert:
    """What the source itself leaves out: a test, or an event of another kind."""
    name = alert.labels.get("alertname") or alert.fingerprint
    return ExplainedAlert(alert, (), None, why, _WHY[why].replace("{name}", name))


def _explained(
    alert: Alert, services: Sequence[Service], change: Reason | None, ignored: Ignored | None
) -> ExplainedAlert:
    matches = tuple(_match(alert, service) for service in services)
    why = ""
    if ignored and not change:
        name = alert.labels.get("alertname") or alert.fingerprint
        miss = near_miss(alert.labels, services)
        why = (
            missed(miss, alert.labels)
            if ignored == "no_service" and miss
            else _WHY.get(ignored, "").replace("{name}", name)
        )
    return ExplainedAlert(alert, matches, change, None if change else ignored, why)


def _match(alert: Alert, service: Service) -> ServiceMatch:
    matchers = [matcher for one in service.match for matcher in one.all]
    holds = tuple(str(matcher) for matcher in matchers if matcher.matches(alert.labels))
    return ServiceMatch(service.id, holds, near_miss(alert.labels, [service]))


def missed(miss: NearMiss, labels: Mapping[str, str]) -> str:
    """`shop needs severity=~"critical|page", the alert has severity="high"`, with the label that may be meant."""
    more = f" ({miss.failed - 1} more of its matchers fail)" if miss.failed > 1 else ""
    if labels.get(miss.label):
        return f'{miss.service} needs {miss.matcher}, the alert has {miss.label}="{miss.value}"{more}'
    near = get_close_matches(miss.label, labels, n=1)
    meant = f', but {near[0]}="{labels[near[0]]}"' if near else ""
    return f"{miss.service} needs {miss.matcher}, the alert has no {miss.label}{meant}{more}"


def why_nothing(alerts: Sequence[ExplainedAlert]) -> str:
    """Why no alert of a post would bring a letter: the reason that is nearest to bringing one."""
    if not alerts:
        return "the post holds no alert"

    def distance(one: ExplainedAlert) -> int:
        failed = [match.missed.failed for match in one.services if match.missed]
        return min(failed, default=0) if one.ignored == "no_service" else 1000

    return min(alerts, key=distance).why
