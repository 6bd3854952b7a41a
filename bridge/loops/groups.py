"""Letters that are given to a connection together: one commit of their doubt, and no pause between them.

Doubt is committed before the first is begun, and each result rides early. A lost connection leaves one letter in
doubt; only a killed process leaves those of a group that were not begun. After that they go one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from bridge.core.addresses import AddressError
from bridge.errors import BridgeError, StorageDown
from bridge.letters.mime import wire
from bridge.loops.outgoing import Composer, OutgoingMail
from bridge.loops.results import Results
from bridge.loops.verdicts import result, unsent
from bridge.smtp.connect import SmtpError
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Load, Mail, Relay
from bridge.store.claims import Claimed, DeliveryResult

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _Group:
    """`open`: those without their mark, by id. `begun`: those whose content may have left."""

    open: dict[int, Claimed]
    begun: set[int] = field(default_factory=set)


@dataclass
class GroupSender:
    """Of one lane. `single` sends one message by itself; `settle` says what to write about an answer."""

    marks: Results
    compose: Composer
    wanted: Callable[[Claimed], bool]
    single: Callable[[Claimed], Awaitable[DeliveryResult]]
    settle: Callable[[Claimed, Outcome], DeliveryResult]
    _groups: set[_Group] = field(default_factory=set)

    def stop(self) -> None:
        """What was not begun is not sent any more."""
        for group in self._groups:
            for row in [row for row in group.open.values() if row.id not in group.begun]:
                self._put(group, row, unsent(row))

    async def send(self, rows: Sequence[Claimed], relay: Relay) -> None:
        """Send these, and write what became of each."""
        group = _Group({row.id: row for row in rows})
        self._groups.add(group)
        try:
            together, alone = await self._composed(group, rows)
            await self._send_together(group, together, relay)
            for row in alone:
                self._put(group, row, await self.single(row))
        except asyncio.CancelledError:
            for row_id in group.begun:
                group.open.pop(row_id, None)  # its answer may still come: the next start sorts it out
            raise
        finally:
            self._groups.discard(group)
            for row in list(group.open.values()):
                lost = Outcome("unknown", reply="the bridge did not hear the answer")
                self._put(group, row, self.settle(row, lost) if row.id in group.begun else unsent(row))

    def _put(self, group: _Group, row: Claimed, mark: DeliveryResult) -> None:
        if group.open.pop(row.id, None) is not None:
            self.marks.put(mark)

    async def _composed(
        self, group: _Group, rows: Sequence[Claimed]
    ) -> tuple[list[tuple[Claimed, OutgoingMail]], list[Claimed]]:
        """Those that can go together with their mails, and those that need more care."""
        together: list[tuple[Claimed, OutgoingMail]] = []
        alone: list[Claimed] = []
        for row in rows:
            if not self.wanted(row):
                self._put(group, row, unsent(row))
                continue
            try:
                mail = await self.compose(row)
                if mail is None or row.ambiguous or row.crashes or not _is_plain(mail):
                    alone.append(row)
                else:
                    together.append((row, mail))
            except StorageDown:
                self._put(group, row, unsent(row))
            except BridgeError as error:
                self._put(group, row, result(row, "failed", str(error)))
            except Exception:
                alone.append(row)  # our own fault: it is counted there
        return together, alone

    async def _send_together(
        self, group: _Group, together: Sequence[tuple[Claimed, OutgoingMail]], relay: Relay
    ) -> None:
        if not together:
            return
        granted = await self.marks.in_doubt([row for row, _ in together])
        going = [(row, mail) for row, mail in together if (row.id, row.fence) in granted]

        def begins(n: int) -> bool:
            row = going[n][0]
            if row.id not in group.open or not self.wanted(row):
                return False
            group.begun.add(row.id)
            return True

        def answered(n: int, outcome: Outcome) -> None:
            row = going[n][0]
            self._put(group, row, self.settle(row, outcome))

        mails = [Mail(mail.envelope, wire(mail.raw), _granted, row.notice_id) for row, mail in going]
        try:
            await relay.send_group(Load(mails, begins, answered))
        except SmtpError as error:
            log.warning("relay_down", lane="customers", error=str(error))


async def _granted() -> None:
    """The doubt of every letter is committed already."""


def _is_plain(mail: OutgoingMail) -> bool:
    """Whether its address has one spelling, and needs nothing of the server."""
    try:
        _, rcpts, utf8 = mail.envelope.commands()
    except AddressError:
        return False
    return len(rcpts) == 1 and not utf8
