"""A whole correspondence through a real Alertmanager and a real Postfix, every step approved on a phone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser

from tests.e2e.desk import Desk
from tests.parts.alertmanager import alertmanager
from tests.parts.bridge import SATO, Bridge, bridge, customer
from tests.parts.chromium import PHONE, page
from tests.parts.postfix import postfix
from tests.parts.sink import Sink
from tests.parts.smtp import Mail
from tests.parts.waiting import until

CUSTOMERS = 12
PAYMENTS = "決済機能"
CAUSE = "認証に用いる証明書の更新処理が完了しておりませんでした。"
REMEDY = "証明書を更新し、ログインできることを確認いたしました。"
PREVENTION = "証明書の有効期限の監視を追加いたしました。"
BATCH = (
    "email,company,department,name,impact\n"
    f"{customer(1)},会社1,営業部,佐藤,11月21日に登録された受注12件が保存されておりません。\n"
    f"{customer(2)},会社2,総務部,ご担当者,11月21日に登録された受注3件が保存されておりません。\n"
)
# (what its subject says, its kind and number in the API), in the order in which customers receive them
REPORTS = (
    ("第一報", "first", 1),
    ("第二報", "update", 2),
    ("第三報", "update", 3),
    ("【復旧報告】", "recovery", None),
    ("最終報", "final", None),
)
IMPACT = {"match": ['alertname="PaymentErrors"'], "text": {"ja": PAYMENTS, "en": "Payments"}}
# Ready drafts 4 s after the letter before them, promises a minute ahead: short by configuration alone.
HURRY = {
    "update_every": {"critical": "60s", "default": "60s"},
    "update_ring_before": "56s",
    "settle": "1s",
}


@dataclass(frozen=True)
class Correspondence:
    """Everything that runs: the customers' mailboxes are behind Postfix."""

    bridge: Bridge
    alertmanager: int
    mailboxes: Sink

    def fire(self, name: str) -> None:
        self._post(name, endsAt=_now() + timedelta(hours=1))

    def end(self, *names: str) -> None:
        for name in names:
            self._post(name, endsAt=_now())

    def letters(self, report: str) -> list[Mail]:
        """The letter that every customer has of this report, in the order of the list."""
        found = [(to, report) for to in self.bridge.customers]
        until(lambda: all(self.letter(*each) for each in found), 30, f"everybody has {report}")
        return [mail for each in found for mail in self.letter(*each)]

    def letter(self, to: str, report: str) -> list[Mail]:
        """What this customer has of this report: nothing yet, or one mail."""
        found = [mail for mail in self.mailboxes.to(to) if report in mail.subject]
        assert len(found) < 2, f"{to} has {report} twice"
        return found

    def notice(self, kind: str, number: int | None) -> Any:
        """What the API shows of the letter that was approved."""
        every = [n for n in self.bridge.incident()["notices"] if n["state"] == "sent"]
        (one,) = [n for n in every if (n["kind"], n["number"]) == (kind, number)]
        return one

    def _post(self, name: str, **times: datetime) -> None:
        labels = {"alertname": name, "service": "shop", "severity": "critical", "instance": "web-1.internal"}
        alert = {"labels": labels, **{key: at.isoformat() for key, at in times.items()}}
        url = f"http://127.0.0.1:{self.alertmanager}/api/v2/alerts"
        httpx.post(url, json=[alert]).raise_for_status()


@pytest.fixture
def night(tmp_path: Path, mail_server: Sink, database_url: str) -> Iterator[Correspondence]:
    homes = [tmp_path / name for name in ("bridge", "alertmanager")]
    for home in homes:
        home.mkdir()
    database = database_url if database_url.startswith("postgresql") else "sqlite"
    with (
        postfix(mail_server) as relay,
        bridge(homes[0], relay.port, database=database, customers=CUSTOMERS, fresh=True) as running,
        alertmanager(homes[1], f"{running.url}/webhooks/alertmanager", running.alert_token_file) as port,
    ):
        running.config["policy"].update(HURRY)
        running.config["services"]["shop"]["impact"].append(IMPACT)
        running.config["services"]["shop"]["timezone"] = early_afternoon()
        assert running.reload().status_code == 200
        yield Correspondence(running, port, mail_server)


def early_afternoon() -> str:
    """A time zone in which 10:00 of today has passed, whenever the test runs: a final report is due from then.

    POSIX turns the sign around: Etc/GMT-9 is nine hours ahead.
    """
    return f"Etc/GMT{_now().hour - 13:+d}"


def today() -> date:
    return _now().astimezone(ZoneInfo(early_afternoon())).date()


def _now() -> datetime:
    return datetime.now(UTC)


def tell_the_incident(night: Correspondence, desk: Desk) -> None:
    """第一報, a 第二報 without news, and a 第三報 after another alert."""
    night.fire("LoginErrors")
    desk.open("第一報")
    desk.press(f"{CUSTOMERS}名に送信する")
    desk.open("続報")
    desk.press(f"変化なしと{CUSTOMERS}名に伝える")
    night.letters("第二報")
    night.fire("PaymentErrors")
    until(lambda: len(night.bridge.incident()["alerts"]) == 2, 20, "the second alert attaches")
    desk.open("続報")
    desk.press(f"{CUSTOMERS}名に送信する")
    night.letters("第三報")


