"""Letters over one connection without a pause, from the first to the last that was ready when it was needed.

Their doubt was committed with their claim, for as many as the connections take in a moment; each result rides with
the next claim. A lost connection leaves one letter in doubt; only a killed process leaves those that were not begun,
and after that they go one by one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.log import Logger
from bridge.loops.verdicts import unsent
from bridge.smtp.connect import SmtpError
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Relay
from bridge.smtp.train import Car, Load
from bridge.store.claims import Claimed, DeliveryResult

log = Logger(__name__)


class Ready(NamedTuple):
    """A claimed message that waits for a sender. `car`: ready for a train; None for one that goes by itself.

    `until`: it may not be begun later (seconds of a monotonic clock): what was known at its claim is old then.
    """

    row: Claimed
    car: Car | None
    until: float


@dataclass
class TrainDependencies:
    """What the letters of a train need of their lane. `more`: the next that is ready for this relay.

    `settle` says what to write about an answer, and `finish` writes it: the message is nobody's any more.
    """

    wanted: Callable[[Claimed], bool]
    more: Callable[[Relay], Ready | None]
    settle: Callable[[Claimed, Outcome], DeliveryResult]
    finish: Callable[[Claimed, DeliveryResult], None]


@dataclass(eq=False)
class LetterTrain:
    """The letters of one connection. `aside`: the one after them, which goes by itself."""

    lane: TrainDependencies
    relay: Relay
    aside: Ready | None = None
    _open: dict[int, Claimed] = field(default_factory=dict)  # those without their mark, by id
    _begun: int | None = None  # the one whose content may have left

    def __post_init__(self) -> None:
        self._load = Load(self._more, self._begins, self._answered)

    def stop(self) -> None:
        """What was not begun is not sent any more."""
        for row in [row for row in self._open.values() if row.id != self._begun]:
            self._finish(row, unsent(row))

    async def send(self, first: Ready) -> None:
        """Send this one and those that follow, and write what became of each."""
        self._load.cars.append(self._opened(first.row, first.car))
        try:
            await self.relay.send_train(self._load)
        except SmtpError as error:
            log.warning("relay_down", lane="customers", error=str(error))
        except asyncio.CancelledError:
            self._open.pop(self._begun or 0, None)  # its answer may still come: the next start sorts it out
            raise
        finally:
            for row in list(self._open.values()):
                lost = Outcome("unknown", reply="the bridge did not hear the answer")
                self._finish(row, self.lane.settle(row, lost) if row.id == self._begun else unsent(row))

    def _opened(self, row: Claimed, car: Car | None) -> Car:
        assert car is not None, "what goes by itself is no part of a train"
        self._open[row.id] = row
        return car

    def _finish(self, row: Claimed, mark: DeliveryResult) -> None:
        if self._open.pop(row.id, None) is not None:
            self.lane.finish(row, mark)

    def _more(self) -> Car | None:
        if self.aside is not None or (ready := self.lane.more(self.relay)) is None:
            return None
        if ready.car is None:
            self.aside = ready
            return None
        return self._opened(ready.row, ready.car)

    def _begins(self, car: Car) -> bool:
        row = self._open.get(car.row)
        if row is None or not self.lane.wanted(row):
            return False
        self._begun = car.row
        return True

    def _answered(self, car: Car, outcome: Outcome) -> None:
        self._begun = None
        if row := self._open.get(car.row):
            self._finish(row, self.lane.settle(row, outcome))
