"""Prometheus Alertmanager's webhook, payload version 4.

Source: prometheus.io/docs/alerting/latest/configuration/#webhook_config. Measured with Alertmanager itself: every
firing alert has `endsAt: 0001-01-01T00:00:00Z`, and two Alertmanagers report different `startsAt` for one alert.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from bridge.core.model import Alert, AlertStatus
from bridge.core.sanitise import one_line
from bridge.errors import SourceError
from bridge.sources import Parsed
from bridge.sources.body import FUTURE, read_object, text, texts, time
from bridge.sources.credentials import Credentials

NAME = "alertmanager"
_LONGEST_ADDRESS = 200  # characters
_LONGEST_FINGERPRINT = 256  # characters; a key in the database. Alertmanager's have 16


class Settings(Credentials):
    """`sources.alertmanager`: what Alertmanager's http_config sends."""


def parse(body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:  # noqa: ARG001 - no signature
    """The alerts of one post, in its order. Raises SourceError, and nothing else, for a malformed body."""
    post = read_object(body)
    if text(post.get("version"), "version") != "4":
        raise SourceError("version", _not_ours(post))
    listed = post.get("alerts")
    if not isinstance(listed, list):
        raise SourceError("alerts", "must be a list")
    text(post.get("groupKey"), "groupKey")  # a body that has no text here is not Alertmanager's
    notes: list[str] = []
    return Parsed(
        alerts=tuple(_alert(one, f"alerts[{n}]", received_at, notes) for n, one in enumerate(listed)),
        truncated=_count(post.get("truncatedAlerts"), "truncatedAlerts"),
        notes=tuple(notes),
        sender=one_line(text(post.get("externalURL"), "externalURL"), _LONGEST_ADDRESS),
    )


def _not_ours(post: Mapping[str, object]) -> str:
    """Why a post is none of Alertmanager's. Grafana's own webhook looks like one, and shows its users no answer."""
    wanted = 'must be "4", the format of Alertmanager 0.6 and later'
    return f"{wanted}. This is the format of Grafana's webhook" if "orgId" in post else wanted


def _alert(given: object, field: str, received_at: datetime, notes: list[str]) -> Alert:
    if not isinstance(given, dict):
        raise SourceError(field, "must be an object")
    status = given.get("status")
    if status not in ("firing", "resolved"):
        raise SourceError(f"{field}.status", 'must be "firing" or "resolved"')
    labels = texts(given.get("labels"), f"{field}.labels")
    starts_at = _start(time(given.get("startsAt"), f"{field}.startsAt"), field, received_at, notes)
    end = time(given.get("endsAt"), f"{field}.endsAt")
    return Alert(
        source=NAME,
        fingerprint=_fingerprint(text(given.get("fingerprint"), f"{field}.fingerprint"), labels, field),
        status=cast(AlertStatus, status),
        labels=labels,
        annotations=texts(given.get("annotations"), f"{field}.annotations"),
        starts_at=starts_at,
        ends_at=_end(end, starts_at, field, received_at, notes) if status == "resolved" else None,
        url=text(given.get("generatorURL"), f"{field}.generatorURL"),
    )


def _start(given: datetime | None, field: str, received_at: datetime, notes: list[str]) -> datetime:
    """When the alert began. The time of receipt stands for a start that is missing or lies in the future."""
    if given is None:
        return received_at
    if given > received_at + FUTURE:
        notes.append(f"{field}.startsAt lies in the future: the time of receipt is used")
        return received_at
    return given


def _end(
    given: datetime | None, starts_at: datetime, field: str, received_at: datetime, notes: list[str]
) -> datetime:
    """When the alert ended. The time of receipt stands for an end that is missing, too early or in the future."""
    if given is not None and starts_at <= given <= received_at + FUTURE:
        return given
    if given is not None:
        where = "before startsAt" if given < starts_at else "in the future"
        notes.append(f"{field}.endsAt lies {where}: the time of receipt is used")
    return max(received_at, starts_at)


def _fingerprint(given: str, labels: Mapping[str, str], field: str) -> str:
    """The sender's fingerprint. Without one: a hash of the labels, which does not depend on their order."""
    if len(given) > _LONGEST_FINGERPRINT:
        raise SourceError(f"{field}.fingerprint", f"longer than {_LONGEST_FINGERPRINT} characters")
    return given or hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()[:16]


def _count(given: object, field: str) -> int:
    written = text(given, field) or "0"
    if not (written.isascii() and written.isdigit()) or len(written) > 9:
        raise SourceError(field, "must be a whole number, 0 or more")
    return int(written)
