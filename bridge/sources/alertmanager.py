"""Prometheus Alertmanager's webhook, payload version 4.

Source: prometheus.io/docs/alerting/latest/configuration/#webhook_config. Measured with Alertmanager itself: every
firing alert has `endsAt: 0001-01-01T00:00:00Z`, and two Alertmanagers report different `startsAt` for one alert.
"""

from collections.abc import Mapping
from dataclasses import replace

from bridge.errors import SourceError
from bridge.sources.alert_group import read_group
from bridge.sources.body import read_object, text
from bridge.sources.post import Parsed, Post
from bridge.sources.settings import SourceSettings

OWN_SEVERITY = True
BLANK = b"\xef\xbb\xbf \t\r\n"  # what may stand before a body
VERSION = "4"  # of Alertmanager 0.6 and later


class AlertmanagerSettings(SourceSettings):
    """`sources.alertmanager`: what Alertmanager's http_config sends."""


Settings = AlertmanagerSettings


def parse(post: Post, settings: AlertmanagerSettings) -> Parsed:  # noqa: ARG001 - nothing to choose
    """The alerts of one post, in its order. Raises SourceError, and nothing else, for a malformed body."""
    if post.body.lstrip(BLANK).startswith(b"["):
        raise SourceError(
            "body",
            "this is a list, as Prometheus itself posts it. Post it to /webhooks/prometheus/api/v2/alerts",
        )
    body = read_object(post.body)
    version = text(body.get("version"), "version")
    if "evalMatches" in body:
        raise SourceError(
            "evalMatches", "this is Grafana 8's body, which is not supported. Use its unified alerting"
        )
    if not version:
        raise SourceError("version", f'missing: Alertmanager writes "{VERSION}"')
    if _is_grafana(body, version):
        raise SourceError(
            "version", "this is Grafana's body. Post it to /webhooks/grafana, or write kind: grafana"
        )
    parsed = read_group(body, post)
    if version == VERSION:
        return parsed
    # an outage is not lost to a number: what can be read is taken
    return replace(
        parsed,
        notes=(f'version is "{version[:20]}" and not "{VERSION}": taken as it can be read', *parsed.notes),
    )


def _is_grafana(body: Mapping[str, object], version: str) -> bool:
    """Whether Grafana wrote it: its version is 1, and Alertmanager knows no organisations."""
    return version == "1" or "orgId" in body
