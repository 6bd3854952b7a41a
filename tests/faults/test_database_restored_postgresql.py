"""PostgreSQL put back, copied or turned back, against a fail-over and a restart, which go on."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.story import copies, letters
from tests.faults.test_database_restored import CUSTOMERS, alerted, slow, stopped_and_asked
from tests.parts.bridge import Bridge
from tests.parts.postgres import Postgres, postgres
from tests.parts.sink import Sink
from tests.parts.smtp import Rules
from tests.parts.waiting import until


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as cluster:
        yield cluster


@contextmanager
def in_mid_sending(home: Path, sink: Sink, url: str) -> Iterator[Bridge]:
    """Some letters have left, and more are leaving."""
    made = Bridge(home, sink, database=url, customers=CUSTOMERS)
    try:
        made.start()
        link = alerted(made, sink)
        sink.rules = Rules(reply=slow)
        made.approve(link)
        until(lambda: letters(sink, made.customers), 20, "it sends")
        yield made
    finally:
        made.close()


def arrived(sink: Sink, made: Bridge) -> int:
    return len([mail for mail in list(sink.mails) if mail.to[0] in made.customers])


def a_few_more(sink: Sink, made: Bridge) -> None:
    seen = arrived(sink, made)
    until(lambda: arrived(sink, made) > seen + 4, 20, "it sends on")


def dump(server: Postgres, url: str) -> bytes:
    command = [server.pg_ctl.parent / "pg_dump", "--format=custom", url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def put_back(server: Postgres, dumped: bytes, url: str, *words: str) -> None:
    """Under a running bridge, dropping its tables may meet its units in a deadlock: one tries again."""
    command = [server.pg_ctl.parent / "pg_restore", *words, "--dbname", url]
    for _ in range(10):
        done = subprocess.run(command, input=dumped, capture_output=True, check=False)
        if not (done.returncode and b"deadlock detected" in done.stderr and "--single-transaction" in words):
            break  # only in a single transaction did the one that failed leave nothing
    assert done.returncode == 0, done.stderr.decode()


def test_a_dump_restored_over_its_database_doubles_nothing(
    tmp_path: Path, mail_server: Sink, server: Postgres
) -> None:
    with server.fresh_database() as url, in_mid_sending(tmp_path, mail_server, url) as made:
        dumped = dump(server, url)
        a_few_more(mail_server, made)
        made.kill()
        before = arrived(mail_server, made)
        mail_server.rules = Rules()
        put_back(server, dumped, url, "--clean")
        made.start()
        stopped_and_asked(made, mail_server, before)


def test_a_dump_restored_into_another_database_doubles_nothing(
    tmp_path: Path, mail_server: Sink, server: Postgres
) -> None:
    fresh = server.fresh_database
    with fresh() as url, fresh() as copy, in_mid_sending(tmp_path, mail_server, url) as made:
        dumped = dump(server, url)
        a_few_more(mail_server, made)
        made.kill()
        before = arrived(mail_server, made)
        mail_server.rules = Rules()
        (tmp_path / "data" / "mark").unlink(missing_ok=True)
        put_back(server, dumped, copy)
        made.config["database"] = copy
        made.start()
        stopped_and_asked(made, mail_server, before)


def test_a_dump_restored_under_a_running_bridge_doubles_nothing(
    tmp_path: Path, mail_server: Sink, server: Postgres
) -> None:
    with server.fresh_database() as url, in_mid_sending(tmp_path, mail_server, url) as made:
        dumped = dump(server, url)
        mail_server.rules = Rules()
        mail_server.wait_for_every(made.customers, 30)
        put_back(server, dumped, url, "--clean", "--single-transaction")
        stopped_and_asked(made, mail_server, CUSTOMERS)
        assert copies(letters(mail_server, made.customers)) == {1: CUSTOMERS}


def test_a_restarted_server_goes_on(tmp_path: Path, mail_server: Sink) -> None:
    with postgres() as own, in_mid_sending(tmp_path, mail_server, own.url()) as made:
        own.restart()
        mail_server.rules = Rules()
        mail_server.wait_for_every(made.customers, 60)


def test_a_standby_that_takes_over_goes_on(tmp_path: Path, mail_server: Sink) -> None:
    with postgres() as primary, postgres() as standby:
        standby.stop()
        standby.follow(primary)
        standby.start()
        url = f"postgresql://postgres@/postgres?host=127.0.0.1:{primary.port}&host=127.0.0.1:{standby.port}"
        with in_mid_sending(tmp_path, mail_server, url) as made:
            until(lambda: caught_up(primary), 20, "the standby follows")
            primary.stop()  # a switch-over: the standby has everything
            standby.promote()
            mail_server.rules = Rules()
            mail_server.wait_for_every(made.customers, 60)
            assert made.incident()["notices"][0]["state"] in ("sending", "sent")
            until(lambda: "database_failed_over" in made.log(), 10, "it is logged")


def caught_up(primary: Postgres) -> bool:
    return primary.sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'").strip() == "1"
