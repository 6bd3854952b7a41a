"""The signing keys and the audit chain: rotation with overlap, strangers' keys, and no history changed unseen."""

import contextlib
import re
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.cli.main import main
from tests.parts.bridge import MARUYAMA, SATO, Bridge, bridge, hidden_fields, link_in
from tests.parts.sink import Sink
from tests.parts.waiting import until


def key_file(running: Bridge) -> Path:
    return Path(running.config["server"]["key_file"])


def append_a_key(running: Bridge) -> None:
    with key_file(running).open("a") as file:
        file.write(secrets.token_hex(32) + "\n")


def remove_the_oldest_key(running: Bridge) -> None:
    _, *kept = key_file(running).read_text().splitlines(keepends=True)
    key_file(running).write_text("".join(kept))


def test_a_rotated_key_keeps_old_links_and_forms_and_signs_new_ones(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server) as running:
        running.config["escalations"]["shop"] |= {"remind_at": ["0s", "1s"], "then_every": "2s"}
        running.restart()
        running.alert()
        old = link_in(mail_server.wait_for(MARUYAMA)[0])
        form = {**hidden_fields(running.get(old).text), "action": "acknowledge"}
        append_a_key(running)
        running.restart()
        assert running.post_form(old, form).status_code == 303
        assert hidden_fields(running.get(old).text)["csrf"] != form["csrf"]
        until(lambda: link_in(mail_server.to(MARUYAMA)[-1]) != old, 15, "a ring signed by the new key")
        new = link_in(mail_server.to(MARUYAMA)[-1])
        remove_the_oldest_key(running)
        running.restart()
        assert (running.get(old).status_code, running.get(new).status_code) == (404, 200)
        assert "signed by key" in running.run("incidents", "verify").stdout


def test_a_database_of_other_keys_is_refused(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        running.stop()
        key_file(running).unlink()
        with pytest.raises(AssertionError, match="missing, and the database was begun with a key"):
            running.start()
        assert not key_file(running).exists()
        key_file(running).touch(0o600)
        key_file(running).write_text("ab" * 32 + "\n")
        with pytest.raises(AssertionError, match="another key than this database was begun with"):
            running.start()


TAMPERING = {
    "UPDATE events SET actor = 'sato' WHERE action = 'dismissed'": "was changed",
    "UPDATE events SET at = '2026-01-01 00:00:00.000000' WHERE seq = 2": "was changed",
    "DELETE FROM events WHERE seq = 2": "event 2 is missing",
    "UPDATE events SET key_id = 'none' WHERE seq = 1": "signed by key none",
}


Verify = Callable[..., tuple[int, str]]


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """`bridge incidents verify` with these words, for the test's bridge: its exit code and all it printed."""

    def run(*words: str) -> tuple[int, str]:
        (config,) = tmp_path.glob("bridge-*.yaml")
        code = main(["incidents", "verify", *words, "--config", str(config)])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def change(home: Path, statement: str) -> None:
    """By hand, in the database of a bridge that is stopped; something of it is changed."""
    with contextlib.closing(sqlite3.connect(home / "data/bridge.sqlite3")) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def test_no_history_is_changed_unseen(tmp_path: Path, mail_server: Sink, verify: Verify) -> None:
    """Every change is made to a copy of the database, and told from the untouched one by `incidents verify`."""
    with bridge(tmp_path, mail_server) as running:
        running.alert()
        running.press(link_in(mail_server.wait_for(MARUYAMA)[0]), "dismiss", reason="false_alarm")
        running.stop()
        untouched = (tmp_path / "data/bridge.sqlite3").read_bytes()
        assert verify() == (0, "the history of 1 incidents is whole\n")
        for statement, finding in TAMPERING.items():
            (tmp_path / "data/bridge.sqlite3").write_bytes(untouched)
            change(tmp_path, statement)
            code, printed = verify()
            assert (code, finding in printed) == (1, True), statement + printed
    assert mail_server.to(SATO) == []


REWRITTEN = {
    "UPDATE versions SET texts = replace(texts, 'ログイン', '決済')": "names another text than version 1 holds now",
    "UPDATE notices SET approved_by = 'sato'": "is a yes of maruyama, and its letter says sato",
}


def test_an_approved_text_is_not_changed_unseen_and_never_leaves(
    tmp_path: Path, mail_server: Sink, verify: Verify
) -> None:
    """Stopped in the hold, and started when that is over: people are asked again before any customer is told."""
    with bridge(tmp_path, mail_server) as running:
        running.config["policy"]["hold"] = "60s"
        running.restart()
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        running.approve(link)
        running.stop()
        assert verify() == (0, "the history of 1 incidents is whole\n")
        for statement, finding in REWRITTEN.items():
            change(tmp_path, statement)
            code, printed = verify()
            assert (code, finding in printed) == (1, True), statement + printed
        change(tmp_path, "UPDATE notices SET send_at = approved_at")
        running.start()
        told = mail_server.wait_for(MARUYAMA, 2)[1].text
        assert "書き換えられています" in told
        assert "名簿を読めなかった" not in told
        assert "書き換えられています" in running.get(link).text
        assert [mail_server.to(address) for address in running.customers] == [[], [], []]


CUT = {
    "DELETE FROM events WHERE seq > 2": "what followed was cut off",
    "DELETE FROM events": "the whole history is missing",
}


def test_a_history_cut_off_at_its_end_is_told_from_the_log_and_from_the_mail(
    tmp_path: Path, mail_server: Sink, verify: Verify
) -> None:
    """Hashes alone cannot see this; a decision's anchor stands in the log and in the mail to the others."""
    with bridge(tmp_path, mail_server) as running:
        running.config["escalations"]["shop"]["steps"] = [{"from": "0m", "people": ["maruyama", "sato"]}]
        running.restart()
        running.alert()
        mail_server.wait_for(SATO)
        running.press(link_in(mail_server.wait_for(MARUYAMA)[0]), "dismiss", reason="false_alarm")
        told = mail_server.wait_for(SATO, 2)[1].text
        running.stop()
        log = tmp_path / "kept.log"
        log.write_text(running.log())
        (anchor,) = set(re.findall(r": (\S+:\d+:[0-9a-f]{16})\r?$", told, re.M))
        compared = ["--anchor", anchor], ["--log", str(log)]
        for words in compared:
            code, printed = verify(*words)
            assert (code, "anchors say" in printed) == (0, True), printed
        for statement, finding in CUT.items():
            change(tmp_path, statement)
            assert verify()[0] == 0
            for words in compared:
                code, printed = verify(*words)
                assert (code, finding in printed) == (1, True), printed


@pytest.mark.parametrize(
    "words, code, said",
    [
        (["--anchor", "x:1"], 2, "is not an anchor. One is INCIDENT:SEQ:MAC16"),
        (["--log", "missing.log"], 1, "missing.log: cannot be read"),
        (["--log", "bridge.yaml"], 1, "bridge.yaml: holds no anchor"),
    ],
)
def test_comparing_with_nothing_is_not_passed_off_as_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    (tmp_path / "bridge.yaml").write_text("{}")
    words = [str(tmp_path / word) if "." in word else word for word in words]
    try:
        returned = main(["incidents", "verify", *words])
    except SystemExit as usage:
        returned = int(usage.code or 0)
    assert (returned, said in capsys.readouterr().err) == (code, True)
