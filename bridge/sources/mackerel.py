"""Mackerel: the webhook channel, whose URL carries user name and password.

Source: mackerel.io/ja/docs/entry/howto/alerts/webhook. One id goes through warning, critical and back; only `isOpen:
false` is an end, and an end by hand or by deleting the monitor measured nothing.
"""

from collections.abc import Mapping

from pydantic import Field

from bridge.core.model import Alert
from bridge.core.triage import Ignored
from bridge.errors import SourceError
from bridge.sources.body import first_of, object_in, read_object, text
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post, not_wanted
from bridge.sources.settings import SourceSettings

SEVERITY = {"critical": "critical", "warning": "warning", "ok": "unknown", "unknown": "unknown"}
MEASURED = ("monitor", "")
"""The triggers of an end that the monitor saw by itself. Of `manual close` or `delete monitor` nobody knows."""


class MackerelSettings(SourceSettings):
    """What the channel sends."""

    labels_by_monitor: Mapping[str, Mapping[str, str]] = Field(
        default={}, description="labels by the monitor's name, for monitors without host or service"
    )


Settings = MackerelSettings


def parse(post: Post, settings: MackerelSettings) -> Parsed:
    """The alert of one post. Raises SourceError, and nothing else, for a malformed body."""
    body = read_object(post.body)
    event = text(body.get("event"), "event")
    if not event:
        raise SourceError("event", "missing: Mackerel's webhook names its event")
    if event != "alert":
        why: Ignored = "test" if event == "sample" else "other_event"
        return Parsed((), ignored=(not_wanted(post, why, event[:200]),))
    moments = Moments(post.received_at)
    alert = _alert(body, post, settings, moments)
    return Parsed((alert,), notes=tuple(moments.notes))


def _alert(body: Mapping[str, object], post: Post, settings: MackerelSettings, moments: Moments) -> Alert:
    given = object_in(body.get("alert"), "alert")
    key = text(given.get("id"), "alert.id")
    if not key or len(key) > 100:
        raise SourceError("alert.id", "must be the alert's id")
    is_open = given.get("isOpen")
    if not isinstance(is_open, bool):
        raise SourceError("alert.isOpen", "must be true or false")
    starts_at = moments.start(given.get("openedAt") or given.get("createdAt"), "alert.openedAt")
    trigger = text(given.get("trigger"), "alert.trigger")
    unmeasured = not is_open and trigger not in MEASURED
    monitor = text(given.get("monitorName"), "alert.monitorName")
    labels = _labels(body, monitor, SEVERITY.get(text(given.get("status"), "alert.status"), "unknown"))
    return Alert(
        source=post.source,
        fingerprint=key,
        status="firing" if is_open else "resolved",
        labels={**labels, **settings.labels_by_monitor.get(monitor, {})},
        annotations={
            "summary": text(body.get("message"), "message"),
            "description": text(body.get("memo"), "memo"),
        },
        starts_at=starts_at,
        ends_at=None if is_open else moments.end(given.get("closedAt"), "alert.closedAt", starts_at),
        url=text(given.get("url"), "alert.url"),
        end_note=moments.unmeasured("alert", trigger) if unmeasured else "",
    )


def _labels(body: Mapping[str, object], monitor: str, severity: str) -> dict[str, str]:
    """What every kind of monitor has, and what only those of hosts and services have."""
    host, service = object_in(body.get("host"), "host"), object_in(body.get("service"), "service")
    role = first_of(host.get("roles"), "host.roles")
    found = {
        "alertname": monitor,
        "severity": severity,
        "service": text(role.get("serviceName") or service.get("name"), "service.name"),
        "role": text(role.get("roleName"), "host.roles[0].roleName"),
        "instance": text(host.get("name"), "host.name"),
        "org": text(body.get("orgName"), "orgName"),
        "type": text(body.get("type"), "type"),
    }
    return {name: value for name, value in found.items() if value}
