"""A mail server of real sockets that misbehaves as it is told.

`answers` maps a moment to what is done there: CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (after
the first line of a mail), DOT, QUIT. A list is used up one by one, its last entry for ever. An entry is a
reply line, raw bytes, CLOSE, SILENCE, or a tuple of these.
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from types import TracebackType

CLOSE = object()
SILENCE = object()

_GOOD = {
    "CONNECT": "220 mail.example.jp ESMTP",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 welcome",
    "MAIL": "250 sender ok",
    "RCPT": "250 recipient ok",
    "DATA": "354 end with a dot",
    "DOT": "250 2.0.0 queued as 4F2A",
    "QUIT": "221 bye",
}


class _Hangup(Exception):
    pass


@dataclass
class Mail:
    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class MailServer:
    answers: dict[str, object] = field(default_factory=dict)
    offers: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8")
    tls: ssl.SSLContext | None = None
    tls_from_start: bool = False
    mails: list[Mail] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def __aenter__(self) -> "MailServer":
        context = self.tls if self.tls_from_start else None
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def verbs(self) -> list[str]:
        """The commands received, without their arguments."""
        return [command.split(" ")[0].split(":")[0].upper() for command in self.commands]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await _Conversation(self, reader, writer).run()
        except (_Hangup, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def next_answer(self, moment: str) -> object:
        answer = self.answers.get(moment, _GOOD.get(moment))
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer


class _Conversation:
    def __init__(
        self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.encrypted = server.tls_from_start

    async def run(self) -> None:
        await self.answer("CONNECT")
        while line := await self.reader.readline():
            command = line.decode().rstrip("\r\n")
            self.server.commands.append(command)
            await self.obey(command.split(" ")[0].upper(), command)

    async def obey(self, verb: str, command: str) -> None:
        if verb in ("EHLO", "HELO"):
            await self.hello()
        elif verb == "MAIL":
            accepted = (await self.answer("MAIL")).startswith("250")
            self.sender = command.split("<")[1].split(">")[0] if accepted else None
            self.recipients = []
        elif verb == "RCPT" and self.sender is None:
            await self.do("503 MAIL first")
        elif verb == "RCPT":
            if (await self.answer("RCPT")).startswith("25"):
                self.recipients.append(command.split("<")[1].split(">")[0])
        elif verb == "DATA":
            await self.data()
        elif verb == "QUIT":
            await self.answer("QUIT")
            raise _Hangup
        else:
            await self.answer(verb)
            if verb == "STARTTLS" and self.server.tls:
                await self.writer.start_tls(self.server.tls)
                self.encrypted = True

    async def hello(self) -> None:
        if "EHLO" in self.server.answers:
            await self.answer("EHLO")
            return
        offers = ["mail.example.jp", *self.server.offers]
        if self.server.tls and not self.encrypted:
            offers.append("STARTTLS")
        await self.do("".join(f"250-{offer}\r\n" for offer in offers[:-1]).encode())
        await self.do(f"250 {offers[-1]}")

    async def data(self) -> None:
        if not self.recipients and "DATA" not in self.server.answers:
            await self.do("503 no recipients")
            return
        if not (await self.answer("DATA")).startswith("354"):
            return
        lines: list[bytes] = []
        while (line := await self.reader.readuntil(b"\n")) != b".\r\n":
            lines.append(line)
            if len(lines) == 1 and "BODY" in self.server.answers:
                await self.answer("BODY")
        if not self.recipients:
            self.server.commands.append("." if not lines else "content for nobody")
            await self.do("554 no valid recipients")
            return
        action = self.server.next_answer("DOT")
        if self.sender is not None and _first_line(action).startswith("250"):
            content = b"".join(line[1:] if line.startswith(b".") else line for line in lines)
            self.server.mails.append(Mail(self.sender, self.recipients, content))
        await self.act(action)

    async def answer(self, moment: str) -> str:
        """Do what the script says; the first reply line is returned."""
        action = self.server.next_answer(moment)
        await self.act(action)
        return _first_line(action)

    async def act(self, action: object) -> None:
        for step in action if isinstance(action, tuple) else (action,):
            await self.do(step)

    async def do(self, step: object) -> None:
        if step is CLOSE:
            raise _Hangup
        if step is SILENCE:
            await asyncio.Event().wait()
        self.writer.write(step if isinstance(step, bytes) else f"{step}\r\n".encode())
        await self.writer.drain()


def _first_line(action: object) -> str:
    first = action[0] if isinstance(action, tuple) else action
    return first if isinstance(first, str) else ""
