"""The open connections to one mail server: idle ones, how many there are, and who waits for one."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator

from bridge.smtp.session import Session

MAX_IDLE = 30.0  # seconds; after that a firewall may have dropped the connection silently


class Pool:
    """`open` counts connections in use, idle, and being set up. A ring that waits goes before every letter."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._idle: deque[tuple[float, Session]] = deque()
        self._sessions: set[Session] = set()
        self._opening = 0
        self._rings: deque[asyncio.Future[None]] = deque()
        self._letters: deque[asyncio.Future[None]] = deque()

    @property
    def open(self) -> int:
        """Connections in use, idle, and being set up."""
        self._sessions = {session for session in self._sessions if session.alive}
        return len(self._sessions) + self._opening

    @property
    def ring_waits(self) -> bool:
        """Whether a mail to the on-call waits for a connection."""
        return bool(self._rings)

    def take(self, *, ring: bool) -> Session | None:
        """An idle connection; none for a letter while a ring waits for one."""
        if self._rings and not ring:
            return None
        while self._idle:
            since, session = self._idle.pop()
            if session.alive and self._monotonic() - since <= MAX_IDLE:
                return session
            session.leave()
        return None

    def give(self, session: Session) -> None:
        """A mail is done with this connection. It is kept if it can be used again."""
        if session.alive:
            self._idle.append((self._monotonic(), session))
        self.wake()

    @contextlib.contextmanager
    def opening(self) -> Iterator[Callable[[Session], None]]:
        """While a connection is set up. It yields what is called with it."""
        self._opening += 1
        try:
            yield self._opened
        finally:
            self._opening -= 1
            self.wake()

    async def freed(self, seconds: float, *, ring: bool) -> bool:
        """Wait until a connection was given back or has ended. False: it took too long."""
        waiting = self._rings if ring else self._letters
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(future)
        try:
            async with asyncio.timeout(seconds if seconds < float("inf") else None):
                await future
        except TimeoutError:
            return False
        finally:
            with contextlib.suppress(ValueError):
                waiting.remove(future)
            if future.cancelled() or not future.done():
                self.wake()
        return True

    def empty(self) -> list[Session]:
        """Every idle connection, which is its taker's from now on."""
        sessions = [session for _, session in self._idle]
        self._idle.clear()
        return sessions

    def _opened(self, session: Session) -> None:
        self._sessions.add(session)

    def wake(self) -> None:
        """Let the next who waits look again. Whoever was woken and leaves without a connection passes it on."""
        for waiting in (self._rings, self._letters):
            for future in waiting:
                if not future.done():
                    future.set_result(None)
                    return
