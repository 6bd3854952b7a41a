"""Letters over one connection without a pause: each is announced with the content of the one before it.

The doubt of a letter is committed before its DATA is written: of the first ones when the server has taken the first
recipient, of those that join later before they join. A letter whose content was not written is certainly not
accepted, whatever becomes of the connection.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
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
    """Letters to be sent together; the first is the one on the wire, and others may join at the end."""

    def __init__(
        self,
        grant: Callable[[], Awaitable[bool]],
        begins: Callable[[Car], bool],
        answered: Callable[[Car, Outcome], None],
    ) -> None:
        """`grant` commits the doubt of the first letters, and takes away those that may not go.

        It tells whether the first of them still may. `begins` is asked before the content of each leaves, and
        `answered` is told what became of it.
        """
        self.cars: deque[Car] = deque()
        self._grant: Callable[[], Awaitable[bool]] | None = grant
        self.begins = begins
        self.answered = answered
        self.dropped = False
        self.retried: Car | None = None  # the letter that a connection ended with, and that goes over another

    @property
    def wanted(self) -> bool:
        """Whether some letter is still to be sent."""
        return not self.dropped and bool(self.cars)

    async def granted(self) -> bool:
        """After this the doubt of all is committed. Whether the first may go."""
        grant, self._grant = self._grant, None
        return grant is None or await grant()


class Passengers(Protocol):
    """Who knows about the letters of a train."""

    async def grant(self) -> bool:
        """Right before the first DATA: commits the doubt of all, and tells whether the first may go."""

    def goes_on(self) -> bool:
        """Whether one more may be announced."""

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

    async def run(self, cars: Sequence[Car]) -> None:
        """Send them until one is refused before its content, lost, or not wanted any more.

        The connection is closed unless it can be used for the next mail.
        """
        try:
            self._wire.write(cars[0].announcement, replies=2)
            if await self._stops_at(("MAIL", "RCPT")):
                return
            if not await self._passengers.grant():
                self._leave()
                return
            self._wire.write(_DATA, replies=1)
            stages: Sequence[Stage] = ("DATA",)
            while await self._one(cars, stages):
                stages = _STAGES
        except Lost as lost:
            self._passengers.answered(outcome(0, dot_written=self._written, reply=str(lost)))
            self._wire.fail("closed by us")
        except BaseException:
            self._wire.fail("closed by us")
            raise

    async def _stops_at(self, stages: Sequence[Stage]) -> bool:
        """Whether one of these answers is not the wanted one. Then the letter has its answer."""
        self._written = self._in_data = False
        refused = await self._refused(stages)
        if refused is not None:
            self._passengers.answered(refused)
            self._leave()
        return refused is not None

    async def _one(self, cars: Sequence[Car], stages: Sequence[Stage]) -> bool:
        """Send the first, of which these answers are owed. Whether the next is announced."""
        if await self._stops_at(stages):
            return False
        if not self._passengers.begins():
            self._leave()
            return False
        more = len(cars) > 1 and self._passengers.goes_on()
        ahead = cars[1].announcement + _DATA if more else b""
        self._written = True
        self._wire.write(b"%b.\r\n%b" % (cars[0].content, ahead), replies=4 if more else 1)
        await self._wire.drain(self._limits.body)
        reply = await self._wire.reply(self._limits.final)
        result = outcome(reply.code, dot_written=True, reply=reply.text, stage="dot")
        self._passengers.answered(result)
        if result.state == "unknown" or (result.state != "sent" and not more):
            self._leave()
            return False
        return more

    async def _refused(self, stages: Sequence[Stage]) -> Outcome | None:
        """The first of the answers that is not the wanted one; all of them are read."""
        found: Outcome | None = None
        for stage in stages:
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
