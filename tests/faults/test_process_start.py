"""Starting where something is in the way: it says what, in a sentence and by its exit, or goes on."""

import os
import signal
import socket
from pathlib import Path

from tests.parts.bridge import API_TOKEN, Bridge
from tests.parts.sink import Sink
from tests.parts.waiting import until


def test_a_port_that_is_taken_is_one_sentence_and_exit_1(tmp_path: Path, mail_server: Sink) -> None:
    starting = Bridge(tmp_path, mail_server)
    with socket.create_server(("127.0.0.1", starting.port)):
        starting.spawn()
        until(lambda: not starting.running, 20, "it gives up")
    assert starting.stop() == 1
    assert (
        f"server.listen: cannot listen on 127.0.0.1:{starting.port}: Address already in use. End"
        in starting.log()
    )
    assert "Traceback" not in starting.log()
    assert '"serving"' not in starting.log()
    assert not (tmp_path / "data/bridge.sqlite3").exists(), "nothing was migrated"
    starting.close()


def test_a_sighup_while_it_starts_does_not_end_it(tmp_path: Path, mail_server: Sink) -> None:
    starting = Bridge(tmp_path, mail_server)
    token = tmp_path / "api.token"
    token.unlink()
    os.mkfifo(token)
    opened: list[int] = []

    def reads_its_secrets() -> bool:
        try:
            opened.append(os.open(token, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    try:
        starting.spawn()
        until(reads_its_secrets, 20, "it reads its configuration")
        starting.signal(signal.SIGHUP)
        os.write(opened[0], API_TOKEN.encode())
        os.close(opened[0])
        until(lambda: starting.ready or not starting.running, 20, "it is up")
        assert starting.running
    finally:
        starting.close()
