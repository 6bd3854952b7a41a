"""The body that Alertmanager posts, and Grafana nearly so: the alerts of a group, each with its own status."""

import hashlib
import json
from collections.abc import Callable, Mapping

from bridge.core.model import Alert
from bridge.core.sanitise import one_line
from bridge.errors import SourceError
from bridge.sources.body import text, texts, time
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post

LONGEST_ADDRESS = 200  # characters
LONGEST_FINGERPRINT = 256  # characters; a key in the database. Alertmanager's have 16

Finish = Callable[[Alert, Mapping[str, object], str, Moments], Alert]
"""What a source makes of an alert of the group, from what else the object says, at that place of the body."""


def read_group(body: Mapping[str, object], post: Post, finish: Finish | None = None) -> Parsed:
    """The alerts of one post, in its order. Raises SourceError, and nothing else, for a malformed body."""
    listed = body.get("alerts")
    if not isinstance(listed, list):
        raise SourceError("alerts", "must be a list")
    text(body.get("groupKey"), "groupKey")  # a body that has no text here is not Alertmanager's
    sender = one_line(text(body.get("externalURL"), "externalURL"), LONGEST_ADDRESS)
    moments = Moments(post.received_at)
    alerts: list[Alert] = []
    for n, given in enumerate(listed):
        place = f"alerts[{n}]"
        if not isinstance(given, dict):
            raise SourceError(place, "must be an object")
        alert = _alert(given, place, post, moments)
        alerts.append(finish(alert, given, place, moments) if finish else alert)
    truncated = _count(body.get("truncatedAlerts"), "truncatedAlerts")
    return Parsed(tuple(alerts), truncated, tuple(moments.notes), sender=sender)


def _alert(given: Mapping[str, object], field: str, post: Post, moments: Moments) -> Alert:
    status = given.get("status")
    if status not in ("firing", "resolved"):
        raise SourceError(f"{field}.status", 'must be "firing" or "resolved"')
    labels = texts(given.get("labels"), f"{field}.labels")
    starts_at = moments.start(given.get("startsAt"), f"{field}.startsAt")
    end = time(given.get("endsAt"), f"{field}.endsAt")
    return Alert(
        source=post.source,
        fingerprint=_fingerprint(text(given.get("fingerprint"), f"{field}.fingerprint"), labels, field),
        status=status,
        labels=labels,
        annotations=texts(given.get("annotations"), f"{field}.annotations"),
        starts_at=starts_at,
        ends_at=moments.end(end, f"{field}.endsAt", starts_at) if status == "resolved" else None,
        url=text(given.get("generatorURL"), f"{field}.generatorURL"),
    )


def hashed(labels: Mapping[str, str]) -> str:
    """An identity made of a set of labels, which does not depend on their order."""
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()[:16]


def _fingerprint(given: str, labels: Mapping[str, str], field: str) -> str:
    """The sender's fingerprint. Without one: a hash of the labels."""
    if len(given) > LONGEST_FINGERPRINT:
        raise SourceError(f"{field}.fingerprint", f"longer than {LONGEST_FINGERPRINT} characters")
    return given or hashed(labels)


def _count(given: object, field: str) -> int:
    written = text(given, field) or "0"
    if not (written.isascii() and written.isdigit()) or len(written) > 9:
        raise SourceError(field, "must be a whole number, 0 or more")
    return int(written)
