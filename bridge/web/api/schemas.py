"""The shapes of /api/v1 (docs/design.md §6.7). Times are RFC 3339 in UTC."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bridge.core.model import DeliveryState

COUNTED: tuple[DeliveryState, ...] = ("queued", "sending", "sent", "deferred", "failed", "unknown")


def shown_state(state: str) -> str:
    """A delivery's state as the contract names it: `in_doubt` is a step of `sending`."""
    return "sending" if state == "in_doubt" else state


class Shape(BaseModel):
    """A shape that can be filled from any object with attributes of these names."""

    model_config = ConfigDict(from_attributes=True)


class AlertOut(Shape):
    source: str
    fingerprint: str
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    ends_at: datetime | None
    url: str
    as_of: datetime | None
    end_note: str


class FindingOut(Shape):
    rule: str
    severity: str
    span: tuple[int, int]
    text: str
    field: str
    why: str
    replacement: str | None


class ReminderOut(Shape):
    due_at: datetime
    fired_at: datetime | None
    people: list[str]
    state: str


class VersionOut(Shape):
    version: int
    subject: str
    body: str
    edited_by: str | None
    created_at: datetime


class EventOut(Shape):
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class FailureOut(Shape):
    reply: str
    count: int
    domains: list[str]


class NoticeOut(Shape):
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
    corrects: str | None
    corrected_by: str | None
    findings: list[FindingOut]
    reminders: list[ReminderOut]
    recipients: int | None
    first_round_at: datetime | None
    last_accept_at: datetime | None
    deliveries: dict[str, int]
    failures: list[FailureOut]
    versions: list[VersionOut]


class IncidentOut(Shape):
    id: str
    service: str
    state: str
    started_at: datetime
    received_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    follows: str | None
    drill: bool
    alerts: list[AlertOut]
    alert_count: int
    firing_count: int
    notices: list[NoticeOut]
    events: list[EventOut]


class IncidentsOut(Shape):
    incidents: list[IncidentOut]
    next: str | None


class DeliveryOut(Shape):
    recipient: str = Field(validation_alias="address")
    state: Annotated[str, BeforeValidator(shown_state)]
    attempts: int
    message_id: str
    reply: str
    updated_at: datetime


class DeliveriesOut(Shape):
    deliveries: list[DeliveryOut]
    next: str | None


class NearMissOut(Shape):
    service: str
    matcher: str
    label: str
    value: str
    failed: int


class IgnoredOut(Shape):
    at: datetime
    source: str
    fingerprint: str
    alertname: str
    reason: str
    count: int
    labels: dict[str, str] | None
    nearest: NearMissOut | None


class IgnoredListOut(Shape):
    ignored: list[IgnoredOut]


class DrillPersonOut(Shape):
    person: str
    name: str
    rung_at: datetime
    acknowledged_at: datetime | None
    decided_at: datetime | None
    seconds: int | None
    pressed: bool
    last: list[int | None]


class DrillOut(Shape):
    id: str
    service: str
    kind: str
    state: str
    surprise: str | None
    asked_at: datetime
    asked_by: str
    began_at: datetime | None
    ended_at: datetime | None
    ended: str | None
    incident: str | None
    first_ring_at: datetime | None
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    seconds: int | None
    median_seconds: float | None
    people: list[DrillPersonOut]
    letters: dict[str, int]
    customers: int | None


class DrillsOut(Shape):
    drills: list[DrillOut]


class CopyOut(Shape):
    answer: str
    incidents: int


class RevokedOut(Shape):
    revoked: int


class ProblemDetails(BaseModel):
    """RFC 9457; a problem may say more than this, such as the `field` that is wrong."""

    type: str
    title: str
    status: int


def counted(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many deliveries are in each state that the contract names, zeros too; `superseded` where there are any."""
    found: dict[str, int] = dict.fromkeys(COUNTED, 0)
    for state, n in counts:
        if (name := shown_state(state)) in found or name == "superseded":
            found[name] = found.get(name, 0) + n
    return found
