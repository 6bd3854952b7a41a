"""One connection to a mail server: set up by aiosmtplib, then one mail after another by a protocol of ours.

aiosmtplib connects, encrypts and logs in. It has no pipelining (RFC 2920), and it ignores a reply that nobody
asked for. Here such a reply ends the connection: it would be taken for the answer to the next command.

The caller's mark is committed before DATA, and not only before the final dot: some servers keep the part of a mail
that they had when the connection broke. A mail of which anything left may have arrived.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from bridge.core.addresses import AddressError, on_the_wire, spellings
from bridge.errors import BridgeError
from bridge.smtp.outcome import Outcome, outcome
from bridge.smtp.protocol import Lost, Silent, Wire
from bridge.smtp.replies import Reply
from bridge.smtp.steps import WANTED, refusal

_TRY_QUOTED = frozenset({501, 553})


class Abandoned(BridgeError):
    """This mail must not go after all. A `before_data` raises it, and the connection closes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest waits, in seconds, from RFC 5321 4.5.3.2; shorter where the deadline does not allow as much.

    `connect` counts for each address of a name; `greeting` for the last of them, the others are given as long as
    `connect`. A host that is silent for longer is given up for the fallback. `pipelined`: for the answer to a command
    that was sent along with another; some firewalls swallow it.
    """

    connect: float = 10
    greeting: float = 60
    command: float = 60
    pipelined: float = 20
    body: float = 180
    final: float = 600
    quit: float = 5


DEFAULT_LIMITS = Limits()


class Envelope(NamedTuple):
    """Whom one mail is from and to. Always one recipient, so that no customer sees another."""

    sender: str
    recipient: str

    def commands(self) -> tuple[bytes, list[bytes], bool]:
        """MAIL, the spellings of RCPT to try in turn, and whether they need SMTPUTF8 (RFC 6531).

        Raises AddressError, so that nothing but one address each ever reaches the wire.
        """
        sender, recipient = on_the_wire(self.sender), on_the_wire(self.recipient)
        utf8 = not (sender.isascii() and recipient.isascii())
        options = " BODY=8BITMIME SMTPUTF8" if utf8 else ""
        mail = f"MAIL FROM:<{sender}>{options}\r\n".encode()
        return mail, [f"RCPT TO:<{to}>\r\n".encode() for to in spellings(recipient)], utf8

    def announcement(self) -> bytes | None:
        """MAIL and RCPT in one piece; None where that needs more care: two spellings, SMTPUTF8, no good address."""
        try:
            mail, rcpts, utf8 = self.commands()
        except AddressError:
            return None
        return None if utf8 or len(rcpts) > 1 else mail + rcpts[0]


class Session:
    """An open connection, logged in. It ends with its first error, so that no later reply can be mistaken."""

    def __init__(self, transport: asyncio.Transport, extensions: frozenset[str], limits: Limits) -> None:
        """`extensions`: the EHLO keywords in lower case, as offered after encryption and login."""
        self.answered = 0  # transactions the server gave an answer to
        self.swallowed = False  # whether it kept silent about a command that was sent along with another
        self._extensions = extensions
        self._limits = limits
        self._dot_written = False
        self._wire = Wire(transport)

    @property
    def wire(self) -> Wire:
        """What a train runs over."""
        return self._wire

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def takes_trains(self) -> bool:
        """Whether a letter may be announced with the content of the one before it."""
        return "pipelining" in self._extensions

    @property
    def alive(self) -> bool:
        """Whether another mail can be sent here."""
        return self._wire.lost is None

    def in_lock_step(self) -> None:
        """Send one command at a time, whatever the server offers."""
        self._extensions -= {"pipelining"}

    async def send(
        self, envelope: Envelope, content: bytes, before_data: Callable[[], Awaitable[None]]
    ) -> Outcome:
        """Send one mail and say how it ended.

        `content` comes from `mime.wire`: dot-stuffed, without the final dot. `before_data` is awaited when the
        server has taken the recipient, and before anything of the mail itself leaves. What `before_data` raises is
        raised here, after the connection was closed. Nothing that a server does is raised.
        """
        try:
            mail, rcpts, utf8 = envelope.commands()
        except AddressError as exc:
            return Outcome("failed", reply=exc.why)
        if utf8 and "smtputf8" not in self._extensions:
            return Outcome(
                "failed", reply="the mail server does not offer SMTPUTF8, which this address needs"
            )
        result: Outcome | None = None
        self._dot_written = False
        try:
            result = await self._announce(mail, rcpts)
            if result is None:
                await before_data()
                result = await self._deliver(content)
        except Lost as lost:
            result = outcome(0, dot_written=self._dot_written, reply=str(lost))
        finally:
            self._settle(result)
        return result

    async def quit(self) -> None:
        """Say goodbye and close. The server's answer changes nothing about the mails before it."""
        try:
            self._wire.write(b"QUIT\r\n", replies=1)
            await self._wire.reply(self._limits.quit)
        except Lost:
            pass
        finally:
            self._wire.close()

    def leave(self) -> None:
        """Close with a QUIT whose answer nobody waits for."""
        self._wire.leave()

    async def rehearse(self, envelope: Envelope) -> Outcome | None:
        """MAIL, RCPT and RSET: how the server refuses this recipient, or None. Nothing is sent.

        A refusal ends the connection. Nothing that a server does is raised. Raises AddressError.
        """
        mail, rcpts, _ = envelope.commands()
        try:
            refused = await self._announce(mail, rcpts)
            if refused is None:
                await self._ask(b"RSET\r\n")
            else:
                self._wire.leave()
        except Lost as lost:
            return outcome(0, dot_written=False, reply=str(lost))
        return refused

    def _settle(self, result: Outcome | None) -> None:
        if result is None or not result.code:
            self._wire.fail("closed by us")
            return
        self.answered += result.state in ("sent", "deferred", "failed")
        if result.state != "sent":
            self._wire.leave()

    async def _announce(self, mail: bytes, rcpts: list[bytes]) -> Outcome | None:
        """MAIL and RCPT, in one round trip where the server allows it (RFC 2920).

        Returns None when the server takes the recipient.
        """
        if "pipelining" in self._extensions and len(rcpts) == 1:
            self._wire.write(mail + rcpts[0], replies=2)
            first = await self._wire.reply(self._limits.command)
            if first.code not in WANTED["MAIL"]:
                return refusal("MAIL", first)
            reply = await self._second_reply()
        else:
            first = await self._ask(mail)
            if first.code not in WANTED["MAIL"]:
                return refusal("MAIL", first)
            for rcpt in rcpts:
                reply = await self._ask(rcpt)
                if reply.code not in _TRY_QUOTED:
                    break
        return None if reply.code in WANTED["RCPT"] else refusal("RCPT", reply)

    async def _second_reply(self) -> Reply:
        try:
            return await self._wire.reply(min(self._limits.pipelined, self._limits.command))
        except Silent:
            self.swallowed = True
            raise

    async def _deliver(self, content: bytes) -> Outcome:
        reply = await self._ask(b"DATA\r\n")
        if reply.code not in WANTED["DATA"]:
            return refusal("DATA", reply)
        self._wire.write(content)
        await self._wire.drain(self._limits.body)
        self._wire.write(b".\r\n", replies=1)
        self._dot_written = True
        reply = await self._wire.reply(self._limits.final)
        return outcome(reply.code, dot_written=True, reply=reply.text, stage="dot")

    async def _ask(self, command: bytes) -> Reply:
        self._wire.write(command, replies=1)
        return await self._wire.reply(self._limits.command)
