"""Alertmanager in high availability, at its worst: the two have lost each other and both post everything."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.parts.alertmanager import alertmanager, alertmanager_pair
from tests.parts.bridge import MARUYAMA, Bridge
from tests.parts.gate import gate
from tests.parts.prometheus import prometheus
from tests.parts.sink import Sink
from tests.parts.waiting import until


def posts(bridge: Bridge) -> int:
    """How many webhooks of Alertmanager the bridge has taken."""
    lines = bridge.get("/metrics").text.splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("bridge_webhooks_total{"))


def test_two_alertmanagers_make_one_incident_and_one_ring(
    tmp_path: Path, running_bridge: Bridge, mail_server: Sink
) -> None:
    webhook = f"{running_bridge.url}/webhooks/alertmanager"
    with (
        alertmanager_pair(tmp_path, webhook, running_bridge.alert_token_file, gossip=False) as ports,
        prometheus(tmp_path, bridge=running_bridge.port, alertmanagers=ports) as probe,
    ):
        probe.works = False
        until(lambda: posts(running_bridge) >= 2, 30, "both have posted")
        mail_server.wait_for(MARUYAMA)
        (incident,) = running_bridge.api("/incidents")["incidents"]
    assert [alert["labels"]["alertname"] for alert in incident["alerts"]] == ["LoginErrors"]
    assert [notice["kind"] for notice in incident["notices"]] == ["first"]
    assert len(mail_server.to(MARUYAMA)) == 1


def tell(ports: tuple[int, int], began: datetime, ended: datetime | None = None) -> None:
    """What a Prometheus tells both Alertmanagers of its alert."""
    told: dict[str, Any] = {
        "labels": {"alertname": "LoginErrors", "service": "shop", "severity": "critical"},
        "startsAt": began.isoformat(),
    }
    if ended:
        told["endsAt"] = ended.isoformat()
    for port in ports:
        httpx.post(f"http://127.0.0.1:{port}/api/v2/alerts", json=[told]).raise_for_status()


def test_an_old_end_that_one_alertmanager_could_not_deliver_in_time_ends_nothing(
    tmp_path: Path, running_bridge: Bridge, mail_server: Sink
) -> None:
    """The second one meets 503 with the end, and goes on trying. When it comes through, the alert fires again."""
    webhook, token = f"{running_bridge.url}/webhooks/alertmanager", running_bridge.alert_token_file

    def status() -> str:
        (alert,) = running_bridge.incident()["alerts"]
        return str(alert["status"])

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with (
        gate(webhook) as hop,
        alertmanager(tmp_path / "a", webhook, token) as first,
        alertmanager(tmp_path / "b", hop.url, token) as second,
    ):
        began = datetime.now(UTC) - timedelta(seconds=60)
        tell((first, second), began)
        until(lambda: posts(running_bridge) >= 2 and len(hop.passed) >= 1, 30, "both have told that it fires")

        hop.open = False
        ended = datetime.now(UTC) - timedelta(seconds=1)
        tell((first, second), began, ended)
        until(lambda: status() == "resolved", 30, "the first one has told of the end")
        until(lambda: any(one["status"] == "resolved" for one in hop.refused), 30, "the second one met 503")

        tell((first, second), datetime.now(UTC))
        until(lambda: status() == "firing", 30, "the first one has told that it fires again")
        hop.open = True
        until(lambda: any(one["status"] == "resolved" for one in hop.passed), 30, "the old end came through")
        late = running_bridge.api("/ignored")["ignored"]
        assert status() == "firing"
    incident = running_bridge.incident()
    assert (incident["state"], incident["resolved_at"]) == ("open", None)
    assert [(one["alertname"], one["reason"]) for one in late] == [("LoginErrors", "outdated")]
    assert [notice["kind"] for notice in incident["notices"]] == ["first"]
    assert not any("復旧" in mail.subject for mail in mail_server.to(MARUYAMA))
