"""The Debian package in a Debian where nothing else is: it brings what it needs, and leaves the company's records."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.packages.containers import BASE, container, podman
from tests.packages.first_steps import DIST, said, steps
from tests.parts.ports import listening
from tests.parts.sink import Sink
from tests.parts.waiting import until

AS_THE_SERVICE = ("setpriv", "--reuid=bridge", "--regid=bridge", "--clear-groups")


class Debian:
    """A machine with nothing but the package."""

    def __init__(self, name: str) -> None:
        self._name = name

    def command(self, *words: object) -> list[object]:
        return podman("exec", self._name, *words)

    def says(self, *words: object) -> str:
        return said(self.command(*words))


@pytest.fixture
def debian(tmp_path: Path) -> Iterator[Debian]:
    (package,) = DIST.glob("*.deb")
    flags = [f"--volume={DIST}:/dist:ro", f"--volume={tmp_path}:/given", "--init"]
    with container(BASE, "sh", "-c", "trap 'exit 0' TERM; sleep infinity & wait", flags=flags) as name:
        machine = Debian(name)
        machine.says("apt-get", "-qq", "update")
        machine.says("apt-get", "-qq", "-y", "install", "--no-install-recommends", f"/dist/{package.name}")
        yield machine


def test_from_the_package_to_the_first_ring_and_away(
    debian: Debian, tmp_path: Path, mail_server: Sink
) -> None:
    first = steps(debian.command("bridge"), "/etc/bridge")
    first.answers(tmp_path / "answers.json", mail_server)
    printed = first.begin("/given/answers.json")
    assert "ExecStart=/opt/bridge/bin/bridge serve --config /etc/bridge/bridge.yaml" in printed
    debian.says("chown", "-R", "bridge:bridge", "/etc/bridge", "/var/lib/bridge")
    unit = debian.says("cat", "/lib/systemd/system/bridge.service")
    assert "StateDirectory=bridge" in unit
    (serve,) = [line[10:].split() for line in unit.splitlines() if line.startswith("ExecStart=")]

    @contextmanager
    def serving() -> Iterator[None]:
        debian.says("sh", "-c", f"{shlex.join([*AS_THE_SERVICE, *serve])} & echo $! >/run/bridge.pid")
        yield
        debian.says("sh", "-c", "kill $(cat /run/bridge.pid)")
        until(lambda: not listening(first.port), 30, "it has ended")

    first.ring(serving, mail_server)
    debian.says("apt-get", "-qq", "-y", "remove", "incident-bridge")
    kept = debian.says("ls", "/etc/bridge/bridge.yaml", "/var/lib/bridge/bridge.sqlite3")
    assert kept.split() == ["/etc/bridge/bridge.yaml", "/var/lib/bridge/bridge.sqlite3"]
    assert debian.says("sh", "-c", "ls -d /opt/bridge /usr/bin/bridge 2>/dev/null; true") == ""
