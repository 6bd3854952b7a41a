"""The first five minutes: what `bridge init --yes` wrote and printed is used as it stands, edited by nobody."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.parts.alertmanager import alertmanager_from, fire
from tests.parts.bridge import MARUYAMA, SATO, hidden_fields, link_in
from tests.parts.ports import answers, free_port
from tests.parts.programs import Program, installed
from tests.parts.setup import setup_answers
from tests.parts.sink import Sink, sink
from tests.parts.waiting import until

BRIDGE = Path(sys.executable).with_name("bridge")


class Newcomer:
    """A folder that `bridge init` made, and what it said."""

    def __init__(self, home: Path, mail_server: Sink) -> None:
        self.home, self.port = home / "bridge", free_port()
        relay = {"host": "127.0.0.1", "port": mail_server.port, "security": "none"}
        listen = f"127.0.0.1:{self.port}"
        given = setup_answers(relay=relay, listen=listen, public_url=f"http://{listen}")
        (home / "answers.json").write_text(json.dumps(given))
        self.init = self.run("init", str(self.home), "--yes", str(home / "answers.json"))
        self.url = f"http://{listen}"
        self.config = str(self.home / "bridge.yaml")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([BRIDGE, *words], capture_output=True, text=True, timeout=120, check=False)

    def printed(self, first_line: str) -> str:
        """What was printed from this line on, as far as the next heading."""
        said = self.init.stdout
        return said[said.index(first_line) :].partition("\n---")[0]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory, mailboxes: Sink) -> Newcomer:
    return Newcomer(tmp_path_factory.mktemp("newcomer"), mailboxes)


@pytest.fixture(scope="module")
def mailboxes() -> Iterator[Sink]:
    with sink() as running:
        yield running


def test_a_new_installation_passes_its_check_and_prints_what_to_paste(newcomer: Newcomer) -> None:
    assert newcomer.init.returncode == 0, newcomer.init.stdout + newcomer.init.stderr
    assert newcomer.run("check", "--config", newcomer.config).returncode == 0


def test_the_printed_unit_is_one_for_systemd(newcomer: Newcomer, tmp_path: Path) -> None:
    unit = tmp_path / "bridge.service"
    text = newcomer.printed("[Unit]").partition("WantedBy=multi-user.target")
    # this machine has no user `bridge`, and systemd looks
    unit.write_text(re.sub("(User|Group)=.*\n", "", text[0] + text[1]))
    checked = subprocess.run(
        [installed("systemd-analyze"), "verify", unit], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_from_init_to_the_first_letter_through_a_real_alertmanager(
    newcomer: Newcomer, mailboxes: Sink, tmp_path: Path
) -> None:
    block = newcomer.printed("# alertmanager.yml")
    serve = Program([BRIDGE, "serve", "--config", newcomer.config], tmp_path / "bridge.log", cwd=tmp_path)
    try:
        serve.start(lambda: answers(newcomer.url + "/readyz"), seconds=30)
        with alertmanager_from(tmp_path, block) as port:
            fire(port)
            ring = until(lambda: mailboxes.to(MARUYAMA), 30, "the first person is rung")[0]
            link = link_in(ring)
            page = httpx.get(link)
            sent = httpx.post(
                link, data={**hidden_fields(page.text), "action": "approve"}, headers={"Origin": "null"}
            )
            assert sent.status_code == 303
            letters = until(lambda: mailboxes.to(SATO), 40, "the letter to everybody on the test list")
    finally:
        serve.stop()
    assert any("みどりショップ" in mail.subject and "障害" in mail.subject for mail in letters)
    assert {mail.to for mail in mailboxes.mails} <= {(MARUYAMA,), (SATO,)}


def test_the_sample_alert_rings_a_running_bridge(newcomer: Newcomer, tmp_path: Path) -> None:
    serve = Program([BRIDGE, "serve", "--config", newcomer.config], tmp_path / "bridge.log", cwd=tmp_path)
    try:
        serve.start(lambda: answers(newcomer.url + "/readyz"), seconds=30)
        posted = newcomer.run("alert", str(newcomer.home / "samples/alert.json"), "--config", newcomer.config)
    finally:
        serve.stop()
    assert posted.returncode == 0, posted.stdout + posted.stderr
