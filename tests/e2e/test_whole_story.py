"""The main job with every real part: from a Prometheus rule to each customer's mailbox, and back to quiet."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.parts.alertmanager import alertmanager
from tests.parts.bridge import MARUYAMA, Bridge, bridge, link_in
from tests.parts.chromium import PHONE, page
from tests.parts.postfix import postfix
from tests.parts.prometheus import Probe, prometheus
from tests.parts.sink import Sink
from tests.parts.waiting import until

ADDED = "お問い合わせの多いご質問は、本メールの続報でお答えします。"


@dataclass(frozen=True)
class Night:
    """Everything that runs: the customers' side is `mailboxes`, behind Postfix."""

    bridge: Bridge
    probe: Probe
    mailboxes: Sink


@pytest.fixture
def night(tmp_path: Path, mail_server: Sink, database_url: str) -> Iterator[Night]:
    homes = [tmp_path / name for name in ("bridge", "alertmanager", "prometheus")]
    for home in homes:
        home.mkdir()
    bridge_home, alertmanager_home, prometheus_home = homes
    database = database_url if database_url.startswith("postgresql") else "sqlite"
    with (
        postfix(mail_server) as relay,
        bridge(bridge_home, relay.port, database=database, customers=25, fresh=True) as running,
        alertmanager(
            alertmanager_home, f"{running.url}/webhooks/alertmanager", running.alert_token_file
        ) as port,
        prometheus(prometheus_home, bridge=running.port, alertmanagers=[port]) as probe,
    ):
        yield Night(running, probe, mail_server)


def add_a_sentence(phone: Page) -> None:
    """What the on-call does on the edit page."""
    phone.get_by_text("文面を直す").click()
    body = phone.locator("textarea[name=body]")
    body.fill(body.input_value().rstrip() + f"\n{ADDED}\n")
    phone.get_by_role("button", name="保存して確認へ").click()


def test_from_a_rule_to_every_customer_and_back(night: Night, browser: Browser) -> None:
    night.probe.works = False
    (ring, *_) = night.mailboxes.wait_for(MARUYAMA, seconds=30)
    assert "みどりショップ" in ring.subject

    with page(browser, PHONE) as phone:
        phone.goto(link_in(ring))
        assert "全ユーザーのログイン機能" in phone.inner_text("body")
        add_a_sentence(phone)
        assert not any(mail.to[0] in night.bridge.customers for mail in night.mailboxes.mails)
        phone.get_by_role("button", name="25名に送信する").click()
        phone.wait_for_load_state()
        assert phone.locator("button[value=approve]").count() == 0

    night.mailboxes.wait_for_every(night.bridge.customers, seconds=30)
    letters = [mail for mail in night.mailboxes.mails if mail.to[0] in night.bridge.customers]
    assert sorted(mail.to for mail in letters) == sorted((address,) for address in night.bridge.customers)
    assert all([who.addr_spec for who in mail.message["To"].addresses] == list(mail.to) for mail in letters)
    assert all("第一報" in mail.subject and ADDED in mail.text for mail in letters)
    assert not any("probe" in mail.text or "127.0.0.1" in mail.text for mail in letters)

    night.probe.works = True
    until(lambda: night.bridge.incident()["resolved_at"], 30, "the incident is resolved")
    assert night.bridge.incident()["state"] == "settling"
    (notice,) = night.bridge.incident()["notices"]
    assert (notice["kind"], notice["number"], notice["state"]) == ("first", 1, "sent")
    assert (notice["approved_by"], notice["deliveries"]["sent"]) == ("maruyama", 25)
