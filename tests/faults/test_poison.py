"""One letter that our own code fails on, or that the process dies of, every time: it ends, and the others go out."""

import signal
from datetime import timedelta
from pathlib import Path

from bridge.loops.verdicts import POISON_TRIES
from bridge.store.claims import CRASHES
from tests.faults.ledger import as_if_crashed, misplace_the_letter, rests
from tests.faults.second_relay import rung, single
from tests.faults.story import copies, letters
from tests.parts.bridge import MARUYAMA, Bridge, bridge, customer
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until

FIRST = customer(0)


def told_of_one_missing(server: Sink) -> bool:
    """Whether the on-call were told that the sending is over, and that one has no letter."""
    return any("1名に届いていません" in mail.text for mail in server.to(MARUYAMA) if "送信済" in mail.subject)


def test_a_letter_that_cannot_be_composed_fails_after_a_few_tries_and_the_others_go_out(
    tmp_path: Path, mail_server: Sink
) -> None:
    database = Database("sqlite", tmp_path / "data")
    with bridge(tmp_path, mail_server, customers=12) as running:
        link = rung(running, mail_server)
        mail_server.refuse_connections()
        running.approve(link)
        until(lambda: running.deliveries()["queued"] == 12, 20, "the letters wait for their relay")
        running.stop()
        misplace_the_letter(database, FIRST)
        mail_server.accept_connections()
        running.start()
        until(lambda: attempted(running, 1), 20, "it counts")
        running.stop()
        assert rests(database)[FIRST] >= timedelta(minutes=1)
        as_if_crashed(database, FIRST, POISON_TRIES - 1)
        running.start()
        until(lambda: running.deliveries()["failed"] == 1, 20, "it has failed")
        assert single(running)[FIRST]["reply"] == "NoResultFound in the bridge"
        assert copies(letters(mail_server, running.customers)) == {1: 11}
        until(lambda: told_of_one_missing(mail_server), 20, "people are told")
        assert FIRST in running.get(link).text


def attempted(running: Bridge, times: int) -> bool:
    first = single(running)[FIRST]
    return (first["state"], first["attempts"]) == ("deferred", times)


class Deadly:
    """Kills the bridge whenever it names the first customer."""

    def __init__(self, victim: Bridge) -> None:
        self._victim = victim
        self.kills = 0

    def __call__(self, stage: str, session: Session) -> Fault | None:
        if stage != "RCPT" or session.to[-1] != FIRST:
            return None
        self.kills += 1
        self._victim.signal(signal.SIGKILL)
        return Fault(drop=True)


def test_a_letter_that_every_process_dies_of_fails_and_keeps_nobody_else_waiting(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server, customers=40) as running:
        link = rung(running, mail_server)
        deadly = Deadly(running)
        mail_server.rules = Rules(reply=deadly)
        running.approve(link)
        database = Database("sqlite", tmp_path / "data")
        until(lambda: not running.running, 20, "it dies of a group with that letter")
        running.start()
        running.stop()
        database.let_waits_end()  # all of the group may have arrived, and from now on they go one by one
        running.spawn()
        for _ in range(CRASHES - 1):
            until(lambda: not running.running, 20, "it dies of it")
            running.spawn()
        until(lambda: not running.running, 20, "it dies of it alone")
        database.let_waits_end()
        as_if_crashed(database, FIRST, 2 * CRASHES - 1)
        running.start()
        mail_server.wait_for_every(running.customers[1:], 30)
        until(lambda: running.deliveries()["failed"] == 1, 20, "it has failed")
        assert deadly.kills == CRASHES + 1
        assert single(running)[FIRST]["reply"] == "the bridge died each time that it tried this message"
        until(lambda: told_of_one_missing(mail_server), 20, "people are told")
