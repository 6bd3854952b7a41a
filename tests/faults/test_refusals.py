"""The whole bridge before a mail server that takes some letters, and some later, slowly, or without a word."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from tests.faults.ledger import rests
from tests.faults.second_relay import rung, single, up
from tests.faults.story import add_services, copies, firing, identical, letters, name_of
from tests.parts.bridge import MARUYAMA, SATO, Bridge, bridge, customer, link_in
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Mail, Rules, Session
from tests.parts.waiting import until

ONCALL = {MARUYAMA, SATO}
FIRST = customer(0)


def mail_to(server: Sink, person: str, words: str) -> Mail:
    """The mail to a person whose subject has these words."""

    def found() -> Mail | None:
        return next((mail for mail in server.to(person) if words in mail.subject), None)

    mail = until(found, 30, f"a mail that says {words}")
    assert mail is not None
    return mail


class Greylist:
    """Refuses every customer's first RCPT for now, and takes the second."""

    def __init__(self) -> None:
        self._met = set(ONCALL)

    def __call__(self, stage: str, session: Session) -> Fault | None:
        if stage != "RCPT" or session.to[-1] in self._met:
            return None
        self._met.add(session.to[-1])
        return Fault(say=b"450 4.2.0 greylisted")


def test_greylisted_letters_rest_a_minute_and_are_then_taken(
    tmp_path: Path, mail_server: Sink, database: Database
) -> None:
    with bridge(tmp_path, mail_server, database=database.setting, customers=6) as running:
        link = rung(running, mail_server)
        mail_server.rules = Rules(reply=Greylist())
        running.approve(link)
        until(lambda: running.deliveries()["deferred"] == 6, 20, "each is told to come again")
        assert {(one["attempts"], one["reply"]) for one in single(running).values()} == {
            (1, "450 4.2.0 greylisted")
        }
        running.stop()
        waiting = rests(database)
        assert set(waiting) == set(running.customers)
        assert min(waiting.values()) >= timedelta(seconds=60)
        database.let_waits_end()
        running.start()
        until(lambda: running.deliveries()["sent"] == 6, 20, "the second try is taken")
        assert {one["attempts"] for one in single(running).values()} == {2}
        assert copies(letters(mail_server, running.customers)) == {1: 6}


class EveryThird:
    """Refuses every third letter for now."""

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, stage: str, session: Session) -> Fault | None:
        if stage != "RCPT" or session.to[-1] in ONCALL:
            return None
        self._asked += 1
        return Fault(say=b"451 4.3.0 try again") if self._asked % 3 == 0 else None


def test_every_third_refused_for_now_holds_up_nobody_else(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server, customers=30) as running:
        link = rung(running, mail_server)
        mail_server.rules = Rules(reply=EveryThird())
        running.approve(link)
        until(lambda: running.deliveries()["deferred"] == 10, 20, "a third waits")
        until(lambda: running.deliveries()["sent"] == 20, 20, "the others are through")
        running.stop()
        mail_server.rules = Rules()
        Database("sqlite", tmp_path / "data").let_waits_end()
        running.start()
        until(lambda: running.deliveries()["sent"] == 30, 20, "in the end everybody has it")
        assert copies(letters(mail_server, running.customers)) == {1: 30}


def knows_all_but_the_first(stage: str, session: Session) -> Fault | None:
    return Fault(say=b"550 5.1.1 no such user") if stage == "RCPT" and session.to[-1:] == [FIRST] else None


def test_one_recipient_refused_for_good_fails_alone_and_people_see_who_and_why(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server, customers=12) as running:
        link = rung(running, mail_server)
        mail_server.rules = Rules(reply=knows_all_but_the_first)
        running.approve(link)
        assert "1名に届いていません" in mail_to(mail_server, MARUYAMA, "送信済").text
        assert copies(letters(mail_server, running.customers[1:])) == {1: 11}
        refused = single(running)[FIRST]
        assert (refused["state"], refused["attempts"]) == ("failed", 1)
        assert refused["reply"] == "550 5.1.1 no such user"
        page = running.get(link).text
        assert FIRST in page
        assert "550 5.1.1 no such user" in page


def tarpit(stage: str, _session: Session) -> Fault | None:
    return Fault(after=0.5)


def test_in_a_tarpit_a_ring_does_not_wait_behind_the_letters(tmp_path: Path, mail_server: Sink) -> None:
    """Half a second a command: 60 letters take half a minute, a ring three seconds."""
    running = Bridge(tmp_path, mail_server, customers=60)
    first, other = add_services(running.config, 2)
    try:
        running.start()
        running.alert(firing(first))
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=tarpit)
        running.approve(link)
        until(lambda: letters(mail_server, running.customers), 30, "it sends")
        running.alert(firing(other))
        mail_to(mail_server, MARUYAMA, name_of(1))
        assert len(letters(mail_server, running.customers)) < 60
    finally:
        running.close()


def closes_after_two(stage: str, session: Session) -> Fault | None:
    tired = stage == "MAIL" and session.verbs.count("DOT") >= 2
    return Fault(say=b"421 4.7.0 enough for one connection", drop=True) if tired else None


def cut_after_two(stage: str, session: Session) -> Fault | None:
    return Fault(drop=True) if stage == "MAIL" and session.verbs.count("DOT") >= 2 else None


@pytest.mark.parametrize("tired", [closes_after_two, cut_after_two])
def test_a_server_that_closes_after_two_mails_delays_nobody(
    tmp_path: Path, mail_server: Sink, tired: Callable[[str, Session], Fault | None]
) -> None:
    with bridge(tmp_path, mail_server, customers=60) as running:
        link = rung(running, mail_server)
        mail_server.rules = Rules(reply=tired)
        running.approve(link)
        until(lambda: running.deliveries()["sent"] == 60, 30, "all are sent, none a minute later")
        assert copies(letters(mail_server, running.customers)) == {1: 60}
        assert {one["attempts"] for one in single(running).values()} == {1}
        assert up(running, "customers") == 1


def takes_it_and_hangs_up(stage: str, session: Session) -> Fault | None:
    return Fault(drop=True) if stage == "DOT" and session.to[-1] not in ONCALL else None


@pytest.mark.parametrize("policy, most", [("resend_once", 2), ("hold", 1)])
def test_a_letter_taken_without_an_answer_is_unknown_in_the_end_and_people_see_it(
    tmp_path: Path, mail_server: Sink, policy: Literal["resend_once", "hold"], most: int
) -> None:
    database = Database("sqlite", tmp_path / "data")
    running = Bridge(tmp_path, mail_server, customers=1)
    running.config["smtp"]["on_unknown"] = policy
    try:
        running.start()
        link = rung(running, mail_server)
        mail_server.rules = Rules(reply=takes_it_and_hangs_up)
        running.approve(link)
        for _ in range(most - 1):
            until(lambda: running.deliveries()["deferred"] == 1, 20, "its one more copy waits")
            running.stop()
            assert rests(database)[FIRST] >= timedelta(seconds=60)
            database.let_waits_end()
            running.start()
        until(lambda: running.deliveries()["unknown"] == 1, 20, "nobody knows")
        arrived = letters(mail_server, running.customers)
        assert copies(arrived) == {most: 1}
        assert identical(arrived.values())
        assert "1名は届いたか確認できません" in mail_to(mail_server, MARUYAMA, "送信結果不明").text
        assert FIRST in running.get(link).text
    finally:
        running.close()
