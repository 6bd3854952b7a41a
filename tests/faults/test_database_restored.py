"""A database that was put back, copied or turned back: nobody is mailed by it alone, and nobody twice."""

import contextlib
import shutil
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.story import copies, letters, rings
from tests.parts.bridge import MARUYAMA, Bridge, bridge, link_in
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until

CUSTOMERS = 40
UNKNOWN = "それ以後の送信は記録にありません"


def slow(stage: str, _session: Session) -> Fault | None:
    return Fault(after=0.3) if stage == "DOT" else None


def file_of(running: Bridge) -> Path:
    return running.home / "data" / "bridge.sqlite3"


def backed_up(file: Path, to: Path) -> Path:
    """What `sqlite3 FILE ".backup TO"` does, beside a running bridge."""
    with contextlib.closing(sqlite3.connect(file)) as one, contextlib.closing(sqlite3.connect(to)) as two:
        one.backup(two)
    return to


def put_in_place(backup: Path, file: Path) -> None:
    """`cp backup file`: the file stays the same one, its content goes back in time."""
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)
    shutil.copyfile(backup, file)


def put_as_new_file(backup: Path, file: Path) -> None:
    """`mv backup file`."""
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)
    file.unlink()
    shutil.copyfile(backup, file)


def restored_by_sqlite(backup: Path, file: Path) -> None:
    """`sqlite3 FILE ".restore BACKUP"`: page by page, through SQLite."""
    with contextlib.closing(sqlite3.connect(backup)) as one, contextlib.closing(sqlite3.connect(file)) as two:
        one.backup(two)


def alerted(running: Bridge, sink: Sink) -> str:
    running.alert()
    return link_in(sink.wait_for(MARUYAMA)[0])


def stopped_and_asked(running: Bridge, sink: Sink, before: int) -> None:
    """No customer got anything from the restored bridge; people were told, once, what the record cannot know."""
    until(
        lambda: [mail for mail in sink.to(MARUYAMA) if UNKNOWN in mail.text],
        20,
        "people are asked",
    )
    assert running.incident()["notices"][0]["state"] == "stopped"
    assert running.incident()["notices"][0]["stop_reason"] == "restored"
    assert len([mail for mail in sink.mails if mail.to[0] in running.customers]) == before
    told = [mail for mail in sink.to(MARUYAMA) if mail.subject.startswith("【停止】")]
    assert len(told) == 1
    assert "二重になることがあります" in told[0].text.replace("と、", "と")


@pytest.mark.parametrize("put_back", [put_in_place, put_as_new_file, restored_by_sqlite])
def test_a_backup_from_the_middle_of_a_sending_doubles_nothing_however_young(
    tmp_path: Path, mail_server: Sink, put_back: Callable[[Path, Path], None]
) -> None:
    with bridge(tmp_path, mail_server, customers=CUSTOMERS) as running:
        link = alerted(running, mail_server)
        mail_server.rules = Rules(reply=slow)
        running.approve(link)
        until(lambda: letters(mail_server, running.customers), 20, "it sends")
        backup = backed_up(file_of(running), tmp_path / "backup.sqlite3")
        seen = len(letters(mail_server, running.customers))
        until(lambda: len(letters(mail_server, running.customers)) > seen + 4, 20, "it sends on")
        running.kill()
        mail_server.rules = Rules()
        before = len([mail for mail in mail_server.mails if mail.to[0] in running.customers])
        put_back(backup, file_of(running))
        running.start()
        stopped_and_asked(running, mail_server, before)


def test_a_backup_from_a_hold_sends_nothing(tmp_path: Path, mail_server: Sink) -> None:
    made = Bridge(tmp_path, mail_server, customers=CUSTOMERS)
    made.config["policy"]["hold"] = "5s"
    try:
        made.start()
        link = alerted(made, mail_server)
        made.approve(link)
        backup = backed_up(file_of(made), tmp_path / "backup.sqlite3")
        mail_server.wait_for_every(made.customers, 30)
        made.kill()
        put_in_place(backup, file_of(made))
        made.start()
        stopped_and_asked(made, mail_server, CUSTOMERS)
    finally:
        made.close()


