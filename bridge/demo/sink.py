"""The demo's mail server: every mail stays in memory, and two addresses fail on purpose.

The idea is that of mox's `localserve`. The server speaks just enough of RFC 5321, on loopback, so that nothing
leaves the machine.
"""

import asyncio
import contextlib
import email.policy
import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser

MOST_MAILS = 2_000  # then the oldest are dropped: a demo that runs over night stays small
_GREETING = b"220 demo.example.jp ESMTP"
_OFFERS = b"250-demo.example.jp\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10485760"
_LONGEST_LINE = 65_536


@dataclass(frozen=True)
class ReceivedMail:
    """One mail as its reader sees it. `at` is its Date."""

    to: str
    sender: str
    subject: str
    text: str
    at: datetime


def read_mail(to: str, raw: bytes) -> ReceivedMail:
    """The mail in these bytes, addressed to one envelope recipient."""
    message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw)
    text = message.get_content().replace("\r\n", "\n") if message.get_content_maintype() == "text" else ""
    return ReceivedMail(to, str(message["From"]), str(message["Subject"]), text, message["Date"].datetime)


class DemoSink:
    """The server. `mails` are those it took, the oldest first."""

    def __init__(self) -> None:
        self.mails: deque[ReceivedMail] = deque(maxlen=MOST_MAILS)
        self._turned_away: set[str] = set()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Serve on a free loopback port, and yield the port."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=_LONGEST_LINE)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _Conversation(self, reader, writer).run()
        writer.close()

    def refusal(self, address: str) -> bytes | None:
        """The reply that refuses an address; None for one that is taken.

        temperror@ is busy the first time, as with greylisting. permerror@ does not exist.
        """
        name = address.partition("@")[0]
        if name == "permerror":
            return b"550 5.1.1 this address of the demo does not exist"
        if name == "temperror" and address not in self._turned_away:
            self._turned_away.add(address)
            return b"451 4.3.0 this address of the demo is busy the first time"
        return None


class _Conversation:
    """One connection, with the recipients of the mail that is under way."""

    def __init__(self, sink: DemoSink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._sink, self._reader, self._writer = sink, reader, writer
        self._to: list[str] = []

    async def run(self) -> None:
        await self._say(_GREETING)
        while line := await self._reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                await self._take()
            else:
                await self._say(self._answer(verb, line))
            if verb == b"QUIT":
                return

    def _answer(self, verb: bytes, line: bytes) -> bytes:
        match verb:
            case b"EHLO" | b"HELO":
                return _OFFERS
            case b"QUIT":
                return b"221 2.0.0 bye"
            case b"MAIL" | b"RSET":
                self._to.clear()
            case b"RCPT":
                return self._recipient(line)
        return b"250 2.0.0 ok"

    def _recipient(self, line: bytes) -> bytes:
        found = re.search(rb"<([^<>]+)>", line)
        if found is None:
            return b"501 5.1.3 no address"
        address = found.group(1).decode("utf-8", "replace")
        refusal = self._sink.refusal(address)
        if refusal is None:
            self._to.append(address)
        return refusal or b"250 2.1.5 ok"

    async def _take(self) -> None:
        """Take the text after DATA up to the lone dot, and undo the doubled dots (RFC 5321 4.5.2)."""
        if not self._to:
            await self._say(b"503 5.5.1 no recipient")
            return
        await self._say(b"354 end with a lone dot")
        lines = []
        while (line := await self._reader.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError("the sender left inside a mail")
            lines.append(line.removeprefix(b"."))
        self._sink.mails.extend(read_mail(address, b"".join(lines)) for address in self._to)
        self._to.clear()
        await self._say(b"250 2.0.0 taken")

    async def _say(self, line: bytes) -> None:
        self._writer.write(line + b"\r\n")
        await self._writer.drain()
