"""A drill with every real part: the command, Postfix, a phone; the list is there, and nobody on it gets a mail."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.desk import Desk
from tests.parts.bridge import MARUYAMA, SATO, Bridge, bridge
from tests.parts.chromium import PHONE, page
from tests.parts.postfix import postfix
from tests.parts.sink import Sink
from tests.parts.waiting import until

CUSTOMERS = 40


@dataclass(frozen=True)
class Exercise:
    """A running bridge with a list of customers; everybody's mailboxes are behind Postfix."""

    bridge: Bridge
    mailboxes: Sink


@pytest.fixture
def exercise(tmp_path: Path, mail_server: Sink) -> Iterator[Exercise]:
    with postfix(mail_server) as relay, bridge(tmp_path, relay.port, customers=CUSTOMERS) as running:
        yield Exercise(running, mail_server)


def test_a_drill_from_the_command_to_its_report(exercise: Exercise, browser: Browser) -> None:
    began = exercise.bridge.run("drill", "shop", "--json")
    assert began.returncode == 0, began.stderr
    drill = json.loads(began.stdout)["id"]
    with page(browser, PHONE) as phone:
        desk = Desk(phone, exercise.mailboxes)
        desk.open("第一報")
        assert phone.get_by_text("訓練です。お客様には送られません").is_visible()
        assert phone.title().startswith("訓練: ")
        assert phone.get_by_text("丸山さんだけ(本番 40名)").is_visible()
        desk.press("訓練: 1名に送信する")
        assert phone.get_by_text("訓練です。お客様には送られません").is_visible()
    until(lambda: exercise.bridge.api(f"/drills/{drill}")["state"] == "over", 30, "the drill is over")
    mails = until(
        lambda: [mail for mail in exercise.mailboxes.to(MARUYAMA) if "※ これは訓練" in mail.text],
        20,
        "letter",
    )
    assert mails[0].subject.startswith("【訓練】【")
    assert {address for mail in exercise.mailboxes.mails for address in mail.to} <= {MARUYAMA, SATO}
    report = exercise.bridge.run("drill", "report", drill)
    assert re.search(r"approved by maruyama after \d+ s", report.stdout)
    assert "0 to customers" in report.stdout
