"""One mail server in use: its open connections, shared by both lanes, and whether it works.

What is known of the server is a value (relay_model.py). Mails to the on-call have connections of their own; where the
server takes no more, they get the next one that a customers' letter is done with.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bridge.clock import monotonic, pause
from bridge.log import Logger
from bridge.smtp.breaker import LOGIN_PROBES, PROBES
from bridge.smtp.connect import LoginRefused, SmtpError, Unreachable, dial
from bridge.smtp.outcome import Outcome
from bridge.smtp.pace import Pace
from bridge.smtp.pool import Pool
from bridge.smtp.relay_model import Answer, RelayModel
from bridge.smtp.session import DEFAULT_LIMITS, Envelope, Limits, Session
from bridge.smtp.settings import RelaySettings
from bridge.smtp.train import Car, Load, Train
from bridge.smtp.width import Width

log = Logger(__name__)

ONCALL_CONNECTIONS = 2
RING_WAITS = 5.0  # seconds for a connection of the customers', before the ring is given to the fallback
_LOOK = 0.25  # seconds between two looks whether a letter that waits for its turn is still wanted


class RelayDown(SmtpError):
    """Not tried: the server failed a moment ago. `retry_in` is in seconds."""

    def __init__(self, server: RelaySettings, reason: str, retry_in: float) -> None:
        super().__init__(server, reason)
        self.retry_in = retry_in


class Mail(NamedTuple):
    """One mail to be sent. `content`: as `Session.send` takes it. `letter`: its notice; None for the on-call's."""

    envelope: Envelope
    content: bytes
    before_data: Callable[[], Awaitable[None]]
    letter: str | None = None

    @property
    def recipient(self) -> str:
        """Its address."""
        return self.envelope.recipient


