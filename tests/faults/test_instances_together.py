"""Several instances on one PostgreSQL: killed, stopped and woken while they share one sending and its rings."""

import contextlib
import copy
import random
import signal
from collections.abc import Iterator
from pathlib import Path

from tests.faults.story import copies, identical, letters, rings
from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, link_in
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until


@contextlib.contextmanager
def instances(
    home: Path, sink: Sink, database: Database, count: int, customers: int
) -> Iterator[list[Bridge]]:
    """So many started bridges: one list, one key file, one database; each its own port."""
    made = [Bridge(home, sink, database=database.setting, customers=customers) for _ in range(count)]
    for one in made:
        one.config["server"]["public_url"] = made[0].url
        one.config["escalations"]["shop"] |= {"remind_at": ["0s", "3s"], "then_every": "3s"}
    try:
        made[0].start()
        for one in made[1:]:
            one.spawn()
        for one in made[1:]:
            until(lambda b=one: b.ready, 30, "the others are up")
        yield made
    finally:
        for one in made:
            one.close()


def slow(stage: str, _session: Session) -> Fault | None:
    return Fault(after=0.01) if stage == "DOT" else None


def silent_at_mail(stage: str, _session: Session) -> Fault | None:
    return Fault(after=60) if stage == "MAIL" else None


def test_three_instances_killed_at_random_send_five_thousand_letters(
    tmp_path: Path, mail_server: Sink, postgres_database: Database, kill_rounds: int
) -> None:
    with instances(tmp_path, mail_server, postgres_database, 3, customers=5000) as three:
        chance = random.Random(5)
        three[1].alert()
        until(lambda: len(rings(mail_server)) >= 2, 30, "it rings twice")
        fired = rings(mail_server)
        assert len({mail.message["Message-ID"] for mail in fired}) == len(fired), "no ring twice"
        mail_server.rules = Rules(reply=slow)
        assert three[0].approve(link_in(fired[0])).status_code == 303
        until(lambda: len(mail_server.mails) > 200, 30, "it sends")
        for _ in range(max(3, kill_rounds // 5)):
            victim = chance.choice(three[1:])
            victim.kill()
            victim.spawn()
            until(lambda b=victim: b.ready, 30, "up again")
        until(
            lambda: three[0].deliveries()["queued"] + three[0].deliveries()["sending"] == 0, 90, "all claimed"
        )
        for one in three:
            one.stop()
        postgres_database.let_waits_end()
        three[0].start()
        mail_server.wait_for_every(three[0].customers, 30)
        until(lambda: three[0].deliveries()["deferred"] == 0, 30, "all answered")
        arrived = letters(mail_server, three[0].customers)
        print(f"copies {dict(copies(arrived))}")
        assert len(arrived) == 5000
        assert max(copies(arrived)) <= 2
        assert identical(arrived.values())


def test_another_instance_takes_over_what_a_killed_one_had_claimed(
    tmp_path: Path, mail_server: Sink, postgres_database: Database
) -> None:
    with instances(tmp_path, mail_server, postgres_database, 2, customers=8) as (one, other):
        other.signal(signal.SIGSTOP)  # so that the first has everything
        one.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=silent_at_mail)
        one.approve(link)
        until(lambda: one.deliveries()["sending"] == 8, 10, "the first has claimed all")
        other.signal(signal.SIGCONT)
        until(lambda: other.ready, 10, "the other is awake")
        one.kill()
        mail_server.rules = Rules()
        mail_server.wait_for_every(one.customers, 25)
        assert copies(letters(mail_server, one.customers)) == {1: 8}


def test_a_stopped_instance_that_wakes_up_sends_nothing_it_lost(
    tmp_path: Path, mail_server: Sink, postgres_database: Database
) -> None:
    with instances(tmp_path, mail_server, postgres_database, 2, customers=8) as (one, other):
        other.signal(signal.SIGSTOP)
        one.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=lambda stage, _: Fault(after=3) if stage == "MAIL" else None)
        one.approve(link)
        until(lambda: one.deliveries()["sending"] == 8, 10, "the first has claimed all")
        one.signal(signal.SIGSTOP)
        other.signal(signal.SIGCONT)
        mail_server.rules = Rules()
        mail_server.wait_for_every(one.customers, 40)
        one.signal(signal.SIGCONT)
        until(lambda: one.ready, 10, "the zombie is awake")
        until(lambda: other.deliveries()["sent"] == 8, 10, "all are sent")
        assert copies(letters(mail_server, one.customers)) == {1: 8}


def test_a_letter_approved_at_one_instance_leaves_through_the_other_at_once(
    tmp_path: Path, mail_server: Sink, postgres_database: Database
) -> None:
    with instances(tmp_path, mail_server, postgres_database, 2, customers=700) as (one, other):
        mail_server.rules = Rules(reply=slow)
        other.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        assert one.approve(link).status_code == 303
        mail_server.wait_for_every(one.customers, 30)
        until(lambda: other.deliveries()["sent"] == 700, 10, "both know")
        assert copies(letters(mail_server, one.customers)) == {1: 700}
        sessions = {mail.session for mails in letters(mail_server, one.customers).values() for mail in mails}
        assert len(sessions) > 4, "the other's connections carried letters too"


def test_of_two_instances_the_one_that_was_reloaded_rings_and_sends_for_a_new_service(
    tmp_path: Path, mail_server: Sink, postgres_database: Database
) -> None:
    with instances(tmp_path, mail_server, postgres_database, 2, customers=8) as (reloaded, other):
        shop = reloaded.config["services"]["shop"]
        reloaded.config["services"]["blog"] = copy.deepcopy(shop) | {"match": ['service="blog"']}
        assert reloaded.reload().status_code == 200
        reloaded.alert(alert("Down", service="blog"))
        until(lambda: len(rings(mail_server)) >= 2, 10, "every ring is made by the one that can")
        assert reloaded.approve(link_in(rings(mail_server)[0])).status_code == 303
        mail_server.wait_for_every(reloaded.customers, 10)
        until(lambda: reloaded.deliveries()["sent"] == 8, 10, "all are sent")
        assert copies(letters(mail_server, reloaded.customers)) == {1: 8}
        assert "services_not_configured" in other.log()
