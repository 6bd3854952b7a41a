"""Was it sent, may I sleep? Once everybody was tried, page, mail and API say so, and why letters failed."""

import html
import json
import re
from pathlib import Path
from typing import Any

from tests.parts.bridge import MARUYAMA, Bridge, bridge, link_in
from tests.parts.sink import Sink, sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until


def moody(stage: str, session: Session) -> Fault | None:
    """One customer is put off, two are unknown, each in words that name them."""
    to = session.to[-1] if session.to else ""
    if stage != "RCPT" or to.startswith(("maruyama", "sato")):
        return None
    if to.startswith("customer1@"):
        return Fault(b"450 4.2.0 greylisted, come back later")
    if to.startswith(("customer2@", "customer9@")):
        return Fault(f"550 5.1.1 <{to}>: no such user".encode())
    return None


def nobody(stage: str, session: Session) -> Fault | None:
    """No customer is known here."""
    known = session.to and session.to[-1].startswith(("maruyama", "sato"))
    return None if stage != "RCPT" or known else Fault(b"550 5.7.1 not from you")


def in_two_words(stage: str, session: Session) -> Fault | None:
    """Four customers are refused, in two kinds of words, and of one the answer is lost."""
    to = session.to[-1] if session.to else ""
    if stage == "RCPT" and to.startswith(("customer1@", "customer2@")):
        return Fault(f"550 5.1.1 <{to}>: no such user".encode())
    if stage == "RCPT" and to.startswith(("customer3@", "customer4@")):
        return Fault(f"554 5.2.1 mailbox disabled {to[8]}".encode())
    return Fault(drop=True) if stage == "DOT" and to.startswith("customer5@") else None


def sent_by(running: Bridge, mails: Sink) -> tuple[str, Any]:
    """The link, and the notice once everybody was tried."""
    running.alert()
    link = link_in(mails.wait_for(MARUYAMA)[0])
    assert running.approve(link).status_code == 303
    until(lambda: running.incident()["notices"][0]["first_round_at"], 20, "everybody was tried once")
    return link, running.incident()["notices"][0]


def last_mail(mails: Sink) -> str:
    mail = mails.to(MARUYAMA)[-1]
    return f"{mail.subject}\n{mail.text}"


def test_whom_the_server_put_off_keeps_nobody_awake(tmp_path: Path) -> None:
    with sink(Rules(reply=moody)) as mails, bridge(tmp_path, mails, customers=10) as running:
        link, notice = sent_by(running, mails)
        until(lambda: "【送信済】" in last_mail(mails), 10, "the mail that was promised")
        assert notice["state"] == "sending"
        assert notice["last_accept_at"] >= notice["approved_at"]
        assert notice["deliveries"] == {
            "queued": 0, "sending": 0, "sent": 7, "deferred": 1, "failed": 2, "unknown": 0,
        }  # fmt: skip
        (group,) = notice["failures"]
        assert (group["count"], group["domains"]) == (2, ["mail2.example.jp"])
        assert "no such user" in group["reply"]
        assert "@" not in group["reply"]
        mail, page = last_mail(mails), running.get(link).text
        assert "7名に送信しました。1名は再送中(" in mail
        assert "最初の1通 " in mail
        assert "2名 550 5.1.1 …: no such user(mail2.example.jp)" in mail
        assert "<h1>送信しました</h1>" in page
        assert "7名に送信しました。1名は再送中です(" in page
        assert "2名に届いていません。" in page
        assert "届かなかった理由" in page


def test_a_letter_that_reached_nobody_is_never_called_sent(tmp_path: Path) -> None:
    with sink(Rules(reply=nobody)) as mails, bridge(tmp_path, mails) as running:
        link, notice = sent_by(running, mails)
        until(lambda: len(mails.to(MARUYAMA)) > 1, 10, "the mail about the end")
        assert (notice["deliveries"]["sent"], notice["last_accept_at"]) == (0, None)
        assert last_mail(mails).startswith("【未送信】")
        assert "【送信済" not in last_mail(mails)
        page = running.get(link).text
        assert "1通も送れていません" in page
        assert "送信しました</h1>" not in page


def test_a_press_or_a_call_sends_again_to_those_of_one_reply_or_one_alone(tmp_path: Path) -> None:
    with sink(Rules(reply=in_two_words)) as mails, bridge(tmp_path, mails, customers=8) as running:
        running.stop()
        running.config["smtp"]["on_unknown"] = "hold"
        running.write_config()
        running.start()
        link, notice = sent_by(running, mails)
        until(lambda: running.deliveries()["unknown"] == 1, 20, "everybody has an answer, or none")
        page = running.get(link).text
        mails.rules = Rules()

        no_user = next(each["reply"] for each in notice["failures"] if "5.1.1" in each["reply"])
        path, which = f"/notices/{notice['id']}/retry", {"state": "failed", "reply": no_user}
        assert running.post_api(path, json.dumps(which)).status_code == 200
        until(lambda: running.deliveries()["sent"] == 5, 20, "those of one reply have it")
        until(
            lambda: running.incident()["notices"][0]["state"] == "sent", 20, "and nothing more is under way"
        )
        assert running.post_api(path, json.dumps(which)).status_code == 409
        assert {
            address for mail in mails.mails for address in mail.to if address.startswith("customer4")
        } == set()

        buttons = [html.unescape(each) for each in re.findall(r'value="retry" formaction="([^"]+)"', page)]
        alone = next(each for each in buttons if "recipient=" in each)
        assert "customer5" not in alone
        assert running.post_api(f"/notices/{notice['id']}/leave", "{}").status_code == 200
        assert "このままにすると決めました" in running.get(link).text
        assert running.press(link + alone, "retry").status_code == 303
        until(lambda: running.deliveries()["sent"] == 6, 20, "the one in doubt was sent to again")
        until(lambda: running.incident()["notices"][0]["state"] == "sent", 20, "and that is over")
        nobody = running.post_api(f"/notices/{notice['id']}/leave", "{}")
        said = "no letter of this notice is unknown and may be left as it is"
        assert (nobody.status_code, nobody.json()["title"]) == (409, said)
        assert running.press(link, "retry", state="failed").status_code == 303
        until(lambda: running.deliveries()["sent"] == 8, 20, "everybody has it")
        assert running.press(link, "retry", state="failed").status_code == 409
