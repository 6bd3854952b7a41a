"""Health, metrics, reload; and the operators' routes on an address of their own."""

import concurrent.futures
import json
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.parts.bridge import API_TOKEN, Bridge, bridge
from tests.parts.ports import free_port
from tests.parts.postgres import postgres
from tests.parts.sink import Sink

METRICS = [
    'bridge_webhooks_total{outcome="accepted",source="alertmanager"}',
    'bridge_alerts_ignored_total{reason="no_service",source="alertmanager"}',
    "bridge_notices_open",
    "bridge_notices_overdue",
    "bridge_notices_stopped",
    "bridge_config_last_reload_successful",
    "bridge_config_last_reload_success_timestamp_seconds",
    "bridge_build_info",
    "bridge_receipt_to_approval_seconds_bucket",
    "bridge_receipt_to_first_accept_seconds_bucket",
    'bridge_deliveries{state="queued"}',
    "bridge_ring_lateness_seconds_bucket",
    "bridge_storage_up",
    "bridge_tick_age_seconds",
    'bridge_smtp_up{lane="oncall"}',
    'bridge_smtp_up{lane="customers"}',
]


def test_metrics_have_the_names_of_the_contract(front: Bridge) -> None:
    front.alert()
    answer = front.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert [name for name in METRICS if name not in answer.text] == []


def test_the_sources_that_are_listed_have_their_counters_before_their_first_post(
    tmp_path: Path, mailbox: Sink
) -> None:
    with bridge(tmp_path, mailbox) as running:
        first = running.get("/metrics").text
        assert 'bridge_webhooks_total{outcome="malformed",source="alertmanager"} 0.0' in first
        assert [word for word in ('source="grafana"', 'source="second"', "_created") if word in first] == []
        sources = running.config["sources"]
        sources["second"] = {**sources["alertmanager"], "kind": "alertmanager"}
        running.reload().raise_for_status()
        assert (
            'bridge_webhooks_total{outcome="malformed",source="second"} 0.0' in running.get("/metrics").text
        )


def test_metrics_are_shown_while_the_database_is_stuck_or_down(tmp_path: Path, mail_server: Sink) -> None:
    of_the_database = ["bridge_notices_", "bridge_deliveries{"]
    with postgres() as cluster, bridge(tmp_path, mail_server, database=cluster.url()) as running:
        running.alert()
        sound = running.get("/metrics").text
        with psycopg.connect(cluster.url()) as other:
            other.execute("LOCK TABLE notices")
            stuck = running.get("/metrics")
        cluster.stop("immediate")
        assert running.alert().status_code == 503
        down = running.get("/metrics")
    assert (stuck.status_code, down.status_code) == (200, 200)
    assert "bridge_storage_up 1.0" in sound
    for text in (stuck.text, down.text):
        assert "bridge_storage_up 0.0" in text
        assert [name for name in METRICS if name not in text] == [
            name for name in METRICS if name.startswith(tuple(of_the_database))
        ]
    assert 'bridge_webhooks_total{outcome="unavailable",source="alertmanager"}' in down.text


def test_readiness_names_its_reasons(front: Bridge) -> None:
    assert front.get("/readyz").json() == {
        "storage": True,
        "ticking": True,
        "smtp": {"oncall": True, "customers": True},
    }


def test_the_command_for_a_health_check_asks_the_running_bridge(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        asked = running.run("check", "--ready")
        assert (asked.returncode, json.loads(asked.stdout)["storage"]) == (0, True)
        running.stop()
        asked = running.run("check", "--ready")
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "Is the bridge running there?" in asked.stderr


def test_asking_for_readiness_a_hundred_times_at_once_is_answered(front: Bridge) -> None:
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: front.get("/readyz").status_code, range(100)))
    assert set(answers) == {200}


def test_a_reload_needs_the_token(front: Bridge) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = httpx.post(f"{front.url}/-/reload", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="bridge"')
    assert front.get("/-/reload").status_code == 405
    assert front.reload().json() == {"reloaded": True}


def test_a_bad_file_is_refused_whole_and_named(front: Bridge) -> None:
    front.config["policy"]["holdd"] = "0s"
    answer = front.reload()
    del front.config["policy"]["holdd"]
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert "holdd" in answer.json()["detail"]
    assert front.alert().status_code == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/metrics/", "/healthz/", "/approve", "/docs/", "/redoc", "/static/x"]
)
def test_a_path_that_is_none_is_a_problem_and_never_a_redirect(front: Bridge, path: str) -> None:
    answer = front.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_operators_have_an_address_of_their_own_if_wanted(tmp_path: Path, mailbox: Sink) -> None:
    made, port = Bridge(tmp_path, mailbox), free_port()
    made.config["server"]["ops_listen"] = f"127.0.0.1:{port}"
    headers = {"Authorization": f"Bearer {API_TOKEN}"}
    inside = {"/api/v1/incidents", "/docs", "/metrics", "/openapi.json"}
    outside = {"/webhooks/alertmanager", "/approve/x", "/static/live.js"}
    try:
        made.start()
        assert made.alert().status_code == 200
        for path in inside | outside:
            here = httpx.get(f"{made.url}{path}", headers=headers).status_code
            there = httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers).status_code
            assert (here == 404, there == 404) == (path in inside or path == "/approve/x", path in outside)
        assert httpx.post(f"{made.url}/-/reload", headers=headers).status_code == 404
        assert httpx.post(f"http://127.0.0.1:{port}/-/reload", headers=headers).status_code == 200
        for url in (made.url, f"http://127.0.0.1:{port}"):
            assert httpx.get(f"{url}/readyz").status_code == 200
    finally:
        made.close()
