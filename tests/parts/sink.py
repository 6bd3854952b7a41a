"""A recording SMTP server that misbehaves on demand."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterable, Iterator

from tests.parts.ports import free_port
from tests.parts.smtp import NORMAL, Conversation, Mail, Rules, Session
from tests.parts.waiting import until


class Sink:
    """The server, in a thread of its own. `rules` may be replaced while it runs."""

    def __init__(self, rules: Rules = NORMAL, port: int | None = None) -> None:
        self.rules = rules
        self.port = port or free_port()
        self.mails: list[Mail] = []
        self.sessions: list[Session] = []
        self._loop = asyncio.new_event_loop()
        self._clients: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    async def _listen(self) -> None:
        tls = self.rules.tls if self.rules.implicit_tls else None
        self._server = await asyncio.start_server(self._client, "127.0.0.1", self.port, ssl=tls, limit=2**20)

    def refuse_connections(self) -> None:
        """From now on the port is closed; open connections are cut."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)

    def accept_connections(self) -> None:
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    def stop(self) -> None:
        self.refuse_connections()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def connected(self) -> int:
        """How many connections are open now."""
        return len(self._clients)

    def to(self, address: str) -> list[Mail]:
        """The mails to one address so far, oldest first."""
        return [mail for mail in list(self.mails) if address in mail.to]

    def wait_for(self, address: str, mails: int = 1, seconds: float = 15) -> list[Mail]:
        """At least so many mails to one address."""
        until(lambda: len(self.to(address)) >= mails, seconds, f"{mails} mails to {address}")
        return self.to(address)

    def wait_for_every(self, addresses: Iterable[str], seconds: float = 30) -> None:
        """At least one mail to each address."""
        missing = set(addresses)

        def none_missing() -> bool:
            missing.difference_update(*(mail.to for mail in list(self.mails)))
            return not missing

        try:
            until(none_missing, seconds, "a mail to every address")
        except AssertionError as problem:
            raise AssertionError(f"{problem}; without one: {sorted(missing)[:5]} ({len(missing)})") from None

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        session = Session(len(self.sessions), tls=self.rules.implicit_tls)
        self.sessions.append(session)
        try:
            await Conversation(self, session, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass  # the client left, or the sink is closing: both are everyday events in a fault test
        finally:
            self._clients.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()


@contextlib.contextmanager
def sink(rules: Rules = NORMAL, port: int | None = None) -> Iterator[Sink]:
    """A running sink on a loopback port."""
    server = Sink(rules, port)
    try:
        yield server
    finally:
        server.stop()
