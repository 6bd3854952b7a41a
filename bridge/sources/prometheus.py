"""Prometheus itself, with the bridge in the place of an Alertmanager: it posts to `<path_prefix>/api/v2/alerts`.

Source: prometheus.io/docs/alerting/latest/alerts_api. While an alert fires it comes every minute with an `endsAt`
ahead; one that ended comes for 15 minutes with an `endsAt` that is past. Nothing groups or silences: the second path.
"""

from datetime import timedelta

from bridge.core.model import Alert
from bridge.errors import SourceError
from bridge.sources.alert_group import hashed
from bridge.sources.body import read_json, text, texts, time
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post
from bridge.sources.settings import SourceSettings

OWN_SEVERITY = True
PATH = ("api", "v2", "alerts")
SILENT_AFTER = timedelta(minutes=5)
"""While an alert fires Prometheus posts every minute. Without a post for this long, nobody knows whether it does."""


class PrometheusSettings(SourceSettings):
    """What `alerting.alertmanagers` of prometheus.yml sends."""


Settings = PrometheusSettings


def parse(post: Post, settings: PrometheusSettings) -> Parsed:  # noqa: ARG001 - nothing to choose
    """The alerts of one post. Raises SourceError, and nothing else, for a malformed body."""
    listed = read_json(post.body)
    if not isinstance(listed, list):
        raise SourceError("body", "must be a list of alerts, as Prometheus posts them to /api/v2/alerts")
    moments = Moments(post.received_at)
    alerts = tuple(_alert(given, f"[{n}]", post, moments) for n, given in enumerate(listed))
    return Parsed(alerts, notes=tuple(moments.notes))


def _alert(given: object, place: str, post: Post, moments: Moments) -> Alert:
    if not isinstance(given, dict):
        raise SourceError(place, "must be an object")
    labels = texts(given.get("labels"), f"{place}.labels")
    if not labels:
        raise SourceError(f"{place}.labels", "missing: an alert of Prometheus is known by them")
    starts_at = moments.start(given.get("startsAt"), f"{place}.startsAt")
    end = time(given.get("endsAt"), f"{place}.endsAt")
    ended = end is not None and end <= post.received_at
    return Alert(
        source=post.source,
        fingerprint=hashed(labels),
        status="resolved" if ended else "firing",
        labels=labels,
        annotations=texts(given.get("annotations"), f"{place}.annotations"),
        starts_at=starts_at,
        ends_at=moments.end(end, f"{place}.endsAt", starts_at) if ended else None,
        url=text(given.get("generatorURL"), f"{place}.generatorURL"),
    )
