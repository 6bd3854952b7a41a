"""The server's side of one SMTP connection, with room for a fault at every stage (RFC 5321, 3207, 4954)."""

import asyncio
import base64
import email.policy
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property
from typing import Protocol

PARSER = BytesParser(EmailMessage, policy=email.policy.default)


@dataclass(frozen=True)
class Mail:
    """One mail that the sink took: envelope, bytes as sent (dots unstuffed), seconds since the epoch."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    at: float
    session: int

    @cached_property
    def message(self) -> EmailMessage:
        return PARSER.parsebytes(self.raw)

    @cached_property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @cached_property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None, "no plain text"
        return str(part.get_content())


@dataclass(frozen=True)
class Fault:
    """What happens instead of the normal answer: wait `after` s, `say` this (None: the normal answer, or
    nothing when dropping), then close if `drop`. At DOT the mail counts as taken when the server said 250, or
    dropped the connection without a word, unless `lost`. `raw`: what is said brings its own line ends."""

    say: bytes | None = None
    after: float = 0
    drop: bool = False
    lost: bool = False
    raw: bool = False


@dataclass
class Session:
    """One connection. `verbs`: the stages seen so far, oldest first; `commands`: the lines outside of mails."""

    number: int
    tls: bool = False
    user: str | None = None
    sender: str | None = None
    to: list[str] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


# Stages: CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (first line of a body), DOT, RSET, NOOP, QUIT,
# UNKNOWN (any other line, and what comes out of turn).
Reply = Callable[[str, Session], Fault | None]


def behave(_stage: str, _session: Session) -> Fault | None:
    return None


@dataclass(frozen=True)
class Rules:
    """How a server treats its clients. `users` None: no login asked, and any is welcome. `tls` offers STARTTLS, or
    wraps all when `implicit_tls`; a login is then offered only inside TLS. `offers`: the other extensions."""

    reply: Reply = behave
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    users: dict[str, str] | None = None
    offers: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 52428800")


NORMAL = Rules()


class Host(Protocol):
    """Whose connection it is: the rules in force now, and where mails go."""

    rules: Rules
    mails: list[Mail]


class Conversation:
    """The dialogue on one connection."""

    def __init__(
        self, host: Host, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.host, self.session, self.reader, self.writer = host, session, reader, writer
        self.open = True

    async def run(self) -> None:
        await self._answer("CONNECT", b"220 mail.example.jp ESMTP")
        while self.open and (line := await self.reader.readline()):
            self.session.commands.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            verb = line[:8].split(b" ")[0].strip().upper().decode("ascii", "replace")
            step = STEPS.get(verb, Conversation._unknown)
            await step(self, line.strip())

    async def _answer(self, stage: str, normal: bytes) -> bytes:
        """Says the normal answer, or what the fault says instead, and returns it."""
        return await self._say(self._fault(stage), normal)

    def _fault(self, stage: str) -> Fault:
        self.session.verbs.append(stage)
        return self.host.rules.reply(stage, self.session) or Fault()

    async def _say(self, fault: Fault, normal: bytes) -> bytes:
        if fault.after:
            await self.writer.drain()
            await asyncio.sleep(fault.after)
        said = fault.say if fault.say is not None or fault.drop else normal
        if said:
            self.writer.write(said if fault.raw else said + b"\r\n")
            await self.writer.drain()
        self.open = not fault.drop
        return said or b""

    async def _unknown(self, _line: bytes) -> None:
        await self._answer("UNKNOWN", b"500 5.5.2 unknown command")

    async def _ehlo(self, _line: bytes) -> None:
        rules = self.host.rules
        offers = ["mail.example.jp", *rules.offers]
        if rules.tls and not self.session.tls:
            offers.append("STARTTLS")
        elif rules.users is not None:
            offers.append("AUTH PLAIN LOGIN")
        lines = [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]
        await self._answer("EHLO", "\r\n".join(lines).encode())

    async def _starttls(self, _line: bytes) -> None:
        tls = self.host.rules.tls
        if tls is None or self.session.tls:
            await self._answer("STARTTLS", b"454 4.7.0 TLS not available")
        elif (await self._answer("STARTTLS", b"220 go ahead")).startswith(b"220"):
            await self.writer.start_tls(tls)
            self.session.tls = True

    async def _auth(self, line: bytes) -> None:
        if self.host.rules.users is None:
            await self._answer("AUTH", b"235 2.7.0 welcome")
            return
        words = line.split(b" ")
        if words[1].upper() == b"PLAIN":
            given = words[2] if len(words) > 2 else await self._ask(b"")
            _, user, password = base64.b64decode(given).split(b"\0")
        else:
            user = base64.b64decode(words[2] if len(words) > 2 else await self._ask(b"VXNlcm5hbWU6"))
            password = base64.b64decode(await self._ask(b"UGFzc3dvcmQ6"))
        name = user.decode()
        if self.host.rules.users.get(name) != password.decode():
            await self._answer("AUTH", b"535 5.7.8 authentication failed")
        elif (await self._answer("AUTH", b"235 2.7.0 welcome")).startswith(b"235"):
            self.session.user = name

    async def _ask(self, prompt: bytes) -> bytes:
        self.writer.write(b"334 " + prompt + b"\r\n")
        await self.writer.drain()
        return (await self.reader.readline()).strip()

    async def _mail(self, line: bytes) -> None:
        if self.host.rules.users is not None and self.session.user is None:
            await self._answer("MAIL", b"530 5.7.0 log in first")
            return
        self.session.to = []
        self.session.sender = address_in(line)
        if not (await self._answer("MAIL", b"250 2.1.0 ok")).startswith(b"250"):
            self.session.sender = None

    async def _rcpt(self, line: bytes) -> None:
        if self.session.sender is None:
            await self._answer("UNKNOWN", b"503 5.5.1 MAIL first")
            return
        self.session.to.append(address_in(line))  # before the hook, which may look at it
        if not (await self._answer("RCPT", b"250 2.1.5 ok")).startswith(b"25"):
            self.session.to.pop()

    async def _data(self, _line: bytes) -> None:
        normal = b"354 go ahead" if self.session.to else b"503 5.5.1 RCPT first"
        if not (await self._answer("DATA", normal)).startswith(b"354"):
            return
        body = await self._body()
        if self.open and self.session.to:
            await self._take(body)
        elif self.open:
            await self._answer("UNKNOWN", b"554 5.5.1 no valid recipients")

    async def _body(self) -> bytes:
        """The bytes up to the dot, unstuffed; stops early when a fault at BODY drops the connection."""
        lines: list[bytes] = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError("the client left inside a mail")
            lines.append(line.removeprefix(b"."))
            if len(lines) == 1:
                await self._answer("BODY", b"")
                if not self.open:
                    break
        return b"".join(lines)

    async def _take(self, body: bytes) -> None:
        """Records first and answers then, as a server that has the mail on disk before it says 250 does."""
        session, fault = self.session, self._fault("DOT")
        if not fault.lost and (fault.say is None or fault.say.startswith(b"250")):
            mail = Mail(session.sender or "", tuple(session.to), body, time.time(), session.number)
            self.host.mails.append(mail)
        session.sender, session.to = None, []
        await self._say(fault, b"250 2.0.0 queued as 4F2A")

    async def _rset(self, _line: bytes) -> None:
        self.session.sender, self.session.to = None, []
        await self._answer("RSET", b"250 2.0.0 ok")

    async def _noop(self, _line: bytes) -> None:
        await self._answer("NOOP", b"250 2.0.0 ok")

    async def _quit(self, _line: bytes) -> None:
        await self._answer("QUIT", b"221 2.0.0 bye")
        self.open = False


STEPS = {
    "EHLO": Conversation._ehlo,
    "HELO": Conversation._ehlo,
    "STARTTLS": Conversation._starttls,
    "AUTH": Conversation._auth,
    "MAIL": Conversation._mail,
    "RCPT": Conversation._rcpt,
    "DATA": Conversation._data,
    "RSET": Conversation._rset,
    "NOOP": Conversation._noop,
    "QUIT": Conversation._quit,
}


def address_in(line: bytes) -> str:
    """The address between the angle brackets of MAIL or RCPT; empty for the null sender."""
    found = re.search(rb"<(.*?)>", line)
    assert found is not None, f"no angle brackets in {line!r}"
    return found.group(1).decode("utf-8", "replace")