def tell_the_recovery(night: Correspondence, desk: Desk) -> None:
    """復旧報告 with the cause promised for today, then the 最終報 that this made due."""
    night.end("LoginErrors", "PaymentErrors")
    desk.open("復旧")
    desk.phone.get_by_text("報告する日を変える").click()
    desk.phone.get_by_label("報告する日", exact=True).fill(today().isoformat())
    desk.press("手紙を確かめる")
    desk.press(f"{CUSTOMERS}名に送信する")
    night.letters("【復旧報告】")
    desk.open("最終報")
    desk.phone.get_by_label("原因", exact=True).fill(CAUSE)
    desk.phone.get_by_label("行った対応").fill(REMEDY)
    desk.choose("再発防止策", "決まっている(書く)")
    desk.phone.locator("#prevention").fill(PREVENTION)
    desk.press("手紙を確かめる")
    desk.press(f"{CUSTOMERS}名に送信する")
    night.letters("最終報")


def apologise_to_two(night: Correspondence, desk: Desk, colleague: Desk) -> None:
    """A batch of individual apologies, which two people approve."""
    incident = night.bridge.incident()["id"]
    assert night.bridge.post_api(f"/incidents/{incident}/individual", BATCH, "text/csv").status_code == 201
    desk.open("個別")
    desk.press("2通をそれぞれ1名に送信する")
    assert "あと1人の承認が必要です" in desk.phone.inner_text("main")
    assert night.letter(customer(1), "お詫び】") == []
    colleague.open("個別")
    assert "丸山さんが" in colleague.phone.inner_text("main")
    colleague.press("2人目として2名に送信する")


def test_every_letter_of_an_incident(night: Correspondence, browser: Browser) -> None:
    with page(browser, PHONE) as phone, page(browser, PHONE) as other_phone:
        desk = Desk(phone, night.mailboxes)
        tell_the_incident(night, desk)
        tell_the_recovery(night, desk)
        apologise_to_two(night, desk, Desk(other_phone, night.mailboxes, SATO))
    until(lambda: night.bridge.incident()["state"] == "closed", 30, "nothing is owed any more")
    for report, kind, number in REPORTS:
        check_the_report(night, report, night.notice(kind, number))
    for to in night.bridge.customers:
        check_the_thread([night.letter(to, report)[0] for report, _, _ in REPORTS])
    check_what_is_new(night)
    check_the_apologies(night)


def check_the_report(night: Correspondence, report: str, notice: dict[str, Any]) -> None:
    """Every customer has exactly the approved version, alone, with nothing of our inside in it."""
    letters = night.letters(report)
    assert {(mail.subject, text_of(mail)) for mail in letters} == {(notice["subject"], notice["body"])}
    assert len({mail.raw.partition(b"\r\n\r\n")[2] for mail in letters}) == 1
    for mail, address in zip(letters, night.bridge.customers, strict=True):
        assert mail.to == (address,)
        assert addresses_in(mail) & set(night.bridge.customers) == {address}
    assert not re.search("web-1|お客様[0-9]|会社[0-9]|丸山|佐藤", notice["body"])
    assert notice["approved_by"] == "maruyama"


def check_the_thread(letters: list[Mail]) -> None:
    """A customer's mail program shows one conversation, though no subject begins with Re:."""
    ids = [mail.message["Message-ID"] for mail in letters]
    for n, mail in enumerate(letters):
        assert str(mail.message["References"] or "").split() == ids[:n]
        assert mail.message["In-Reply-To"] == (ids[n - 1] if n else None)
        assert mail.subject.startswith("【")


def check_what_is_new(night: Correspondence) -> None:
    second, third, recovery, final = (text_of(night.letters(report)[0]) for report, _, _ in REPORTS[1:])
    assert "新たに判明した事項はございません" in second
    assert PAYMENTS not in second
    assert f"{PAYMENTS}にも影響が及んでいることを確認いたしました。" in third
    assert re.search(f"再発防止策とあわせて、{today():%Y年%-m月%-d日}.+までにご報告いたします", recovery)
    assert all(line in final for line in (CAUSE, REMEDY, PREVENTION))


def check_the_apologies(night: Correspondence) -> None:
    """Each to one company, and neither knows of the other."""
    (one,), (other,) = (night.letter(customer(n), "お詫び】") for n in (1, 2))
    assert text_of(one).startswith("会社1\n営業部 佐藤様\n")
    assert CAUSE in text_of(one)  # what everybody was told, this customer is told as well
    assert text_of(other).startswith("会社2\n総務部 ご担当者様\n")
    assert [count in text_of(one) for count in ("受注12件", "受注3件", "会社2")] == [True, False, False]
    assert [count in text_of(other) for count in ("受注12件", "受注3件", "会社1")] == [False, True, False]


def text_of(mail: Mail) -> str:
    """With the line ends of the API; mail has CRLF."""
    return mail.text.replace("\r\n", "\n")


def addresses_in(mail: Mail) -> set[str]:
    """Every address anywhere in the mail's bytes, and in its text."""
    return set(re.findall(r"[\w.]+@[\w.]+\w", f"{mail.raw.decode('ascii')} {mail.text}"))
