"""Every sender posts its captured bodies to a running bridge, with its own credentials or with wrong ones."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bridge.config import SOURCES
from tests.parts.bridge import API_TOKEN, Bridge
from tests.parts.senders import PAYLOADS, TOPIC, body_of, list_all, post_as
from tests.parts.sink import Sink, sink
from tests.parts.waiting import until

KINDS = sorted(path.name for path in PAYLOADS.iterdir())
BEGINS = {
    "azure": "fired", "checkmk": "problem", "datadog": "triggered", "eventbridge": "alarm", "gatus": "triggered",
    "google-cloud": "open", "healthchecks": "down", "icinga": "problem", "mackerel": "critical",
    "newrelic": "activated", "opsgenie": "create", "pagerduty": "triggered", "sentry": "metric_critical",
    "sns": "alarm", "uptime-kuma": "down", "zabbix": "problem",
}  # fmt: skip
ENDS = {
    "checkmk": "recovery", "datadog": "recovered", "eventbridge": "ok", "google-cloud": "closed",
    "healthchecks": "up",
    "icinga": "recovery", "mackerel": "ok", "newrelic": "closed", "opsgenie": "close", "sentry": "metric_resolved",
    "sns": "ok", "uptime-kuma": "up", "zabbix": "recovery",
}  # fmt: skip
NO_ALERTS = [
    "grafana/test_button", "grafana/no_data", "mackerel/sample", "uptime-kuma/test_button",
    "google-cloud/test_button",
]  # fmt: skip


@pytest.fixture(scope="module")
def mails() -> Iterator[Sink]:
    """Where the bridge mails to."""
    with sink() as running:
        yield running


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, mails: Sink) -> Iterator[Bridge]:
    """A running bridge that lists every source."""
    running = Bridge(tmp_path_factory.mktemp("bridge"), mails)
    list_all(running)
    try:
        running.start()
        yield running
    finally:
        running.close()


def statuses(front: Bridge, kind: str) -> set[str]:
    return {alert["status"] for alert in front.incident()["alerts"] if alert["source"] == kind}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sender_is_heard_from_the_beginning_to_the_end(front: Bridge, kind: str) -> None:
    begins = post_as(front, kind, body_of(f"{kind}/{BEGINS.get(kind, 'firing')}"))
    assert (begins.status_code, begins.json()["accepted"], begins.json()["ignored"]) == (200, 1, 0), (
        begins.text
    )
    assert begins.json()["incidents"] == [front.incident()["id"]]
    assert statuses(front, kind) == {"firing"}
    ends = post_as(front, kind, body_of(f"{kind}/{ENDS.get(kind, 'resolved')}"))
    assert (ends.status_code, ends.json()["accepted"]) == (200, 1), ends.text
    assert statuses(front, kind) == {"resolved"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "sns"])
def test_a_sender_with_a_wrong_credential_gets_401(front: Bridge, kind: str) -> None:
    answer = post_as(front, kind, body_of(f"{kind}/{BEGINS.get(kind, 'firing')}"), wrong=True)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].split()[0] in ("Basic", "Bearer")


@pytest.mark.parametrize("name", NO_ALERTS)
def test_what_is_no_alert_is_answered_200_and_ignored(front: Bridge, name: str) -> None:
    answer = post_as(front, name.partition("/")[0], body_of(name))
    assert (answer.status_code, answer.json()["accepted"], answer.json()["ignored"]) == (200, 0, 1)


@pytest.mark.parametrize(
    "old, new",
    [
        pytest.param(b"LoginErrors", b"loginErrors", id="a message that was changed"),
        pytest.param(b"bridge-alarms", b"other-alarms", id="another topic"),
        pytest.param(b"https://sns.ap-northeast-1.amazonaws.com/Simple", b"https://example.jp/Simple", id="a host"),
        pytest.param(b'"SignatureVersion": "2"', b'"SignatureVersion": "3"', id="a version"),
        pytest.param(b'"Type": "Notification"', b'"Type": "SubscriptionConfirmation"', id="another type"),
    ],
)  # fmt: skip
def test_sns_is_believed_only_with_its_signature_over_a_listed_topic(
    front: Bridge, old: bytes, new: bytes
) -> None:
    body = body_of("sns/alarm")
    assert old in body
    assert post_as(front, "sns", body.replace(old, new)).status_code == 401


def test_a_strangers_body_that_is_too_large_is_told_to_nobody(front: Bridge, mails: Sink) -> None:
    before = [mail.subject for mail in mails.mails]
    assert post_as(front, "sentry", b" " * (8 * 2**20 + 1), wrong=True).status_code == 413
    assert "【受信拒否】sentryのアラート" not in [mail.subject for mail in mails.mails[len(before) :]]
    rings = post_as(front, "zabbix", b" " * (8 * 2**20 + 1))
    assert rings.status_code == 413
    until(lambda: any("zabbix" in mail.subject for mail in mails.mails), 15, "who may post is told of")
    assert not any("sentry" in mail.subject for mail in mails.mails)


def test_a_composite_alarm_is_signed_too(front: Bridge) -> None:
    answer = post_as(front, "sns", body_of("sns/composite_alarm"))
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert TOPIC not in answer.text


def test_grafanas_body_at_alertmanagers_path_is_told_where_to_go(front: Bridge) -> None:
    answer = post_as(front, "alertmanager", body_of("grafana/firing"))
    assert (answer.status_code, answer.json()["field"]) == (400, "version")
    assert "/webhooks/grafana" in answer.json()["title"]


def test_an_unknown_version_that_can_be_read_is_taken_with_a_note(front: Bridge) -> None:
    body = json.loads(body_of("alertmanager/firing")) | {"version": "5"}
    body["alerts"][0]["fingerprint"] = "b5222cf56f832139"
    answer = post_as(front, "alertmanager", json.dumps(body).encode())
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert any('version is "5"' in str(event["detail"]) for event in front.incident()["events"])


def test_old_grafana_is_told_what_to_do(front: Bridge) -> None:
    answer = post_as(front, "grafana", b'{"evalMatches": [], "state": "alerting"}')
    assert (answer.status_code, answer.json()["field"]) == (400, "evalMatches")
    assert "Switch to unified alerting" in answer.json()["title"]


@pytest.mark.parametrize("path", ["", "/", "//api/v2/alerts", "/api/v2/alerts/"])
def test_prometheus_is_served_however_its_path_is_joined(front: Bridge, path: str) -> None:
    headers = {"Authorization": "Bearer sample-token"}
    answer = httpx.post(f"{front.url}/webhooks/prometheus{path}", content=b"[]", headers=headers)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 0)


def test_the_api_explains_a_body_and_records_nothing(front: Bridge) -> None:
    before = front.api("/incidents")
    answer = front.post_api("/explain", body_of("zabbix/problem"))
    assert answer.status_code == 200
    said = answer.json()
    assert (said["source"], said["would_draft"], said["letters"][0]["recipients"]) == ("zabbix", 1, 3)
    assert said["verdict"].startswith("would draft 1 letter to 3 customers of みどりショップ, due ")
    assert front.api("/incidents") == before


def test_a_bridge_then_does_what_it_has_explained(tmp_path: Path, mails: Sink) -> None:
    running = Bridge(tmp_path, mails)
    list_all(running)
    try:
        running.start()
        for name in ("grafana/test_button", "alertmanager/resolved", "sns/alarm"):
            said = running.post_api("/explain", body_of(name)).json()
            done = post_as(running, name.partition("/")[0], body_of(name)).json()
            assert said["would_draft"] == len(done["incidents"]), name
            assert sum(one["ignored"] is not None for one in said["alerts"]) == done["ignored"], name
        (letter,), (notice,) = said["letters"], running.incident()["notices"]
        rung = notice["reminders"][0]["people"]
        assert (letter["subject"], letter["rings"][0]["people"]) == (notice["subject"], rung)
    finally:
        running.close()


@pytest.mark.parametrize(
    "query, body, words",
    [
        pytest.param("", b'{"x": 1}', "no source reads this", id="nobody reads it"),
        pytest.param("", b"\xff", "not UTF-8", id="no text"),
        pytest.param("?source=nobody", b"{}", "no source nobody", id="unknown source"),
        pytest.param("?source=grafana", b"[]", "grafana: body: must be a JSON object", id="named"),
    ],
)
def test_the_api_says_400_to_what_it_cannot_explain(
    front: Bridge, query: str, body: bytes, words: str
) -> None:
    answer = front.post_api(f"/explain{query}", body)
    assert answer.status_code == 400
    assert words in answer.json()["title"]


def test_explaining_needs_the_apis_token(front: Bridge) -> None:
    url = f"{front.url}/api/v1/explain"
    assert httpx.post(url, content=b"{}").status_code == 401
    assert httpx.post(url, content=b"{}", headers={"Authorization": f"Bearer {API_TOKEN}"}).status_code == 400


@pytest.mark.parametrize("kind", ["azure", "sentry", "pagerduty", "mackerel", "zabbix"])
def test_the_command_posts_as_the_sender_would(front: Bridge, kind: str) -> None:
    file: Path = PAYLOADS / kind / f"{BEGINS[kind]}.json"
    done = front.run("alert", str(file))
    assert (done.returncode, done.stderr) in ((0, ""), (1, done.stderr))
    assert done.stdout.startswith("200 ")


def test_every_kind_has_a_way_in(front: Bridge) -> None:
    assert set(front.config["sources"]) == set(SOURCES)


def test_no_credential_is_in_the_log(front: Bridge) -> None:
    log = front.log()
    assert not [word for word in ("sample-token", "sample-pass", "sample-secret") if word in log]
