"""Alertmanager in high availability, at its worst: the two have lost each other and both post everything."""

from pathlib import Path

from tests.parts.alertmanager import alertmanager_pair
from tests.parts.bridge import MARUYAMA, Bridge
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
