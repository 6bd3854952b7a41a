"""Sentry: an internal integration with metric alerts and issue alerts, signed over the body.

Source: docs.sentry.io/integrations/integration-platform/webhooks. Its patience is one second. An issue alert has no
end of its own: the click that resolves its issue is one, of which nobody measured anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from bridge.core.model import Alert
from bridge.errors import SourceError
from bridge.sources.body import object_in, read_object, text
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post, not_wanted
from bridge.sources.settings import SourceSettings

SEVERITY = dict.fromkeys(("critical", "fatal", "error"), "critical") | {"warning": "warning", "info": "info"}


class SentrySettings(SourceSettings):
    """The integration's client secret, as `hmac`."""

    SIGNATURE_HEADER: ClassVar[str] = "Sentry-Hook-Signature"
    labels_by_project: Mapping[str, Mapping[str, str]] = Field(
        default={}, description="labels by the project's slug or number, for alerts that carry no tags"
    )


Settings = SentrySettings


def parse(post: Post, settings: SentrySettings) -> Parsed:
    """The event of one post. Raises SourceError, and nothing else, for a malformed body."""
    body = read_object(post.body)
    action = text(body.get("action"), "action")
    if not action:
        raise SourceError("action", "missing: Sentry's webhooks name it")
    if "data" not in body:
        raise SourceError("data", "missing: Sentry's webhooks have it")
    data = object_in(body.get("data"), "data")
    moments = Moments(post.received_at)
    if "metric_alert" in data and action in ("critical", "warning", "resolved"):
        alert = _metric(data, action, post, moments)
    elif "event" in data and action == "triggered":
        alert = _event(data, post, moments)
    elif "issue" in data and action == "resolved":
        alert = _issue(data, post, moments)
    else:
        return Parsed((), ignored=(not_wanted(post, "other_event", action[:200]),))
    return Parsed((_labelled(alert, settings),), notes=tuple(moments.notes))


def _metric(data: Mapping[str, object], action: str, post: Post, moments: Moments) -> Alert:
    given = object_in(data.get("metric_alert"), "data.metric_alert")
    rule = object_in(given.get("alert_rule"), "data.metric_alert.alert_rule")
    projects = given.get("projects")
    labels = {
        "alertname": text(rule.get("name") or given.get("title"), "data.metric_alert.alert_rule.name"),
        "severity": SEVERITY.get(action, "unknown"),
        "project": text(projects[0], "data.metric_alert.projects")
        if isinstance(projects, list) and projects
        else "",
        "environment": text(rule.get("environment"), "data.metric_alert.alert_rule.environment"),
    }
    about = {"summary": text(data.get("description_title"), "data.description_title")}
    key = f"metric/{_key(given.get('id'), 'data.metric_alert.id')}"
    starts_at = moments.start(given.get("date_started"), "data.metric_alert.date_started")
    url = text(data.get("web_url"), "data.web_url")
    if action != "resolved":
        return Alert(post.source, key, "firing", labels, about, starts_at, url=url)
    ends_at = moments.end(given.get("date_closed"), "data.metric_alert.date_closed", starts_at)
    return Alert(post.source, key, "resolved", labels, about, starts_at, ends_at, url)


def _event(data: Mapping[str, object], post: Post, moments: Moments) -> Alert:
    given = object_in(data.get("event"), "data.event")
    tags = _tags(given.get("tags"))
    labels = {
        "alertname": text(data.get("triggered_rule"), "data.triggered_rule"),
        "severity": SEVERITY.get(text(given.get("level"), "data.event.level"), "unknown"),
        "project": text(given.get("project"), "data.event.project"),
        "instance": tags.get("server_name", ""),
    }
    about = {"summary": text(given.get("title"), "data.event.title")}
    key = f"issue/{_key(given.get('issue_id'), 'data.event.issue_id')}"
    starts_at = moments.start(given.get("datetime"), "data.event.datetime")
    url = text(given.get("web_url"), "data.event.web_url")
    return Alert(post.source, key, "firing", {**labels, **tags}, about, starts_at, url=url)


def _issue(data: Mapping[str, object], post: Post, moments: Moments) -> Alert:
    given = object_in(data.get("issue"), "data.issue")
    key = f"issue/{_key(given.get('id'), 'data.issue.id')}"
    starts_at = moments.start(given.get("firstSeen"), "data.issue.firstSeen")
    why = moments.unmeasured("data.issue", "resolved by a click")
    return Alert(post.source, key, "resolved", {}, {}, starts_at, post.received_at, end_note=why)


def _labelled(alert: Alert, settings: SentrySettings) -> Alert:
    more = settings.labels_by_project.get(alert.labels.get("project", ""), {})
    labels = {name: value for name, value in {**more, **alert.labels}.items() if value}
    return replace(alert, labels=labels)


def _key(value: object, field: str) -> str:
    key = text(value, field)
    if not key or len(key) > 100:
        raise SourceError(field, "must be an id")
    return key


def _tags(value: object) -> dict[str, str]:
    """The event's tags, which are pairs in a list."""
    if not isinstance(value, list):
        return {}
    pairs = [pair for pair in value if isinstance(pair, list) and len(pair) == 2]
    return {text(name, "data.event.tags"): text(found, "data.event.tags") for name, found in pairs}
