"""The whole bridge before a mail server in trouble: who is told, what waits, and what goes on."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.second_relay import rung, single, up, with_fallback
from tests.faults.story import copies, letters
from tests.parts.bridge import MARUYAMA, link_in
from tests.parts.certificates import self_signed
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until


def test_a_dead_relay_is_told_after_a_minute_and_its_letters_leave_when_it_is_back(
    tmp_path: Path, mail_server: Sink
) -> None:
    with with_fallback(tmp_path, mail_server) as (running, second):
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.refuse_connections()
        running.approve(link)
        told = second.wait_for(MARUYAMA, 1, 90)[0]
        assert "みどりショップ" in told.subject
        assert (up(running, "customers"), up(running, "oncall")) == (0, 1)
        assert running.get("/readyz").status_code == 200, "a dead relay takes no instance out of the balancer"
        assert "127.0.0.1" in running.get(link).text, "the page names the server and its trouble"
        assert running.deliveries() == {**dict.fromkeys(running.deliveries(), 0), "queued": 5}
        notice = running.incident()["notices"][0]["id"]
        waiting = running.api(f"/notices/{notice}/deliveries")["deliveries"]
        assert {one["attempts"] for one in waiting} == {0}
        mail_server.accept_connections()
        mail_server.wait_for_every(running.customers, 75)
        until(lambda: up(running, "customers") == 1, 70, "it is up again")
        assert copies(letters(mail_server, running.customers)) == {1: 5}
        assert Counter(mail.subject for mail in second.to(MARUYAMA))[told.subject] == 1, "told once"


def test_a_ring_finds_the_dead_relay_before_any_letter_needs_it(tmp_path: Path, mail_server: Sink) -> None:
    with with_fallback(tmp_path, mail_server) as (running, second):
        mail_server.refuse_connections()
        running.alert()
        link = link_in(second.wait_for(MARUYAMA, 1, 30)[0])
        until(lambda: up(running, "customers") == 0, 10, "the metrics know")
        assert "いまはメールサーバーに送れません" in running.get(link).text, (
            "and the page, before anybody decides"
        )
        mail_server.accept_connections()
        until(lambda: up(running, "customers") == 1, 30, "its return is noticed without a mail")


def drops_customer_zero(stage: str, session: Session) -> Fault | None:
    return Fault(drop=True) if stage == "RCPT" and session.to[-1:] == ["customer0@mail0.example.jp"] else None


def test_a_mail_that_ends_every_connection_does_not_starve_the_others(
    tmp_path: Path, mail_server: Sink
) -> None:
    with with_fallback(tmp_path, mail_server, customers=30) as (running, _):
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=drops_customer_zero)
        running.approve(link)
        mail_server.wait_for_every(running.customers[1:], 40)
        until(lambda: running.deliveries()["deferred"] == 1, 90, "it counts as its own trouble")
        assert copies(letters(mail_server, running.customers)) == {1: 29}


NO_TLS = Rules()


def wrong_certificate(folder: Path) -> Rules:
    return Rules(tls=self_signed(folder, "other.example.jp").for_server())


def wrong_password(folder: Path) -> Rules:
    (folder / "password").write_text("hunter2\n")
    return Rules(users={"bridge": "another"})


LOGIN = {"username": "bridge", "password_file": "password"}


@pytest.mark.parametrize(
    "rules, settings, words, more",
    [
        pytest.param(lambda _: NO_TLS, {"security": "starttls"}, "STARTTLS", set(), id="no STARTTLS"),
        pytest.param(
            wrong_certificate, {"security": "starttls"}, "certificate", {"STARTTLS"}, id="certificate"
        ),
        pytest.param(wrong_password, LOGIN, "535", {"AUTH"}, id="password"),
    ],
)
def test_a_relay_that_is_not_trusted_or_does_not_know_us_gets_nothing_and_people_are_told_why(
    tmp_path: Path,
    mail_server: Sink,
    rules: Callable[[Path], Rules],
    settings: dict[str, Any],
    words: str,
    more: set[str],
) -> None:
    mail_server.rules = rules(tmp_path)
    with with_fallback(tmp_path, mail_server, customers=20, **settings) as (running, second):
        link = rung(running, second)
        told = second.wait_for(MARUYAMA, 2)[1]  # the first found out, the next says it
        assert words in told.text
        assert running.approve(link).status_code == 303
        until(lambda: running.deliveries()["queued"] == 20, 10, "the letters wait")
        assert words in running.get(link).text
        assert (up(running, "customers"), up(running, "oncall")) == (0, 1)
        assert {(one["state"], one["attempts"]) for one in single(running).values()} == {("queued", 0)}
        shown = {verb for session in mail_server.sessions for verb in session.verbs}
        assert shown <= {"CONNECT", "EHLO", "QUIT"} | more
        assert sum(session.verbs.count("AUTH") for session in mail_server.sessions) <= 2, (
            "one, and a probe at the most"
        )
        assert "hunter2" not in running.log() + told.text
