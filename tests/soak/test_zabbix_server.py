"""A real Zabbix server tells the bridge of a problem and of its end, by the webhook of docs/sources/zabbix.md."""

from pathlib import Path

from tests.parts.bridge import ALERT_TOKEN, MARUYAMA, Bridge
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.waiting import until
from tests.parts.zabbix import zabbix_server


def test_zabbix_tells_of_a_problem_and_of_its_end(
    tmp_path: Path, mail_server: Sink, postgres_database: Database
) -> None:
    """The problem is one incident with the trigger's tags, and rings; its end is the end of the same alert."""
    (tmp_path / "zabbix").mkdir()
    running = Bridge(tmp_path, mail_server)
    running.config["sources"]["zabbix"] = {
        "bearer_token_file": str(tmp_path / "alert.token"),
        "timezone": "UTC",
    }
    try:
        running.start()
        with zabbix_server(
            tmp_path / "zabbix", postgres_database.setting, running.url, ALERT_TOKEN
        ) as zabbix:
            zabbix.set_to(1)
            until(lambda: mail_server.to(MARUYAMA), 60, "the first person is rung")
            (alert,) = running.incident()["alerts"]
            assert (alert["source"], alert["status"], alert["labels"]["alertname"]) == (
                "zabbix",
                "firing",
                "LoginErrors",
            )
            assert alert["labels"]["severity"] == "critical"
            assert alert["labels"]["instance"] == "web-1"
            zabbix.set_to(0)
            until(lambda: running.incident()["alerts"][0]["status"] == "resolved", 60, "its end is told")
            assert len(running.incident()["alerts"]) == 1
            until(lambda: zabbix.sent() == (2, ""), 30, "Zabbix counts both as sent")
    finally:
        running.close()
