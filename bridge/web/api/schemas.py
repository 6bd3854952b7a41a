"""The shapes of /api/v1 (docs/design.md §6.7). Times are RFC 3339 in UTC."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Alert, DeliveryState, Event, Incident, Notice, Ring, Version
from bridge.core.values import Locale
from bridge.wording import Finding

COUNTED: tuple[DeliveryState, ...] = ("queued", "sending", "sent", "deferred", "failed", "unknown")


class AlertOut(BaseModel):
    source: str
    fingerprint: str
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    ends_at: datetime | None
    url: str


class FindingOut(BaseModel):
    rule: str
    severity: str
    span: tuple[int, int]
    text: str
    field: str
    why: str
    replacement: str | None


class ReminderOut(BaseModel):
    due_at: datetime
    fired_at: datetime | None
    people: list[str]
    state: str


class VersionOut(BaseModel):
    version: int
    subject: str
    body: str
    edited_by: str | None
    created_at: datetime


class EventOut(BaseModel):
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class NoticeOut(BaseModel):
    id: str
    kind: str
    number: int | None
    state: str
    version: int
    subject: str
    body: str
    due_at: datetime
    drafted_at: datetime
    promise_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    send_at: datetime | None
    finished_at: datetime | None
    reason: str | None
    stop_reason: str | None
    findings: list[FindingOut]
    reminders: list[ReminderOut]
    recipients: int | None
    deliveries: dict[str, int]
    versions: list[VersionOut]


class IncidentOut(BaseModel):
    id: str
    service: str
    state: str
    started_at: datetime
    received_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    follows: str | None
    alerts: list[AlertOut]
    notices: list[NoticeOut]
    events: list[EventOut]


class IncidentsOut(BaseModel):
    incidents: list[IncidentOut]
    next: str | None


class DeliveryOut(BaseModel):
    recipient: str
    state: str
    attempts: int
    message_id: str
    reply: str
    updated_at: datetime


class DeliveriesOut(BaseModel):
    deliveries: list[DeliveryOut]
    next: str | None


class IgnoredOut(BaseModel):
    at: datetime
    source: str
    fingerprint: str
    alertname: str
    reason: str
    count: int


class IgnoredListOut(BaseModel):
    ignored: list[IgnoredOut]


class RevokedOut(BaseModel):
    revoked: int


class ProblemDetails(BaseModel):
    """RFC 9457; a problem may say more than this, such as the `field` that is wrong."""

    type: str
    title: str
    status: int


def shown_state(state: str) -> str:
    """A delivery's state as the contract names it: `in_doubt` is a step of `sending`."""
    return "sending" if state == "in_doubt" else state


def counted(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many deliveries are in each state that the contract names, zeros too."""
    found: dict[str, int] = dict.fromkeys(COUNTED, 0)
    for state, n in counts:
        if (name := shown_state(state)) in found:
            found[name] += n
    return found


def incident_out(
    incident: Incident, alerts: Sequence[Alert], notices: Sequence[NoticeOut], events: Sequence[Event]
) -> IncidentOut:
    """An incident. `due_at` is the nearest deadline of a notice that waits for people."""
    waiting = [n.due_at for n in notices if n.state in UNDECIDED]
    return IncidentOut(
        id=incident.id,
        service=incident.service,
        state=incident.state,
        started_at=incident.started_at,
        received_at=incident.received_at,
        due_at=min(waiting, default=notices[0].due_at if notices else None),
        resolved_at=incident.resolved_at,
        follows=incident.follows,
        alerts=[_alert_out(alert) for alert in alerts],
        notices=list(notices),
        events=[EventOut(at=e.at, actor=e.actor, action=e.action, detail=dict(e.detail)) for e in events],
    )


def notice_out(
    notice: Notice,
    versions: Sequence[Version],
    locale: Locale,
    number: int | None,
    findings: Sequence[Finding],
    rings: Sequence[ReminderOut],
    counts: Mapping[DeliveryState, int],
) -> NoticeOut:
    """A notice with its newest text in the service's language, or the approved one once it is approved."""
    shown = next((v for v in versions if v.version == notice.approved_version), versions[-1])
    texts = [(v, v.texts[locale]) for v in versions]
    text = shown.texts[locale]
    return NoticeOut(
        id=notice.id,
        kind=notice.kind,
        number=number,
        state=notice.state,
        version=notice.version,
        subject=text.subject,
        body=text.body,
        due_at=notice.due_at,
        drafted_at=notice.drafted_at,
        promise_at=shown.promise_at,
        approved_by=notice.approved_by,
        approved_at=notice.approved_at,
        send_at=notice.send_at,
        finished_at=notice.finished_at,
        reason=notice.reason,
        stop_reason=notice.stop_reason,
        findings=[_finding_out(finding, locale) for finding in findings],
        reminders=list(rings),
        recipients=notice.recipients,
        deliveries=counted(counts.items()),
        versions=[
            VersionOut(
                version=v.version,
                subject=t.subject,
                body=t.body,
                edited_by=v.edited_by,
                created_at=v.created_at,
            )
            for v, t in texts
        ],
    )


def ring_out(ring: Ring) -> ReminderOut:
    """A ring that fired, is pending or was cancelled."""
    return ReminderOut(due_at=ring.due_at, fired_at=ring.fired_at, people=list(ring.people), state=ring.state)


def _alert_out(alert: Alert) -> AlertOut:
    return AlertOut(
        source=alert.source,
        fingerprint=alert.fingerprint,
        status=alert.status,
        labels=dict(alert.labels),
        annotations=dict(alert.annotations),
        starts_at=alert.starts_at,
        ends_at=alert.ends_at,
        url=alert.url,
    )


def _finding_out(finding: Finding, locale: Locale) -> FindingOut:
    return FindingOut(
        rule=finding.rule,
        severity=finding.severity,
        span=finding.span,
        text=finding.text,
        field=finding.field,
        why=finding.because(locale),
        replacement=finding.replacement,
    )
