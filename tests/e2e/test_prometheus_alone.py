"""A real Prometheus without any Alertmanager posts to the bridge, as docs/sources says."""

from pathlib import Path

from tests.parts.bridge import MARUYAMA, Bridge
from tests.parts.prometheus import prometheus
from tests.parts.sink import Sink
from tests.parts.source_pages import theirs
from tests.parts.waiting import until


def test_prometheus_brings_a_letter_and_its_end_without_an_alertmanager(
    tmp_path: Path, running_bridge: Bridge, mail_server: Sink
) -> None:
    token = running_bridge.alert_token_file
    running_bridge.config["sources"]["prometheus"] = {"bearer_token_file": str(token)}
    assert running_bridge.reload().status_code == 200
    (pasted,) = theirs("prometheus")["alerting"]["alertmanagers"]
    here = {
        **pasted,
        "scheme": "http",
        "authorization": {"credentials_file": str(token)},
        "static_configs": [{"targets": [f"127.0.0.1:{running_bridge.port}"]}],
    }
    with prometheus(tmp_path, bridge=running_bridge.port, alertmanagers=[here]) as probe:
        probe.works = False
        mail_server.wait_for(MARUYAMA, seconds=60)
        (alert,) = running_bridge.incident()["alerts"]
        assert (alert["source"], alert["status"]) == ("prometheus", "firing")
        assert alert["labels"]["alertname"] == "LoginErrors"
        probe.works = True
        until(lambda: running_bridge.incident()["state"] == "settling", 90, "the end has come")
    (alert,) = running_bridge.incident()["alerts"]
    assert alert["status"] == "resolved"
    assert [notice["kind"] for notice in running_bridge.incident()["notices"]] == ["first"]
