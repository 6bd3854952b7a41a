"""Every captured body of every source: the right identity, status, start, end, severity and labels."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.config import SOURCES
from bridge.core.model import Alert
from bridge.sources import read
from bridge.sources.post import Parsed, Post
from bridge.sources.settings import SourceSettings
from tests.parts.senders import GENERIC, PAYLOADS

AT = datetime(2026, 11, 23, 17, 10, tzinfo=UTC)  # 02:10 in Tokyo, when the sample disturbance begins
OVER = AT + timedelta(minutes=31)
NOW = datetime(2026, 11, 24, 3, 20, 30, tzinfo=UTC)  # while Prometheus's sample fires
LATER = NOW + timedelta(minutes=2)

MORE: dict[str, dict[str, Any]] = {
    "generic": {"mapping": GENERIC},
    "mackerel": {"labels_by_monitor": {"ログイン画面の外形監視": {"service": "shop"}}},
    "sentry": {"labels_by_project": {"shop": {"service": "shop"}}},
}
ALARM = "arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm"
AZURE = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.AlertsManagement/alerts"
OPSGENIE = "0b5e0001-0000-4000-8000-000000000001-1795453800000"
AM = datetime(2026, 11, 24, 3, 27, 11, 868832, UTC)
AM_2 = datetime(2026, 11, 24, 3, 27, 14, 371968, UTC)
PROMETHEUS = datetime(2026, 11, 24, 3, 20, 2, 821000, UTC)


def settings_of(kind: str) -> SourceSettings:
    return SOURCES[kind].Settings.model_validate({"kind": kind, "auth": "none", **MORE.get(kind, {})})


def parsed(name: str, at: datetime = NOW) -> Parsed:
    kind = name.partition("/")[0]
    body = (PAYLOADS / f"{name}.json").read_bytes()
    return read(SOURCES[kind], settings_of(kind), Post(kind, body, at))


def ms(at: datetime, count: int) -> datetime:
    return at + timedelta(milliseconds=count)


# body, identity, start, end, severity, alertname, instance
FIRING_AND_ENDED = [
    ("alertmanager/firing", "b5222cf56f832138", AM, None, "critical", "LoginErrors", "web-1:9100"),
    ("alertmanager/resolved", "b5222cf56f832138", AM, datetime(2026, 11, 24, 3, 27, 36, 384011, UTC), "critical",
     "LoginErrors", "web-1:9100"),
    ("prometheus/firing", "0ee69351de13adf6", PROMETHEUS, None, "critical", "LoginErrors", "web-1"),
    ("prometheus/firing_repeat", "0ee69351de13adf6", PROMETHEUS, None, "critical", "LoginErrors", "web-1"),
    ("grafana/firing", "1/7e21b09fd4a6c358", AT, None, "critical", "LoginErrors", "web-1"),
    ("grafana/resolved", "1/7e21b09fd4a6c358", AT, OVER, "critical", "LoginErrors", "web-1"),
    ("zabbix/problem", "184467", AT, None, "critical", "LoginErrors", "web-1"),
    ("zabbix/update_ack", "184467", AT, None, "critical", "LoginErrors", "web-1"),
    ("zabbix/recovery", "184467", AT, OVER, "critical", "LoginErrors", "web-1"),
    ("zabbix/old_server_no_unix_time", "184470", AT, None, "critical", "LoginErrors", "web-1"),
    ("mackerel/critical", "3aBcDeFgHiJ", AT, None, "critical", "LoginErrors", "web-1"),
    ("mackerel/ok", "3aBcDeFgHiJ", AT, OVER, "unknown", "LoginErrors", "web-1"),
    ("mackerel/external_critical", "3extextextE", AT, None, "critical", "ログイン画面の外形監視", ""),
    ("datadog/triggered", "8800110022003300440", AT, None, "critical", "LoginErrors", "web-1"),
    ("datadog/renotify", "8800110022003300440", AT, None, "critical", "LoginErrors", "web-1"),
    ("datadog/recovered", "8800110022003300440", OVER, OVER, "critical", "LoginErrors", "web-1"),
    ("sns/alarm", f"{ALARM}:LoginErrors", ms(AT, 123), None, "critical", "LoginErrors", "web-1"),
    ("sns/ok", f"{ALARM}:LoginErrors", OVER, OVER, "critical", "LoginErrors", "web-1"),
    ("sns/composite_alarm", f"{ALARM}:shop-down", ms(AT, 123), None, "critical", "shop-down", ""),
    ("eventbridge/alarm", f"{ALARM}:LoginErrors", ms(AT, 123), None, "critical", "LoginErrors", ""),
    ("eventbridge/ok", f"{ALARM}:LoginErrors", OVER, OVER, "critical", "LoginErrors", ""),
    ("uptime-kuma/down", "7", ms(AT, 123), None, "critical", "みどりショップ トップ", "https://shop.example.jp/login"),
    ("uptime-kuma/up", "7", ms(AT, 123), OVER, "critical", "みどりショップ トップ", "https://shop.example.jp/login"),
    ("healthchecks/down", "5f6b9a0e-0000-4000-8000-000000000001", AT, None, "critical", "billing-batch", ""),
    ("healthchecks/up", "5f6b9a0e-0000-4000-8000-000000000001", OVER, OVER, "critical", "billing-batch", ""),
    ("sentry/metric_critical", "metric/9001", AT, None, "critical", "LoginErrors", ""),
    ("sentry/metric_resolved", "metric/9001", AT, OVER, "unknown", "LoginErrors", ""),
    ("sentry/issue_alert_triggered", "issue/3330000001", ms(AT, 250), None, "critical", "LoginErrors", "web-1"),
    ("newrelic/activated", "0ea2df1c-0000-4000-8000-000000000001", AT, None, "critical", "LoginErrors", "web-1"),
    ("newrelic/closed", "0ea2df1c-0000-4000-8000-000000000001", AT, OVER, "critical", "LoginErrors", "web-1"),
    ("pagerduty/triggered", "PSHOP01", AT, None, "critical", "LoginErrors on web-1", ""),
    ("pagerduty/resolved", "PSHOP01", AT, OVER, "critical", "LoginErrors on web-1", ""),
    ("opsgenie/create", OPSGENIE, AT, None, "critical", "LoginErrors on web-1", "web-1"),
    ("opsgenie/close", OPSGENIE, AT, NOW, "critical", "LoginErrors on web-1", "web-1"),
    ("google-cloud/open", "0.sample0000001", AT, None, "critical", "LoginErrors", "web-1"),
    ("google-cloud/closed", "0.sample0000001", AT, OVER, "critical", "LoginErrors", "web-1"),
    ("azure/fired", f"{AZURE}/a2e00001-0000-4000-8000-000000000001", AT.replace(microsecond=371321), None,
     "critical", "LoginErrors", "web-1"),
    ("azure/resolved", f"{AZURE}/a2e00001-0000-4000-8000-000000000001", AT.replace(microsecond=371321),
     OVER.replace(microsecond=224631), "critical", "LoginErrors", "web-1"),
    ("checkmk/problem", "midori/web-1/LoginErrors", AT, None, "critical", "LoginErrors", "web-1"),
    ("checkmk/recovery", "midori/web-1/LoginErrors", OVER, OVER, "unknown", "LoginErrors", "web-1"),
    ("icinga/problem", "/web-1/LoginErrors", AT, None, "critical", "LoginErrors", "web-1"),
    ("icinga/recovery", "/web-1/LoginErrors", OVER, OVER, "unknown", "LoginErrors", "web-1"),
    ("gatus/triggered", "shop/login/severity=critical ログイン画面の監視", NOW, None, "critical", "login",
     "https://shop.example.jp/login"),
    ("gatus/resolved", "shop/login/severity=critical ログイン画面の監視", NOW, NOW, "critical", "login",
     "https://shop.example.jp/login"),
    ("cloudevents/firing", "login-web-1", AT, None, "critical", "LoginErrors", ""),
    ("cloudevents/resolved", "login-web-1", AT, OVER, "critical", "LoginErrors", ""),
    ("generic/firing", "LoginErrors/web-1", AT, None, "critical", "LoginErrors", "web-1"),
    ("generic/resolved", "LoginErrors/web-1", AT, NOW, "critical", "LoginErrors", "web-1"),
]  # fmt: skip


@pytest.mark.parametrize(
    "name, identity, start, end, severity, alertname, instance",
    [pytest.param(*row, id=row[0]) for row in FIRING_AND_ENDED],
)
def test_a_captured_body_says(
    name: str,
    identity: str,
    start: datetime,
    end: datetime | None,
    severity: str,
    alertname: str,
    instance: str,
) -> None:
    at = NOW + timedelta(minutes=8) if name.startswith("alertmanager/") else NOW
    (alert,) = parsed(name, at).alerts
    assert (alert.source, alert.fingerprint) == (name.partition("/")[0], identity)
    assert (alert.status, alert.starts_at, alert.ends_at) == ("resolved" if end else "firing", start, end)
    labels = {key: alert.labels.get(key, "") for key in ("service", "severity", "alertname", "instance")}
    assert labels == {"service": "shop", "severity": severity, "alertname": alertname, "instance": instance}
    assert alert.end_note == ""


def test_prometheus_tells_an_end_by_its_time() -> None:
    (alert,) = parsed("prometheus/resolved", LATER).alerts
    assert (alert.status, alert.fingerprint) == ("resolved", "0ee69351de13adf6")
    assert alert.ends_at == datetime(2026, 11, 24, 3, 21, 0, 821000, UTC)


def test_each_alert_of_a_group_has_its_own_status() -> None:
    both = [parsed(f"alertmanager/{name}", NOW + timedelta(minutes=8)).alerts
            for name in ("group_two_firing", "one_resolved_group_still_firing")]  # fmt: skip
    statuses = [[alert.status for alert in alerts] for alerts in both]
    assert statuses == [["firing", "firing"], ["firing", "resolved"]]
    assert both[1][1].starts_at == AM_2


@pytest.mark.parametrize(
    "name, why",
    [
        ("grafana/test_button", "test"),
        ("mackerel/sample", "test"),
        ("uptime-kuma/test_button", "test"),
        ("google-cloud/test_button", "test"),
        ("sns/subscription_confirmation", "other_event"),
    ],
)
def test_what_is_no_alert_opens_nothing_and_is_counted(name: str, why: str) -> None:
    post = parsed(name)
    assert (post.alerts, [reason for _, reason in post.ignored]) == ((), [why])


def test_every_captured_body_is_in_a_table() -> None:
    tested = {row[0] for row in FIRING_AND_ENDED} | {
        "alertmanager/group_two_firing",
        "alertmanager/one_resolved_group_still_firing",
        "grafana/no_data",
        "grafana/test_button",
        "mackerel/sample",
        "uptime-kuma/test_button",
        "google-cloud/test_button",
        "sns/subscription_confirmation",
        "prometheus/resolved",
    }
    there = {f"{path.parent.name}/{path.stem}" for path in PAYLOADS.glob("*/*.json")}
    assert there == tested


@pytest.mark.parametrize("kind", sorted(set(SOURCES) - {"cloudwatch", "oncall-formatted"}))
def test_every_source_has_captured_bodies_that_keep_one_identity_to_the_end(kind: str) -> None:
    ends: dict[str, set[str]] = defaultdict(set)
    for path in (PAYLOADS / kind).glob("*.json"):
        for alert in parsed(f"{kind}/{path.stem}", LATER + timedelta(minutes=8)).alerts:
            ends[alert.fingerprint].add(alert.status)
    assert any("resolved" in statuses for statuses in ends.values())


def test_a_label_of_the_settings_is_added_where_the_alert_has_none() -> None:
    body = (PAYLOADS / "grafana" / "firing.json").read_bytes()
    more = SOURCES["grafana"].Settings.model_validate(
        {"kind": "grafana", "auth": "none", "labels": {"service": "point", "team": "web"}}
    )
    (alert,) = read(SOURCES["grafana"], more, Post("grafana", body, NOW)).alerts
    assert (alert.labels["service"], alert.labels["team"]) == ("shop", "web")


def test_a_source_under_a_name_of_its_own_has_alerts_of_that_name() -> None:
    body = (PAYLOADS / "alertmanager" / "firing.json").read_bytes()
    post = Post("osaka-am", body, NOW)
    alerts: tuple[Alert, ...] = read(SOURCES["alertmanager"], settings_of("alertmanager"), post).alerts
    assert [alert.source for alert in alerts] == ["osaka-am"]
