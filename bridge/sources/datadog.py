"""Datadog: Integrations → Webhooks, with the payload of docs/sources/datadog, mentioned as @webhook-bridge.

Source: docs.datadoghq.com/integrations/webhooks. All values are texts. The mention must stand outside of
{{#is_alert}}, or Recovered is never sent. No Data is no end and no customer's trouble.
"""

from collections.abc import Mapping

from bridge.core.model import Alert, AlertStatus
from bridge.errors import SourceError
from bridge.sources.body import labels_in, read_object, text, time
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post, not_wanted
from bridge.sources.settings import SourceSettings

SCHEMA = "bridge-datadog-1"
TRANSITIONS: Mapping[str, AlertStatus] = {
    "Triggered": "firing",
    "Re-Triggered": "firing",
    "Warn": "firing",
    "Re-Warn": "firing",
    "Renotify": "firing",
    "Recovered": "resolved",
}
SEVERITY = {"error": "critical", "warning": "warning", "success": "unknown", "info": "info"}


class DatadogSettings(SourceSettings):
    """What the webhook's custom headers or URL send."""


Settings = DatadogSettings


def parse(post: Post, settings: DatadogSettings) -> Parsed:  # noqa: ARG001 - nothing to choose
    """The event of one post. Raises SourceError, and nothing else, for a malformed body."""
    given = {name: text(value, name) for name, value in read_object(post.body).items()}
    if given.get("schema") != SCHEMA:
        raise SourceError("schema", f'must be "{SCHEMA}", as the payload of docs/sources/datadog has it')
    key = given.get("alert_cycle_key", "")
    if not key or len(key) > 100:
        raise SourceError("alert_cycle_key", "must be $ALERT_CYCLE_KEY")
    transition = given.get("transition", "")
    if not transition:
        raise SourceError("transition", "must be $ALERT_TRANSITION")
    if transition not in TRANSITIONS:  # also No Data and Re-No Data, though alert_type is error
        return Parsed((), ignored=(not_wanted(post, "other_event", transition[:200], key),))
    moments = Moments(post.received_at)
    alert = _alert(given, TRANSITIONS[transition], post, moments)
    return Parsed((alert,), notes=tuple(moments.notes))


def _alert(given: Mapping[str, str], status: AlertStatus, post: Post, moments: Moments) -> Alert:
    at = time(given.get("date"), "date")
    told = time(given.get("last_updated"), "last_updated") if given.get("transition") == "Renotify" else at
    starts_at = moments.start(told, "date")
    tags = labels_in(*given.get("tags", "").split(","))
    own = {
        "alertname": given.get("monitor", ""),
        "severity": SEVERITY.get(given.get("alert_type", ""), "unknown"),
        "instance": given.get("hostname", ""),
    }
    return Alert(
        source=post.source,
        fingerprint=given["alert_cycle_key"],
        status=status,
        labels={**{name: value for name, value in own.items() if value}, **tags},
        annotations={"summary": given.get("title", ""), "description": given.get("status_summary", "")},
        starts_at=starts_at,
        ends_at=moments.end(at, "date", starts_at) if status == "resolved" else None,
        url=given.get("link", ""),
        as_of=at,
    )
