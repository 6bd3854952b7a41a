"""The machine's clock steps under a running bridge (libfaketime); the monotonic clock goes on as it was."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.story import letters, rings
from tests.parts.bridge import MARUYAMA, Bridge, link_in
from tests.parts.clocks import SteppedClock
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until

HOUR = 3600


@contextlib.contextmanager
def stepped(
    home: Path,
    sink: Sink,
    database: str = "sqlite",
    remind_at: tuple[str, ...] = ("0s", "2s", "4s"),
    then_every: str = "2s",
) -> Iterator[tuple[Bridge, SteppedClock]]:
    """A bridge that rings every two seconds, and the clock of its process."""
    clock = SteppedClock(home / "clock")
    running = Bridge(home, sink, database=database, env=clock.env)
    running.config["escalations"]["shop"] |= {"remind_at": list(remind_at), "then_every": then_every}
    try:
        running.start()
        yield running, clock
    finally:
        running.close()


@pytest.mark.parametrize("step", [-HOUR, HOUR, -24 * HOUR, -2])
def test_a_stepped_clock_neither_silences_rings_nor_lets_them_burst(
    tmp_path: Path, mail_server: Sink, step: int
) -> None:
    with stepped(tmp_path, mail_server) as (running, clock):
        running.alert()
        mail_server.wait_for(MARUYAMA, 2)
        clock.step(step)
        before, began = len(rings(mail_server)), time.monotonic()
        mail_server.wait_for(MARUYAMA, before + 3, 45)
        took = time.monotonic() - began
        assert len(rings(mail_server)) - before <= 3 + took / 2 + 1


def test_a_letter_in_its_hold_leaves_though_the_clock_goes_back_an_hour(
    tmp_path: Path, mail_server: Sink
) -> None:
    with stepped(tmp_path, mail_server, remind_at=("0s", "1h")) as (running, clock):
        running.config["policy"]["hold"] = "3s"
        assert running.reload().status_code == 200
        running.alert()
        running.approve(link_in(mail_server.wait_for(MARUYAMA)[0]))
        clock.step(-HOUR)
        mail_server.wait_for_every(running.customers, 30)


def test_after_an_hour_asleep_a_ring_goes_once_and_says_how_late_it_is(
    tmp_path: Path, mail_server: Sink
) -> None:
    with stepped(tmp_path, mail_server, remind_at=("0s", "5m", "10m"), then_every="5m") as (running, clock):
        running.alert()
        mail_server.wait_for(MARUYAMA)
        running.stop()
        clock.step(HOUR)
        running.start()
        late = mail_server.wait_for(MARUYAMA, 2, 30)[1]
        assert re.search(r"5[4-6]", late.text)
        until(lambda: running.incident()["notices"][0]["reminders"][1]["fired_at"], 5, "it is noted")
        assert len([ring for ring in rings(mail_server) if MARUYAMA in ring.to]) == 2


def refuse(stage: str, _session: Session) -> Fault | None:
    return Fault(say=b"451 4.3.0 not now") if stage == "RCPT" else None


@pytest.mark.parametrize("running_meanwhile", [True, False])
def test_letters_that_slept_for_an_hour_are_stopped_and_people_are_asked(
    tmp_path: Path, mail_server: Sink, running_meanwhile: bool
) -> None:
    with stepped(tmp_path, mail_server, remind_at=("0s", "3h")) as (running, clock):
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=refuse)
        running.approve(link)
        until(lambda: running.deliveries()["deferred"] == 3, 10, "the letters wait")
        mail_server.rules = Rules()
        if not running_meanwhile:
            running.kill()
        clock.step(HOUR)
        if not running_meanwhile:
            running.start()
        mail_server.wait_for(MARUYAMA, 2, 30)
        assert running.incident()["notices"][0]["state"] == "stopped"
        assert not letters(mail_server, running.customers)
        assert running.press(link, "resume").status_code == 303
        mail_server.wait_for_every(running.customers, 30)


def test_on_postgresql_a_machine_an_hour_behind_keeps_the_databases_time(
    tmp_path: Path, mail_server: Sink, postgres_database: Database
) -> None:
    with stepped(tmp_path, mail_server, postgres_database.setting) as (running, clock):
        clock.step(-HOUR)
        running.restart()
        running.alert()
        began = time.monotonic()
        mail_server.wait_for(MARUYAMA, 4, 30)
        assert time.monotonic() - began > 4
        running.approve(link_in(mail_server.to(MARUYAMA)[0]))
        mail_server.wait_for_every(running.customers, 15)
