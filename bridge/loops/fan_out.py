"""From an approved letter whose hold is over to rows in the outbox: its list is read again, and must be the same."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

import structlog

from bridge import metrics
from bridge.audiences.cache import CustomerLists
from bridge.audiences.file import AudienceError
from bridge.clock import pause
from bridge.core.kinds import Recipients, spec_of
from bridge.core.model import Notice, Recipient
from bridge.errors import StorageDown
from bridge.stages import fan_out
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.store import Store
from bridge.store.tx import Tx

log = structlog.get_logger(__name__)

OPEN_DOTS = 8  # seconds: as long as an instance that stops waits for them


@dataclass(frozen=True, slots=True)
class Loader:
    """Loads letters one after the other; one that cannot be loaded does not stop the next."""

    store: Store[Tx]
    runtime: Callable[[], Runtime]
    lists: CustomerLists
    instance_id: str
    wake: Callable[[Wake], None]

    async def load_due(self) -> None:
        """Every letter whose hold is over. Raises StorageDown."""
        tried: set[str] = set()
        while notice := await self.store.run(
            partial(fan_out.claim_letter, runtime=self.runtime(), instance_id=self.instance_id, exclude=tried)
        ):
            tried.add(notice.id)
            try:
                await self._load_one(notice)
            except StorageDown:
                raise
            except Exception:
                metrics.LOOP_FAILURES.labels("load").inc()
                log.exception("letter_not_loaded", notice=notice.id)

    async def _load_one(self, notice: Notice) -> None:
        try:
            self.wake(await self._load(notice))
        except AudienceError as error:
            self.wake(await self._stop_changed(notice, str(error)))

    async def _load(self, notice: Notice) -> Wake:
        """Read the list again and put it into the outbox; another list than the approved one stops the letter."""
        if notice.sending_at is not None:
            return await self.store.run(partial(fan_out.go_on, runtime=self.runtime(), notice=notice))
        mode = await self.store.read(partial(fan_out.mode_of, notice=notice))
        if mode is None:
            return await self._stop_changed(notice, fan_out.MODE_CHANGED)
        if mode == "drill":
            unit = partial(fan_out.people_rung, runtime=self.runtime(), notice=notice)
            return await self._load_chunks(notice, _one(await self.store.read(unit)))
        if spec_of(notice.kind).recipients is Recipients.BATCH:
            batch = await self.store.read(partial(fan_out.batch_recipients, notice=notice))
            return await self._load_chunks(notice, _one(batch))
        if spec_of(notice.kind).recipients is Recipients.LEDGER:
            await self._wait_for_open_dots(notice)
            return await self._load_chunks(notice, self._reached(notice))
        service = await self.store.read(partial(_service_of, notice=notice))
        if await self.lists.digest(service) != notice.audience_digest:
            now = (await self.lists.facts([service])).get(service)
            return await self._stop_changed(notice, "list_changed", now.count if now else None)
        chunks = self.lists.chunks(service, fan_out.CHUNK, notice.audience_digest or "")
        return await self._load_chunks(notice, chunks)

    async def _wait_for_open_dots(self, notice: Notice) -> None:
        """Mails of the corrected letter that wait for the server's answer are given `OPEN_DOTS` seconds."""
        for _ in range(OPEN_DOTS):
            if not await self.store.read(lambda tx: tx.outbox.in_doubt(notice.corrects or "")):
                return
            await pause(1.0)

    async def _reached(self, notice: Notice) -> AsyncIterator[list[Recipient]]:
        after = 0
        while rows := await self.store.read(partial(fan_out.reached, notice=notice, after=after)):
            yield [recipient for _, recipient in rows]
            after = rows[-1][0]

    async def _stop_changed(self, notice: Notice, why: str, listed: int | None = None) -> Wake:
        return await self.store.run(
            partial(fan_out.stop_changed, runtime=self.runtime(), notice=notice, why=why, listed=listed)
        )

    async def _load_chunks(self, notice: Notice, chunks: AsyncIterator[list[Recipient]]) -> Wake:
        start, chunk = 0, await anext(chunks, list[Recipient]())
        while True:
            following = await anext(chunks, None)
            unit = partial(
                fan_out.begin_send,
                runtime=self.runtime(),
                notice=notice,
                chunk=fan_out.Chunk(start, chunk),
                last=following is None,
            )
            wake = await self.store.run(unit)
            if following is None:
                return wake
            start, chunk = start + len(chunk), following


async def _one(chunk: list[Recipient]) -> AsyncIterator[list[Recipient]]:
    yield chunk


def _service_of(tx: Tx, notice: Notice) -> str:
    incident = tx.incidents.get(notice.incident_id)
    assert incident is not None, "a notice has an incident: a foreign key"
    return incident.service
