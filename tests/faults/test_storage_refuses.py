"""The whole bridge on a SQLite file that cannot be written for a while: 503, and nothing acknowledged is missing."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from tests.faults.story import add_services, all_incidents, firing, rings
from tests.parts.bridge import Bridge
from tests.parts.disk import small_disk
from tests.parts.sink import Sink
from tests.parts.waiting import until

SERVICES = 40


@contextlib.contextmanager
def full_disk(home: Path) -> Iterator[AbstractContextManager[None]]:
    """The data folder is a disk of a few MiB; inside what this yields, it is full."""

    @contextlib.contextmanager
    def filled() -> Iterator[None]:
        disk.fill()
        yield
        disk.free()

    with small_disk(home / "data", 8) as disk:
        yield filled()


@contextlib.contextmanager
def locked_file(home: Path) -> Iterator[AbstractContextManager[None]]:
    """Inside what this yields, another program holds the file's write lock."""

    @contextlib.contextmanager
    def locked() -> Iterator[None]:
        other = sqlite3.connect(home / "data" / "bridge.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()

    yield locked()


def refused(running: Bridge, services: list[str], taken: list[str]) -> bool:
    """Whether the next alert is refused for now; one that is answered 200 counts as taken."""
    service = services.pop(0)
    answer: httpx.Response = running.alert(firing(service))
    if answer.status_code == 200:
        taken.append(service)
        return False
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    return True


@pytest.mark.parametrize("trouble", [full_disk, locked_file])
def test_webhooks_are_refused_for_now_and_what_was_taken_is_there_and_rings(
    tmp_path: Path,
    mail_server: Sink,
    trouble: Callable[[Path], AbstractContextManager[AbstractContextManager[None]]],
) -> None:
    with trouble(tmp_path) as begun:
        running = Bridge(tmp_path, mail_server)
        services = add_services(running.config, SERVICES)
        taken: list[str] = []
        try:
            running.start()
            assert not refused(running, services, taken)
            with begun:
                until(lambda: refused(running, services, taken), 30, "an alert is refused")
                assert running.get("/healthz").status_code == 200
            until(lambda: not refused(running, services, taken), 30, "alerts are taken again, by itself")
            until(lambda: len(rings(mail_server)) >= len(taken), 30, "each that was taken rings")
            assert sorted(one["service"] for one in all_incidents(running)) == sorted(taken)
            assert len(rings(mail_server)) == len(taken)
            assert running.run("incidents", "verify").returncode == 0
        finally:
            running.close()
