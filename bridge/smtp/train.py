"""Several letters over one connection without a pause: each is announced with the content of the one before it.

The doubt of all is committed before the first is begun. A letter whose content was not written is certainly not
accepted, whatever becomes of the connection.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bridge.smtp.outcome import Outcome, Stage, outcome
from bridge.smtp.protocol import Lost, Wire
from bridge.smtp.session import Envelope, Limits
from bridge.smtp.steps import WANTED, refusal

_STAGES: tuple[Stage, ...] = ("MAIL", "RCPT", "DATA")


class Car(NamedTuple):
    """One letter of a train. `content` comes from `mime.wire`: dot-stuffed, without the final dot."""

    envelope: Envelope
    content: bytes

    def announcement(self) -> bytes:
        """MAIL, RCPT and DATA in one piece. Raises AddressError."""
        mail, rcpts, _ = self.envelope.commands()
        return mail + rcpts[0] + b"DATA\r\n"


class Passengers(Protocol):
    """Who knows about the letters of a train, by number."""

    def goes_on(self) -> bool:
        """Whether one more may be announced."""

    def begins(self, n: int) -> bool:
        """Asked right before the content of a letter is written: whether it is still wanted."""

    def answered(self, n: int, outcome: Outcome) -> None:
        """A letter has its answer, or was lost."""


class Train:
    """One run over a connection whose server offers PIPELINING."""

    def __init__(self, wire: Wire, limits: Limits, passengers: Passengers) -> None:
        self._wire = wire
        self._limits = limits
        self._passengers = passengers
        self._at = 0
        self._in_data = False  # the server waits for content, or may do so
        self._written = False

    async def run(self, cars: Sequence[Car]) -> None:
        """Send them until one is refused before its content, lost, or not wanted any more.

        The connection is closed unless it can be used for the next mail.
        """
        try:
            self._wire.write(cars[0].announcement(), replies=3)
            while await self._one(cars):
                self._at += 1
        except Lost as lost:
            self._passengers.answered(self._at, outcome(0, dot_written=self._written, reply=str(lost)))
            self._wire.fail("closed by us")
        except BaseException:
            self._wire.fail("closed by us")
            raise

    async def _one(self, cars: Sequence[Car]) -> bool:
        """Send one. Whether the next is announced."""
        self._written = self._in_data = False
        refused = await self._refused()
        if refused is not None:
            self._passengers.answered(self._at, refused)
            self._leave()
            return False
        if not self._passengers.begins(self._at):
            self._leave()
            return False
        more = self._at + 1 < len(cars) and self._passengers.goes_on()
        ahead = cars[self._at + 1].announcement() if more else b""
        self._written = True
        self._wire.write(cars[self._at].content + b".\r\n" + ahead, replies=4 if more else 1)
        await self._wire.drain(self._limits.body)
        reply = await self._wire.reply(self._limits.final)
        result = outcome(reply.code, dot_written=True, reply=reply.text, stage="dot")
        self._passengers.answered(self._at, result)
        if result.state == "unknown" or (result.state != "sent" and not more):
            self._leave()
            return False
        return more

    async def _refused(self) -> Outcome | None:
        """The first of the three answers to an announcement that is not the wanted one."""
        found: Outcome | None = None
        for stage in _STAGES:
            try:
                reply = await self._wire.reply(self._limits.command)
            except Lost:
                if found is None:
                    raise
                return found
            if found is None and reply.code not in WANTED[stage]:
                found = refusal(stage, reply)
            self._in_data = reply.code in WANTED["DATA"]
        return found

    def _leave(self) -> None:
        """A server that waits for content must not take a QUIT for it."""
        if self._in_data:
            self._wire.fail("closed by us")
        else:
            self._wire.leave()
