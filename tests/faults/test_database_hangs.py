"""A path to PostgreSQL that takes bytes and gives none back: no error, no end, and TCP is content."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import make_url

from bridge.errors import StorageDown
from bridge.store import deadline
from tests.parts.postgres import Postgres, postgres
from tests.store.acknowledging import open_store
from tests.store.test_store import keys, put


class Swallower:
    """A TCP proxy. Once told, it swallows whatever comes over the connections of before."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._old: set[socket.socket] = set()
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def swallow(self) -> None:
        """From now on the connections that are open lead nowhere; new ones are passed on."""
        self._old = set(self._open)

    def close(self) -> None:
        for one in (self._listening, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(self._target)
                self._open |= {client, server}
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if one not in self._old:
                    other.sendall(data)
            if one not in self._old:
                other.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as cluster:
        yield cluster


async def test_a_connection_that_hangs_is_cut_and_the_next_one_is_used(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "LONGEST", 0.5)
    with server.fresh_database() as direct:
        url = make_url(direct)
        proxy = Swallower(url.host or "127.0.0.1", url.port or 5432)
        through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        store = await open_store(through)
        await store.run(put("before"))
        proxy.swallow()
        async with asyncio.timeout(30):
            while True:
                try:
                    await store.run(put("after"))
                    break
                except StorageDown:
                    await asyncio.sleep(0.1)
        assert await store.read(keys) == ["after", "before"]
        proxy.close()  # first: the listener's connection hangs, too
        await store.close()


def test_only_a_connection_that_waits_for_too_long_is_cut() -> None:
    now, cut = 100.0, []

    class Driver:
        def __init__(self, name: str) -> None:
            self.name = name

    watch = deadline.AnswerDeadline(lambda: now)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(deadline, "_cut", lambda driver: cut.append(driver.name))
        asks = [Driver("hangs"), Driver("answered"), Driver("late")]
        for driver in asks[:2]:
            watch.asks(driver)
        watch.answered(asks[1])
        now += deadline.LONGEST
        watch.asks(asks[2])
        assert watch.cut_overdue() == 0
        now += 1
        assert watch.cut_overdue() == 1
        assert watch.cut_overdue() == 0, "once"
    assert cut == ["hangs"]
