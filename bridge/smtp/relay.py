"""One mail server in use: its open connections, and whether it works."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from bridge.clock import monotonic
from bridge.smtp.breaker import LOGIN_PROBES, PROBES, Breaker
from bridge.smtp.connect import LoginRefused, SmtpError, dial
from bridge.smtp.outcome import Outcome
from bridge.smtp.session import DEFAULT_LIMITS, Envelope, Limits, Session
from bridge.smtp.settings import RelaySettings

MAX_IDLE = 30.0  # seconds; after that a firewall may have dropped the connection silently


class RelayDown(SmtpError):
    """Not tried: the server failed a moment ago. `retry_in` is in seconds."""

    def __init__(self, server: RelaySettings, reason: str, retry_in: float) -> None:
        super().__init__(server, reason)
        self.retry_in = retry_in


class Relay:
    """Sends mails through one server over at most `connections` connections, kept open and used again."""

    def __init__(
        self,
        server: RelaySettings,
        connections: int,
        limits: Limits = DEFAULT_LIMITS,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        self._server = server
        self._limits = limits
        self._monotonic = monotonic
        self._slots = asyncio.Semaphore(connections)
        self._probing = asyncio.Lock()
        self._idle: deque[tuple[float, Session]] = deque()
        self._breaker = Breaker()
        self._proven = server.username is None  # a login was taken once, or none is needed

    @property
    def up(self) -> bool:
        """False from the first failure until a connection is set up again."""
        return self._breaker.retry_at is None

    @property
    def last_error(self) -> str:
        """Why it is not up, in words for people; empty while it is."""
        return self._breaker.error

    @property
    def down_for(self) -> float:
        """Seconds since it stopped working; 0 while it is up."""
        return 0.0 if self._breaker.since is None else self._monotonic() - self._breaker.since

    @property
    def retry_in(self) -> float:
        """Seconds until the next try is allowed; 0 when one may be made now."""
        return max(0.0, (self._breaker.retry_at or 0.0) - self._monotonic())

    async def send(
        self, envelope: Envelope, content: bytes, before_data: Callable[[], Awaitable[None]]
    ) -> Outcome:
        """Send one mail as `Session.send` does. Waits for a free connection.

        Raises Unreachable, Untrusted, LoginRefused or RelayDown: the mail was not tried, and keeps its turn.
        """
        async with self._slots:
            session = await self._session()
            outcome = await self._carry(session, envelope, content, before_data)
            if (
                outcome.state == "queued" and session.answered
            ):  # the server may limit the mails of a connection
                session = await self._new_session()
                outcome = await self._carry(session, envelope, content, before_data)
                if outcome.state == "queued":
                    return outcome  # the server accepted this connection: it is the mail that is more likely wrong
            self._learn(session, outcome)
            return outcome

    async def probe(self) -> bool:
        """Whether the server works. The connection that finds out is kept for the next mail."""
        async with self._slots:
            try:
                session = await self._session()
            except SmtpError:
                return False
            self._idle.append((self._monotonic(), session))
            return True

    async def close(self) -> None:
        """Say goodbye on every idle connection. Mails under way are not waited for."""
        sessions = [session for _, session in self._idle]
        self._idle.clear()
        await asyncio.gather(*(session.quit() for session in sessions))

    async def _session(self) -> Session:
        while self._idle and not self._breaker.bars(self._monotonic()):
            since, session = self._idle.pop()
            if session.alive and self._monotonic() - since <= MAX_IDLE:
                return session
            session.leave()
        return await self._new_session()

    async def _new_session(self) -> Session:
        if self._proven and self._breaker.failures == 0:
            return await self._dial()
        async with self._probing:  # while server or password are in doubt, one connection tries at a time
            return await self._dial()

    async def _dial(self) -> Session:
        if not self._breaker.allows(self._monotonic()):
            raise RelayDown(self._server, self._breaker.error, self.retry_in)
        try:
            session = await dial(self._server, self._limits)
        except SmtpError as exc:
            probes = LOGIN_PROBES if isinstance(exc, LoginRefused) else PROBES
            self._breaker = self._breaker.failed(self._monotonic(), exc.reason, probes)
            raise
        self._proven = True
        self._breaker = self._breaker.reached(self._monotonic())
        if self._breaker.bars(
            self._monotonic()
        ):  # other connections were refused while this one was being set up
            session.leave()
            raise RelayDown(self._server, self._breaker.error, self.retry_in)
        return session

    async def _carry(
        self, session: Session, envelope: Envelope, content: bytes, before_data: Callable[[], Awaitable[None]]
    ) -> Outcome:
        """Send over this connection, and keep it if it can be used again."""
        try:
            return await session.send(envelope, content, before_data)
        finally:
            if session.alive:
                self._idle.append((self._monotonic(), session))

    def _learn(self, session: Session, outcome: Outcome) -> None:
        now = self._monotonic()
        if outcome.state in ("sent", "deferred", "failed"):
            self._breaker = self._breaker.answered(outcome, now)
        elif session.answered == 0:  # its first mail already
            self._breaker = self._breaker.failed(now, outcome.reply)
