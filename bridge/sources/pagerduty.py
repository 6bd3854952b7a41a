"""PagerDuty: webhooks v3, signed over the body; while a secret is changed there are several signatures.

Source: developer.pagerduty.com/docs/webhooks-overview. Refused posts are dropped, and dropped ones disable the
subscription. An acknowledgement in PagerDuty never stops our rings: it is not a decision about a letter.
"""

from collections.abc import Mapping
from typing import ClassVar

from bridge.core.model import Alert, AlertStatus
from bridge.core.triage import Ignored
from bridge.errors import SourceError
from bridge.sources.body import object_in, read_object, text, time
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post, not_wanted
from bridge.sources.settings import SourceSettings

EVENTS: Mapping[str, AlertStatus] = {
    "incident.triggered": "firing",
    "incident.reopened": "firing",
    "incident.resolved": "resolved",
}
SEVERITY = {"high": "critical", "low": "warning"}  # by urgency


class PagerDutySettings(SourceSettings):
    """The webhook subscription's signature, or another credential in its custom header."""

    SIGNATURE_HEADER: ClassVar[str] = "X-PagerDuty-Signature"


Settings = PagerDutySettings


def parse(post: Post, settings: PagerDutySettings) -> Parsed:  # noqa: ARG001 - nothing to choose
    """The event of one post. Raises SourceError, and nothing else, for a malformed body."""
    event = object_in(read_object(post.body).get("event"), "event")
    kind = text(event.get("event_type"), "event.event_type")
    if not kind:
        raise SourceError("event.event_type", "missing: PagerDuty's webhooks of version 3 have it")
    if kind not in EVENTS:
        why: Ignored = "test" if kind == "pagey.ping" else "other_event"
        return Parsed((), ignored=(not_wanted(post, why, kind[:200]),))
    moments = Moments(post.received_at)
    alert = _alert(event, EVENTS[kind], post, moments)
    return Parsed((alert,), notes=tuple(moments.notes))


def _alert(event: Mapping[str, object], status: AlertStatus, post: Post, moments: Moments) -> Alert:
    data = object_in(event.get("data"), "event.data")
    key = text(data.get("id"), "event.data.id")
    if not key or len(key) > 100:
        raise SourceError("event.data.id", "must be the incident's id")
    service = object_in(data.get("service"), "event.data.service")
    priority = object_in(data.get("priority"), "event.data.priority")
    urgency = text(data.get("urgency"), "event.data.urgency")
    starts_at = moments.start(data.get("created_at"), "event.data.created_at")
    said_at = time(event.get("occurred_at"), "event.occurred_at")
    own = {
        "alertname": text(data.get("title"), "event.data.title"),
        "severity": SEVERITY.get(urgency, "unknown"),
        "service": text(service.get("summary"), "event.data.service.summary"),
        "priority": text(priority.get("summary"), "event.data.priority.summary"),
    }
    return Alert(
        source=post.source,
        fingerprint=key,
        status=status,
        labels={name: value for name, value in own.items() if value},
        annotations={"summary": own["alertname"]},
        starts_at=starts_at,
        ends_at=moments.end(said_at, "event.occurred_at", starts_at) if status == "resolved" else None,
        url=text(data.get("html_url"), "event.data.html_url"),
        as_of=said_at,
    )
