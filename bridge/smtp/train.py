"""Letters over one connection without a pause: each is announced with the content of the one before it.

They are in doubt from their claim on, which is committed before any of them comes here. A letter whose content was
not written is certainly not accepted, whatever becomes of the connection.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from bridge.smtp.outcome import Outcome, Stage, outcome
from bridge.smtp.protocol import Lost, Wire
from bridge.smtp.session import Limits
from bridge.smtp.steps import WANTED, refusal

_STAGES: tuple[Stage, ...] = ("MAIL", "RCPT", "DATA")
_DATA = b"DATA\r\n"


class Car(NamedTuple):
    """One letter of a train. `row`: its row of the outbox; `letter`: its notice.

    `announcement`: MAIL and RCPT in one piece. `content` comes from `mime.wire`: dot-stuffed, without the final dot.
    """

    row: int
    letter: str
    recipient: str
    announcement: bytes
    content: bytes


class Load:
    """Letters for one connection after the other: the first is on the wire, and one more may be announced."""

    def __init__(
        self,
        more: Callable[[], Car | None],
        begins: Callable[[Car], bool],
        answered: Callable[[Car, Outcome], None],
    ) -> None:
        """`more` gives the next letter, None for no more. `begins` is asked before the content of each leaves.

        `answered` is told what became of it.
        """
        self.cars: deque[Car] = deque()
        self.more = more
        self.begins = begins
        self.answered = answered
        self.dropped = False
        self.retried: Car | None = None  # the letter that a connection ended with, and that goes over another

    @property
    def wanted(self) -> bool:
        """Whether some letter is still to be sent."""
        return not self.dropped and bool(self.cars)


class Passengers(Protocol):
    """Who knows about the letters of a train."""

    def first(self) -> Car:
        """The letter on the wire."""

    def next(self) -> Car | None:
        """The one to be announced with its content; None for no more over this connection."""

    def begins(self) -> bool:
        """Asked right before the content of the first letter is written: whether it is still wanted."""

    def answered(self, outcome: Outcome) -> None:
        """The first letter has its answer, or was lost: unless it is to be tried again, the next is the first now."""


class Train:
    """One run over a connection whose server offers PIPELINING."""

    def __init__(self, wire: Wire, limits: Limits, passengers: Passengers) -> None:
        self._wire = wire
        self._limits = limits
        self._passengers = passengers
        self._in_data = False  # the server waits for content, or may do so
        self._written = False

    async def run(self) -> None:
        """Send them until one is refused before its content, lost, or not wanted any more.

        The connection is closed unless it can be used for the next mail.
        """
        try:
            self._wire.write(self._passengers.first().announcement + _DATA, replies=len(_STAGES))
            while await self._one():
                pass
        except Lost as lost:
            self._passengers.answered(outcome(0, dot_written=self._written, reply=str(lost)))
            self._wire.fail("closed by us")
        except BaseException:
            self._wire.fail("closed by us")
            raise

    async def _one(self) -> bool:
        """Send the first, which is announced. Whether the next is announced with it."""
        self._written = self._in_data = False
        refused = await self._refused()
        if refused is not None:
            self._passengers.answered(refused)
            self._leave()
            return False
        if not self._passengers.begins():
            self._leave()
            return False
        car, following = self._passengers.first(), self._passengers.next()
        ahead = following.announcement + _DATA if following else b""
        self._written = True
        self._wire.write(b"%b.\r\n%b" % (car.content, ahead), replies=4 if following else 1)
        await self._wire.drain(self._limits.body)
        reply = await self._wire.reply(self._limits.final)
        result = outcome(reply.code, dot_written=True, reply=reply.text, stage="dot")
        self._passengers.answered(result)
        if result.state == "unknown" or (result.state != "sent" and not following):
            self._leave()
            return False
        return following is not None

    async def _refused(self) -> Outcome | None:
        """The first of the answers that is not the wanted one; all of them are read."""
        found: Outcome | None = None
        for stage in _STAGES:
            try:
                reply = self._wire.ready() or await self._wire.reply(self._limits.command)
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
