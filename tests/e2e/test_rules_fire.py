"""A real Prometheus with the shipped rules tells of whatever the bridge was asked and did not do."""

from pathlib import Path

from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, bridge, link_in
from tests.parts.postgres import postgres
from tests.parts.prometheus import prometheus, sample
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until

FROM_BEFORE = {
    "LoginErrors",
    "BridgeClockStopped",
    "BridgeMailDown",
}  # fired by other tests, or by a dead relay


def refuse_customers(stage: str, session: Session) -> Fault | None:
    meant = stage == "RCPT" and not session.to[-1].startswith("maruyama")
    return Fault(say=b"550 5.1.1 no such user") if meant else None


def test_every_rule_about_the_bridge_fires_when_its_fault_comes(tmp_path: Path, mail_server: Sink) -> None:
    fired: set[str] = set()
    with (
        postgres() as cluster,
        bridge(tmp_path, mail_server, database=cluster.url()) as running,
        prometheus(tmp_path, bridge=running.port, alertmanagers=[], patient=lambda name: False) as probe,
    ):
        running.config["policy"] = {"hold": "3s", "first_report_within": "1s"}
        assert running.reload().status_code == 200

        def fires(name: str) -> None:
            until(lambda: probe.fires(name), 60, f"{name} fires")
            fired.add(name)

        until(lambda: probe.shows("bridge_storage_up == 1"), 30, "the bridge is scraped")
        running.alert(token="wrong")
        fires("BridgePostsRefused")
        running.alert(alert(service="other"))
        fires("BridgeAlertsIgnored")
        running.alert()
        fires("BridgeNoticeOverdue")

        customers = running.home / "customers.csv"
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        assert running.approve(link).status_code == 303
        customers.write_text(customers.read_text() + "one-more@example.jp,お客様,会社,ja\n")
        fires("BridgeLetterStopped")
        mail_server.rules = Rules(reply=refuse_customers)
        assert running.press(link, "resume").status_code == 303
        fires("BridgeLettersFailed")

        running.config["nonsense"] = True
        assert running.reload().status_code == 400
        fires("BridgeReloadRefused")
        cluster.stop("immediate")
        fires("BridgeStorageDown")
        running.kill()
        fires("BridgeDown")
    groups = sample("rules.yml")["groups"]
    assert fired | FROM_BEFORE == {rule["alert"] for group in groups for rule in group["rules"]}
