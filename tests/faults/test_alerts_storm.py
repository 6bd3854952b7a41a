"""Alerts as monitoring really sends them: again, doubled, out of order, and a hundred at a time."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.faults.story import add_services, all_incidents, memory, rings
from tests.parts.alerts import alert, payload
from tests.parts.bridge import ALERT_TOKEN, MARUYAMA, Bridge, bridge
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.waiting import until

HEADERS = {"Authorization": f"Bearer {ALERT_TOKEN}", "Content-Type": "application/json"}


def post_all(running: Bridge, bodies: list[bytes], at_once: int = 16) -> set[int]:
    """Every status that these posts were answered with."""
    url = running.url + "/webhooks/alertmanager"
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(at_once) as pool:
        return set(pool.map(lambda body: client.post(url, content=body, headers=HEADERS).status_code, bodies))


def body(*alerts: dict[str, object], group: str = '{}:{service="shop"}') -> bytes:
    return json.dumps({**payload(*alerts), "groupKey": group}).encode()


def test_the_same_body_fifty_times_at_once_is_one_incident_and_one_ring(
    tmp_path: Path, mail_server: Sink, database: Database
) -> None:
    with bridge(tmp_path, mail_server, database=database.setting) as running:
        assert post_all(running, [body(alert())] * 50, at_once=50) == {200}
        mail_server.wait_for(MARUYAMA)
        (incident,) = all_incidents(running)
        (notice,) = incident["notices"]
        assert [ring["state"] for ring in notice["reminders"]].count("fired") == 1
        assert len(rings(mail_server)) == 1


def test_two_alertmanagers_that_disagree_about_the_start_make_one_incident(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server) as running:
        first, second = alert(), {**alert(), "startsAt": "2026-11-20T17:10:00.017Z"}
        assert post_all(running, [body(first), body(second)] * 5) == {200}
        assert len(all_incidents(running)) == 1
        assert len(running.incident()["alerts"]) == 1


def test_only_resolved_opens_nothing_and_a_group_that_changes_stays_one_incident(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server) as running:
        assert running.alert(alert(status="resolved")).status_code == 200
        assert all_incidents(running) == []
        assert post_all(running, [body(alert(), group=f'{{}}:{{n="{n}"}}') for n in range(5)]) == {200}
        assert len(all_incidents(running)) == 1


def test_flapping_for_a_while_is_one_incident_with_one_notice(tmp_path: Path, mail_server: Sink) -> None:
    """120 changes: what every 5 s for 10 minutes posts."""
    with bridge(tmp_path, mail_server) as running:
        for _ in range(60):
            assert running.alert(alert()).status_code == 200
            assert running.alert(alert(status="resolved")).status_code == 200
        running.alert()
        mail_server.wait_for(MARUYAMA)
        (incident,) = all_incidents(running)
        assert incident["state"] == "open"
        assert len(incident["notices"]) == 1
        assert len(rings(mail_server)) == 1


def answers_until(over: threading.Event, running: Bridge) -> int:
    """How many /healthz were answered, all with 200; asked one after the other, and at least once."""
    answered = 0
    with httpx.Client(timeout=30) as client:
        while not answered or not over.is_set():
            assert client.get(running.url + "/healthz").status_code == 200
            answered += 1
    return answered


@pytest.mark.parametrize("posts, services", [(100, 1), (100, 100)])
def test_a_storm_is_taken_or_refused_and_never_stops_the_bridge(
    tmp_path: Path, mail_server: Sink, posts: int, services: int, kill_rounds: int
) -> None:
    """100 alerts a post, each of one service; in `make soak` ten times the posts and services: 100 000 alerts."""
    scale = 10 if kill_rounds >= 200 else 1
    running = Bridge(tmp_path, mail_server)
    names = add_services(running.config, services * (scale if services > 1 else 1))
    bodies = [
        body(*(alert(f"Alert{n}", service=names[p % len(names)], instance=f"web-{p}") for n in range(100)))
        for p in range(posts * scale)
    ]
    try:
        running.start()
        over = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            watching = pool.submit(answers_until, over, running)
            answers = post_all(running, bodies)
            over.set()
            healthy = watching.result()
        print(f"{len(bodies)} posts, {healthy} healthz meanwhile, {memory(running.pid)} MiB")
        assert answers <= {200, 503}
        assert healthy >= 3, "it answers in the midst of the storm"
        assert memory(running.pid) < 400
        until(lambda: len(rings(mail_server)) >= len(names), 60, "every service rings")
        assert len(rings(mail_server)) == len(names)
    finally:
        running.close()


def test_one_post_of_ten_thousand_alerts(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        huge = body(*(alert(f"Alert{n}", instance=f"web-{n}") for n in range(10_000)))
        assert len(huge) < 8 * 2**20
        assert post_all(running, [huge]) == {200}
        mail_server.wait_for(MARUYAMA)
        assert memory(running.pid) < 400
