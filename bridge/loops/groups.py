"""Letters that are given to a connection together: one commit of their doubt, and no pause between them.

The doubt of the first is committed right before their first DATA, that of the next while these are on the wire; each
result rides early. A lost connection leaves one letter in doubt; only a killed process leaves those of two groups
that were not begun. After that they go one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bridge.errors import BridgeError, StorageDown
from bridge.log import Logger
from bridge.loops.outgoing import Composer
from bridge.loops.results import Results
from bridge.loops.verdicts import result, unsent
from bridge.smtp.connect import SmtpError
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Relay
from bridge.smtp.train import Car, Load
from bridge.store.claims import Claimed, DeliveryResult

log = Logger(__name__)


@dataclass
class GroupDependencies:
    """What a group needs of its lane. `single` sends one message by itself, and never raises.

    `more`: letters that wait and may join those on their way to this relay. `settle` says what to write about an
    answer, and `finish` writes it: the message is nobody's any more.
    """

    marks: Results
    compose: Composer
    wanted: Callable[[Claimed], bool]
    more: Callable[[Relay], Sequence[Claimed]]
    single: Callable[[Claimed], Awaitable[DeliveryResult]]
    settle: Callable[[Claimed, Outcome], DeliveryResult]
    finish: Callable[[Claimed, DeliveryResult], None]


@dataclass(eq=False)
class LetterGroup:
    """The letters of one connection, from the first ones to the last that joined them."""

    lane: GroupDependencies
    relay: Relay
    _open: dict[int, Claimed] = field(default_factory=dict)  # those without their mark, by id
    _begun: set[int] = field(default_factory=set)  # those whose content may have left
    _alone: list[Claimed] = field(default_factory=list)  # those that need more care
    _joining: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._load = Load(self._grant, self._begins, self._answered)

    def stop(self) -> None:
        """What was not begun is not sent any more."""
        for row in [row for row in self._open.values() if row.id not in self._begun]:
            self._finish(row, unsent(row))

    async def send(self, rows: Sequence[Claimed]) -> None:
        """Send these and those that join them, and write what became of each."""
        try:
            self._load.cars.extend(await self._composed(rows))
            await self._send_together()
            for row in self._alone:
                self._finish(row, await self.lane.single(row))
        except asyncio.CancelledError:
            for row_id in self._begun:
                self._open.pop(row_id, None)  # its answer may still come: the next start sorts it out
            raise
        finally:
            if self._joining:
                self._joining.cancel()
            for row in list(self._open.values()):
                lost = Outcome("unknown", reply="the bridge did not hear the answer")
                self._finish(row, self.lane.settle(row, lost) if row.id in self._begun else unsent(row))

    def _finish(self, row: Claimed, mark: DeliveryResult) -> None:
        if self._open.pop(row.id, None) is not None:
            self.lane.finish(row, mark)

    async def _composed(self, rows: Sequence[Claimed]) -> list[Car]:
        """Those that can go together; those that need more care are put aside."""
        self._open |= {row.id: row for row in rows}
        together: list[Car] = []
        for row in rows:
            if not self.lane.wanted(row):
                self._finish(row, unsent(row))
                continue
            try:
                mail = await self.lane.compose(row)
                announcement = mail.envelope.announcement() if mail else None
                if mail is None or announcement is None or row.ambiguous or row.crashes:
                    self._alone.append(row)
                else:
                    together.append(Car(row.id, row.notice_id or "", row.address, announcement, mail.content))
            except StorageDown:
                self._finish(row, unsent(row))
            except BridgeError as error:
                self._finish(row, result(row, "failed", str(error)))
            except Exception:
                self._alone.append(row)  # our own fault: it is counted there
        return together

    async def _send_together(self) -> None:
        try:
            while self._load.cars:
                await self.relay.send_group(self._load)
                if self._load.cars:
                    return  # not wanted any more, or the server has a pace now
                if self._joining:
                    await self._joining
        except SmtpError as error:
            log.warning("relay_down", lane="customers", error=str(error))

    async def _grant(self) -> bool:
        first = self._load.cars[0]
        granted = await self._granted(self._load.cars, ahead=False)
        self._load.cars.clear()
        self._load.cars.extend(granted)
        return granted[:1] == [first]

    async def _granted(self, cars: Sequence[Car], *, ahead: bool) -> list[Car]:
        """Those of which the doubt is committed now; the others wait for another turn."""
        rows = {car.row: self._open[car.row] for car in cars if car.row in self._open}
        granted = await self.lane.marks.in_doubt(list(rows.values()), ahead=ahead)
        for row in rows.values():
            if (row.id, row.fence) not in granted:
                self._finish(row, unsent(row))
        return [car for car in cars if car.row in self._open]

    def _begins(self, car: Car) -> bool:
        row = self._open.get(car.row)
        if row is None or not self.lane.wanted(row):
            return False
        self._begun.add(car.row)
        if self._joining is None and not self._alone and len(self._load.cars) <= self.relay.group:
            self._joining = asyncio.create_task(self._join())
        return True

    def _answered(self, car: Car, outcome: Outcome) -> None:
        self._begun.discard(car.row)
        row = self._open[car.row]
        self._finish(row, self.lane.settle(row, outcome))

    async def _join(self) -> None:
        """While the last ones are on the wire, the next get ready."""
        try:
            if rows := self.lane.more(self.relay):
                self._load.cars.extend(await self._granted(await self._composed(rows), ahead=True))
        finally:
            self._joining = None
