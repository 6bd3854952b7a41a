"""Grafana's alerting (9 and later): the webhook contact point.

Source: grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/
webhook-notifier. A failed post is not repeated; the group comes again at the next group_interval. No data and errors
are alerts of their own, DatasourceNoData and DatasourceError (bridge/core/triage.py, OWN_TROUBLE).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from bridge.core.model import Alert
from bridge.core.triage import Ignored
from bridge.errors import SourceError
from bridge.sources.alert_group import read_group
from bridge.sources.body import read_object, text
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post
from bridge.sources.settings import SourceSettings

OWN_SEVERITY = True
_STATE_REASON = "grafana_state_reason"  # MissingSeries, NoData, Error, Updated, RuleDeleted, Paused


class GrafanaSettings(SourceSettings):
    """What the contact point sends: a bearer token, a password, or a signature."""

    SIGNATURE_HEADER: ClassVar[str] = "X-Grafana-Alerting-Signature"


Settings = GrafanaSettings


def parse(post: Post, settings: GrafanaSettings) -> Parsed:  # noqa: ARG001 - nothing to choose
    """The alerts of one post. Raises SourceError, and nothing else, for a malformed body."""
    body = read_object(post.body)
    if "evalMatches" in body:
        what = "Grafana 8 and older alerting is not supported. Switch to unified alerting"
        raise SourceError("evalMatches", what)
    if text(body.get("version"), "version") == "4" and "orgId" not in body:
        what = "this is Alertmanager's body. Post it to /webhooks/alertmanager, or write kind: alertmanager"
        raise SourceError("version", what)
    org = text(body.get("orgId"), "orgId")

    def of_grafana(alert: Alert, given: Mapping[str, object], place: str, moments: Moments) -> Alert:
        """The alert under its organisation, because labels alone make Grafana's fingerprint."""
        own = text(given.get("orgId"), f"{place}.orgId") or org
        why = alert.annotations.get(_STATE_REASON, "") if alert.status == "resolved" else ""
        return replace(
            alert,
            fingerprint=f"{own}/{alert.fingerprint}",
            end_note=moments.unmeasured(place, why) if why else "",
        )

    return _without_tests(read_group(body, post, of_grafana))


def _without_tests(parsed: Parsed) -> Parsed:
    test: Ignored = "test"
    tests = [alert for alert in parsed.alerts if _is_test(alert.labels)]
    wanted = tuple(alert for alert in parsed.alerts if alert not in tests)
    return replace(parsed, alerts=wanted, ignored=tuple((alert, test) for alert in tests))


def _is_test(labels: Mapping[str, str]) -> bool:
    """Whether the contact point's test button sent it."""
    return labels.get("alertname") == "TestAlert" and labels.get("instance") == "Grafana"
