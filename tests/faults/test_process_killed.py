"""SIGKILL at any moment of the whole story, many times over: nothing lost, at most the declared copies."""

import random
import time
from pathlib import Path
from typing import Literal

import pytest

from tests.faults.story import (
    Night,
    add_services,
    copies,
    deliveries,
    identical,
    letters,
    ring_copies,
    unfinished,
)
from tests.parts.bridge import Bridge, link_in
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until

CUSTOMERS = 15
SECONDS_TO_ANSWER = 0.02  # of the mail server for each letter, so that a kill has something to hit


def survive(bridge: Bridge, night: Night, rounds: int) -> None:
    """Start it, let people and monitoring do what they can, and kill it, many times, at times half started."""
    chance = random.Random(11)
    for number in range(rounds):
        bridge.spawn()
        if number % 5 == 4:
            night.go_on_until(time.monotonic() + chance.uniform(0.2, 1.5))
        else:
            until(lambda: bridge.ready, 30, "it is up again")
            night.go_on_until(time.monotonic() + chance.uniform(0.05, 0.7))
        bridge.kill()


def slow_to_answer(stage: str, _session: Session) -> Fault | None:
    return Fault(after=SECONDS_TO_ANSWER) if stage == "DOT" else None


def finish(bridge: Bridge, night: Night, database: Database) -> None:
    """Undisturbed, until every letter has come to its end; no ring or letter waits a minute for a second copy."""
    bridge.start()
    until(lambda: not database.claimed(), 60, "what the dead had claimed is given back")
    bridge.stop()
    database.let_waits_end()
    bridge.start()
    until(lambda: night.go_on(posts=5) or night.done, 90, "everything is posted, rung and approved")
    until(lambda: not unfinished(bridge), 90, "every letter has come to its end")


@pytest.mark.parametrize(
    "database, on_unknown, share, most",
    [("sqlite", "resend_once", 1, 2), ("postgresql", "resend_once", 1, 2), ("sqlite", "hold", 4, 1)],
    indirect=["database"],
)
def test_killed_at_any_moment(
    tmp_path: Path,
    mail_server: Sink,
    database: Database,
    kill_rounds: int,
    on_unknown: Literal["resend_once", "hold"],
    share: int,
    most: int,
) -> None:
    rounds = kill_rounds // share
    mail_server.rules = Rules(reply=slow_to_answer)
    bridge = Bridge(tmp_path, mail_server, database=database.setting, customers=CUSTOMERS)
    services = add_services(bridge.config, rounds)
    bridge.config["smtp"]["on_unknown"] = on_unknown
    night = Night(bridge, mail_server, services)
    try:
        survive(bridge, night, rounds)
        finish(bridge, night, database)

        told = [incident["service"] for incident in night.incidents()]
        assert sorted(told) == sorted(services), "each acknowledged alert opened one incident, and only one"
        arrived = letters(mail_server, bridge.customers)
        unknown = deliveries(bridge, "unknown")
        print(f"{rounds} kills, {on_unknown}: copies {dict(copies(arrived))}, unknown {len(unknown)}")
        missing = {(s, c) for s in {s for s, _ in arrived} for c in bridge.customers} - set(arrived)
        assert len({subject for subject, _ in arrived}) == rounds
        # What processes died of again and again ends as failed.
        shown = unknown | deliveries(bridge, "failed")
        assert {address for _, address in missing} <= {address for _, address in shown}, shown
        assert len(missing) <= len(shown)
        assert max(copies(arrived)) <= most
        assert identical(arrived.values())
        assert ring_copies(mail_server) <= 2
        assert bridge.run("incidents", "verify").returncode == 0
    finally:
        bridge.close()


def test_claims_of_a_killed_process_go_out_as_soon_as_it_is_back(
    tmp_path: Path, mail_server: Sink, database: Database
) -> None:
    """Silent before DATA, so that nothing can have arrived; PostgreSQL waits until the dead one is 12 s silent."""
    bridge = Bridge(tmp_path, mail_server, database=database.setting, customers=20)
    try:
        bridge.start()
        bridge.alert()
        link = link_in(mail_server.wait_for("maruyama@example.jp")[0])
        mail_server.rules = Rules(reply=silent_at_mail)
        assert bridge.approve(link).status_code == 303
        until(lambda: bridge.deliveries()["sending"], 10, "letters are claimed")
        bridge.kill()
        mail_server.rules = Rules()
        bridge.start()
        mail_server.wait_for_every(bridge.customers, 15)
        assert max(copies(letters(mail_server, bridge.customers))) == 1
    finally:
        bridge.close()


def silent_at_mail(stage: str, _session: Session) -> Fault | None:
    return Fault(after=60) if stage == "MAIL" else None
