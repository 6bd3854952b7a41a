"""SIGTERM, a second process, and labels of ten megabytes: leaving in order, and staying within bounds."""

import signal
from pathlib import Path

from tests.faults.story import copies, letters, memory
from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, bridge, link_in
from tests.parts.databases import Database
from tests.parts.ports import free_port
from tests.parts.postgres import postgres
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until


def slow(stage: str, _session: Session) -> Fault | None:
    return Fault(after=0.5) if stage == "DOT" else None


def silent(stage: str, _session: Session) -> Fault | None:
    return Fault(after=60) if stage == "DOT" else None


def test_sigterm_in_the_middle_of_a_sending_doubles_nothing(
    tmp_path: Path, mail_server: Sink, database: Database
) -> None:
    with bridge(tmp_path, mail_server, database=database.setting, customers=40) as running:
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=slow)
        running.approve(link)
        until(lambda: letters(mail_server, running.customers), 10, "it sends")
        assert running.stop() == 0
        before = letters(mail_server, running.customers)
        assert 0 < len(before) < 40
        mail_server.rules = Rules()
        running.start()
        mail_server.wait_for_every(running.customers, 15)
        until(lambda: running.deliveries()["sent"] == 40, 10, "all are marked sent")
        assert copies(letters(mail_server, running.customers)) == {1: 40}


def very_slow(stage: str, _session: Session) -> Fault | None:
    return Fault(after=5) if stage == "DOT" else None


def test_sigterm_before_a_slow_relay_begins_nothing_new_and_doubles_nothing(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server, customers=20) as running:
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=very_slow)
        running.approve(link)
        until(lambda: begun(mail_server) == 4, 10, "every connection waits for an answer")
        assert running.stop() == 0
        assert begun(mail_server) == 4, "none was begun after the signal"
        mail_server.rules = Rules()
        running.start()
        mail_server.wait_for_every(running.customers, 15)
        until(lambda: running.deliveries()["sent"] == 20, 10, "all are marked sent")
        assert copies(letters(mail_server, running.customers)) == {1: 20}


def begun(server: Sink) -> int:
    """How many letters the server was given, to their end."""
    return sum(session.verbs.count("DOT") for session in server.sessions) - len(server.to(MARUYAMA))


def test_sigterm_does_not_wait_for_a_mail_server_that_never_answers(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server) as running:
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=silent)
        running.approve(link)
        until(lambda: begun(mail_server) == 3, 10, "every letter waits for its answer")
        assert running.stop() == 0
        running.start()
        assert running.deliveries()["deferred"] == 3, (
            "each may have arrived: it rests before its one more copy"
        )


def test_a_frozen_database_is_said_while_it_is_frozen_and_does_not_hold_up_sigterm(
    tmp_path: Path, mail_server: Sink
) -> None:
    with postgres() as server, bridge(tmp_path, mail_server, database=server.url()) as running:
        with server.frozen():
            until(lambda: running.get("/readyz").status_code == 503, 5, "it is not ready")
            assert running.alert().status_code == 503
            assert running.stop() == 0
        running.start()
        assert running.alert().status_code == 200


def test_a_second_process_on_the_same_file_is_refused(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        second = Bridge(tmp_path, mail_server)
        second.config["server"]["listen"] = f"127.0.0.1:{free_port()}"
        second.spawn()
        until(lambda: not second.running, 20, "the second one gives up")
        assert str(running.pid) in second.log()
        assert running.alert().status_code == 200


def test_a_label_of_ten_megabytes_is_refused_or_cut_and_never_fills_the_memory(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server) as running:
        huge = alert(instance="a" * 10_000_000)
        assert running.alert(huge).status_code == 413
        running.config["server"]["body_limit"] = "32MiB"
        running.restart()
        assert running.alert(huge).status_code in (200, 400)
        assert memory(running.pid) < 500
        assert running.alert().status_code == 200
        mail_server.wait_for(MARUYAMA)
        running.signal(signal.SIGTERM)
