"""A mail server of real sockets that misbehaves as a table says, on the event loop of its test.

`answers` maps a stage of tests/parts/smtp.py to what is done there. A list is used up one by one, its last entry for
ever. An entry is a reply line, raw bytes, CLOSE, SILENCE, or a tuple of these. Any login is welcome.
"""

import asyncio
import ssl
from collections.abc import Mapping
from types import TracebackType

from tests.parts.smtp import Conversation, Fault, Mail, Rules, Session

CLOSE = object()
SILENCE = object()
ENDS = (CLOSE, SILENCE)
EVER = 3600.0  # seconds


class MailServer:
    """`mails` are those it answered with 250; `sessions` the connections so far; `ends` what broke each off."""

    def __init__(
        self,
        answers: Mapping[str, object] | None = None,
        offers: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8"),
        tls: ssl.SSLContext | None = None,
        tls_from_start: bool = False,
        port: int = 0,
    ) -> None:
        self.rules = Rules(self._reply, tls=tls, implicit_tls=tls_from_start, offers=offers)
        self.port = port
        self.mails: list[Mail] = []
        self.sessions: list[Session] = []
        self.ends: list[BaseException] = []
        self._answers = {
            stage: list(answer) if isinstance(answer, list) else [answer]
            for stage, answer in (answers or {}).items()
        }
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "MailServer":
        context = self.rules.tls if self.rules.implicit_tls else None
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

    async def over(self) -> None:
        """Until every connection has ended."""
        await asyncio.gather(*self._tasks)

    @property
    def connections(self) -> int:
        return len(self.sessions)

    @property
    def commands(self) -> list[str]:
        """The commands received, connection by connection."""
        return [command for session in self.sessions for command in session.commands]

    def verbs(self) -> list[str]:
        """The commands received, without their arguments."""
        return [command.split(" ")[0].split(":")[0].upper() for command in self.commands]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.sessions.append(Session(len(self.sessions), tls=self.rules.implicit_tls))
        try:
            await Conversation(self, self.sessions[-1], reader, writer).run()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError) as end:
            self.ends.append(end)
        finally:
            writer.close()

    def _reply(self, stage: str, _session: Session) -> Fault | None:
        if stage not in self._answers:
            return None
        entries = self._answers[stage]
        entry = entries.pop(0) if len(entries) > 1 else entries[0]
        steps = entry if isinstance(entry, tuple) else (entry,)
        words = [one if isinstance(one, bytes) else f"{one}\r\n".encode() for one in steps if one not in ENDS]
        return Fault(
            say=b"".join(words) or None,
            after=EVER if SILENCE in steps else 0,
            drop=CLOSE in steps,
            lost=not words,
            raw=True,
        )