@pytest.mark.parametrize("put_back", [put_in_place, put_as_new_file])
def test_a_backup_from_before_the_decision_says_so_on_its_page_and_does_not_send_by_itself(
    tmp_path: Path, mail_server: Sink, put_back: Callable[[Path, Path], None]
) -> None:
    made = Bridge(tmp_path, mail_server, customers=CUSTOMERS)
    made.config["policy"] |= {"at_deadline": "send", "first_report_within": "20s"}
    made.config["escalations"]["shop"] |= {"remind_at": ["0s", "20s", "22s"], "then_every": "2s"}
    try:
        made.start()
        link = alerted(made, mail_server)
        backup = backed_up(file_of(made), tmp_path / "backup.sqlite3")
        made.approve(link)
        mail_server.wait_for_every(made.customers, 30)
        made.kill()
        put_back(backup, file_of(made))
        made.start()
        rung = len(rings(mail_server))
        until(lambda: len(rings(mail_server)) > rung + 1, 60, "it rings past its deadline")
        assert len([mail for mail in mail_server.mails if mail.to[0] in made.customers]) == CUSTOMERS
        assert UNKNOWN in rings(mail_server)[-1].text
        assert UNKNOWN in made.get(link).text
    finally:
        made.close()


def test_a_whole_folder_put_back_with_its_mark_doubles_nothing(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server, customers=CUSTOMERS) as running:
        link = alerted(running, mail_server)
        mail_server.rules = Rules(reply=slow)
        running.approve(link)
        until(lambda: letters(mail_server, running.customers), 20, "it sends")
        running.stop()
        shutil.copytree(tmp_path / "data", tmp_path / "copy")
        running.start()
        mail_server.rules = Rules()
        mail_server.wait_for_every(running.customers, 30)
        running.stop()
        before = len([mail for mail in mail_server.mails if mail.to[0] in running.customers])
        shutil.rmtree(tmp_path / "data")
        shutil.copytree(tmp_path / "copy", tmp_path / "data")
        running.start()
        stopped_and_asked(running, mail_server, before)


def test_a_file_that_was_moved_within_its_file_system_is_the_same(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server, customers=CUSTOMERS) as running:
        link = alerted(running, mail_server)
        mail_server.rules = Rules(reply=slow)
        running.approve(link)
        until(lambda: letters(mail_server, running.customers), 20, "it sends")
        running.stop()
        mail_server.rules = Rules()
        (tmp_path / "data").rename(tmp_path / "moved")
        running.config["server"]["data_dir"] = str(tmp_path / "moved")
        running.start()
        mail_server.wait_for_every(running.customers, 30)
        assert copies(letters(mail_server, running.customers)) == {1: CUSTOMERS}


def test_one_of_two_copies_is_said_to_stay_quiet_where_it_runs(tmp_path: Path, mail_server: Sink) -> None:
    """The folder of a bridge that waits for a decision is copied, and started a second time beside it."""
    homes = (tmp_path / "original", tmp_path / "copy")
    for home in homes:
        home.mkdir()
    with contextlib.ExitStack() as stack:
        original, copy = (
            stack.enter_context(contextlib.closing(Bridge(home, mail_server))) for home in homes
        )
        for each in (original, copy):
            each.config["escalations"]["shop"] |= {"remind_at": ["0s", "2s"], "then_every": "2s"}
        original.start()
        alerted(original, mail_server)
        shutil.copytree(original.home / "data", copy.home / "data")
        shutil.copy2(original.home / "keys", copy.home / "keys")
        backed_up(file_of(original), file_of(copy))
        copy.start()
        told = until(
            lambda: [m for m in rings(mail_server) if m.text.startswith("写し")], 30, "the copy rings"
        )
        assert f"この写しは {socket.gethostname()}:{file_of(copy)} です。" in told[0].text
        assert "どちらの記録で続けますか" in copy.get(link_in(told[0])).text
        done = copy.run("copy", "quiet")
        assert (done.returncode, done.stdout.strip()) == (0, '{"answer":"quiet","incidents":1}')
        assert copy.incident()["state"] == "closed"
        assert copy.run("copy", "goes-on").returncode == 1, "it is said once"
        assert original.incident()["notices"][0]["state"] == "awaiting_approval"
        assert original.run("copy", "quiet").returncode == 1, "the original is no copy"