class Relay:
    """Sends mails through one server, to customers over at most `connections`, kept open and used again."""

    def __init__(
        self,
        server: RelaySettings,
        connections: int,
        limits: Limits = DEFAULT_LIMITS,
        monotonic: Callable[[], float] = monotonic,
        rate: float | None = None,
    ) -> None:
        self._server = server
        self._limits = limits
        self._monotonic = monotonic
        self._lanes = {
            True: asyncio.Semaphore(ONCALL_CONNECTIONS),
            False: asyncio.Semaphore(connections),
        }
        self._probing = asyncio.Lock()
        self._pool = Pool(monotonic)
        self._model = RelayModel(Pace(ceiling=rate), Width(connections + ONCALL_CONNECTIONS))
        self._proven = server.username is None  # a login was taken once, or none is needed
        self._refused_login: tuple[str, str] | None = None
        self._lock_step = False

    @property
    def up(self) -> bool:
        """False from the first failure until a connection is set up again."""
        return self._model.breaker.retry_at is None

    @property
    def last_error(self) -> str:
        """Why it is not up, in words for people; empty while it is."""
        return self._model.breaker.error

    @property
    def useless_for(self) -> float:
        """Seconds since it stopped to be of use; 0 while it is."""
        return self._model.useless_for(self._monotonic())

    @property
    def rate(self) -> float | None:
        """Letters a second that it is given at the most; None where no limit is known."""
        return self._model.pace.rate

    @property
    def retry_in(self) -> float:
        """Seconds until the next try is allowed; 0 when one may be made now."""
        if self._refused_login and self._server.login() != self._refused_login:
            self.try_anew()
        return max(0.0, (self._model.breaker.retry_at or 0.0) - self._monotonic())

    def took_within(self, seconds: float) -> bool:
        """Whether it took a mail so lately."""
        return self._model.took_within(seconds, self._monotonic())

    def try_anew(self) -> None:
        """Its trouble may be over: whatever waited for it goes at once."""
        self._refused_login = None
        self._model = self._model._replace(breaker=self._model.breaker.tried_anew())

    def forget(self, letter: str) -> None:
        """A letter was stopped: what it was refused with counts no more."""
        self._model = self._model.forget(letter)

    async def turn(self, wanted: Callable[[], bool]) -> bool:
        """Wait until a letter may begin, at the pace of the server. False: it is not wanted any more."""
        while wanted():
            given = self._monotonic()
            begins, pace = self._model.pace.slot(given)
            self._model = self._model._replace(pace=pace)
            while wanted() and self._monotonic() < begins and self._model.pace.cut_at <= given:
                await pause(min(begins - self._monotonic(), _LOOK))
            if self._model.pace.cut_at <= given:
                return wanted()
        return False

    async def send(self, mail: Mail) -> Outcome:
        """Send one mail as `Session.send` does. Waits for a free connection.

        Raises Unreachable, Untrusted, LoginRefused or RelayDown: the mail was not tried, and keeps its turn.
        """
        ring = mail.letter is None
        async with self._lanes[ring]:
            session = await self._session(ring=ring)
            begun_at = self._monotonic()
            outcome = await self._carry(session, mail)
            # It may limit the mails of a connection.
            tired = outcome.state == "queued" and session.answered > 0
            if tired or session.swallowed:
                session = await self._fresh(session, ring=ring)
                outcome = await self._carry(session, mail)
                if outcome.state == "queued" and not outcome.code:
                    return outcome  # the server accepted this connection: it is the mail that is more likely wrong
            return self.learn(session, outcome, mail, begun_at)

    @property
    def takes_trains(self) -> bool:
        """Whether letters may be given to it without a pause: not where it has a pace, or wants lock-step."""
        return not self._lock_step and self._model.pace.rate is None

    async def send_train(self, load: Load) -> None:
        """Send letters in their order, over one connection after the other.

        Those that are left in the end were not tried. Raises as `send` does.
        """
        async with self._lanes[False]:
            while load.wanted and self.takes_trains:
                session = await self._session(ring=False)
                if not session.takes_trains:
                    self._lock_step = True
                    self._pool.give(session)
                    return
                run = _Run(self, session, load, self._monotonic())
                try:
                    await Train(session.wire, session.limits, run).run()
                finally:
                    self._pool.give(session)

    async def probe(self) -> bool:
        """Whether the server works. The connection that finds out is kept for the next mail."""
        async with self._lanes[True]:
            try:
                session = await self._session(ring=True)
            except SmtpError:
                return False
            self._pool.give(session)
            return True

    async def close(self) -> None:
        """Say goodbye on every idle connection. Mails under way are not waited for."""
        await asyncio.gather(*(session.quit() for session in self._pool.empty()))

    async def _session(self, *, ring: bool) -> Session:
        """An open connection: an idle one, a new one, or the next that is given back."""
        waits_until = self._monotonic() + RING_WAITS if ring else float("inf")
        refused = ""
        while True:
            if session := self._pool.take(ring=ring):
                return session
            if self._model.width.allows(self._pool.open, self._monotonic()):
                try:
                    return await self._new_session()
                except SmtpError as exc:
                    refused = exc.reason
                    if not isinstance(exc, Unreachable) or not self._refused_beside_others(exc):
                        self._pool.wake()
                        raise
                    continue
            if not await self._pool.freed(waits_until - self._monotonic(), ring=ring):
                why = f"every connection that it allows is in use. One more: {refused or 'not tried'}"
                raise RelayDown(self._server, why, 1.0)

    async def _fresh(self, spent: Session, *, ring: bool) -> Session:
        """A new connection in place of one that the server is tired of, or that swallows commands."""
        if spent.swallowed and not self._lock_step:
            self._lock_step = True
            log.warning("pipelining_broken", server=self._server.host, words="commands go one by one now")
        return await self._session(ring=ring) if self._pool.open else await self._new_session()

    def _refused_beside_others(self, error: Unreachable) -> bool:
        """Whether connections work beside the one that was refused: then there are too many of them."""
        others = self._pool.open
        width = self._model.width.refused(others, self._monotonic())
        if not others or isinstance(error, RelayDown):
            return False
        if width.learned != self._model.width.learned:
            log.info("relay_connections", server=self._server.host, in_use=others, words=error.reason)
        self._model = self._model._replace(width=width)
        return True

    async def _new_session(self) -> Session:
        if self._proven and self._model.breaker.failures == 0:
            return await self._dial()
        async with self._probing:  # while server or password are in doubt, one connection tries at a time
            return await self._dial()

    async def _dial(self) -> Session:
        if self.retry_in > 0:
            raise RelayDown(self._server, self.last_error, self.retry_in)
        login = self._server.login()
        with self._pool.opening() as opened:
            try:
                session = await dial(self._server, self._limits)
            except SmtpError as exc:
                self._failed(exc, login, alone=self._pool.open == 1)
                raise
            opened(session)
        self._proven = True
        self._model = self._model.reached(self._pool.open)
        if self._lock_step:
            session.in_lock_step()
        return session

    def _failed(self, exc: SmtpError, login: tuple[str, str] | None, *, alone: bool) -> None:
        """A refused connection is a failure of the server, unless others work: then there was one too many."""
        wrong = isinstance(exc, LoginRefused)
        if wrong:
            self._refused_login = login
        elif not alone and isinstance(exc, Unreachable):
            return
        probes = LOGIN_PROBES if wrong else PROBES
        self._model = self._model.unreachable(self._monotonic(), exc.reason, probes)

    async def _carry(self, session: Session, mail: Mail) -> Outcome:
        """Send over this connection, and keep it if it can be used again."""
        try:
            return await session.send(mail.envelope, mail.content, mail.before_data)
        finally:
            self._pool.give(session)

    def learn(self, session: Session, outcome: Outcome, mail: Mail | Car, begun_at: float) -> Outcome:
        """What the lane is told of one mail."""
        now = self._monotonic()
        if not outcome.code and session.answered == 0:  # its first mail already
            self._model = self._model.unreachable(now, outcome.reply)
            return outcome
        told, self._model = self._model.answered(Answer(outcome, mail.recipient, mail.letter, begun_at, now))
        return told

    def has_time(self) -> bool:
        """Whether the next letter of a train may be announced: no ring waits, and no pace is known."""
        return not self._pool.ring_waits and self.rate is None


class _Run:
    """One run of a load over one connection."""

    def __init__(self, relay: Relay, session: Session, load: Load, begun_at: float) -> None:
        self._relay, self._session, self._load = relay, session, load
        self._begun_at = begun_at

    def first(self) -> Car:
        return self._load.cars[0]

    def next(self) -> Car | None:
        load = self._load
        if not self._relay.has_time():
            return None
        if len(load.cars) == 1 and (car := load.more()):
            load.cars.append(car)
        return load.cars[1] if len(load.cars) > 1 else None

    def begins(self) -> bool:
        load = self._load
        load.dropped = not load.begins(load.cars[0])
        return not load.dropped

    def answered(self, outcome: Outcome) -> None:
        load, session, car = self._load, self._session, self._load.cars[0]
        again = load.retried is car
        if outcome.state == "queued" and session.answered > 0 and not again:
            load.retried = car  # the server was tired of the connection: the letter goes over another one
            return
        load.cars.popleft()
        if outcome.state == "queued" and not outcome.code and again:
            # The server accepted this connection: the letter is more likely wrong.
            load.answered(car, outcome)
            return
        told = self._relay.learn(session, outcome, car, self._begun_at)
        session.answered += outcome.state in ("sent", "deferred", "failed")
        load.answered(car, told)
