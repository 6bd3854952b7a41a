"""From an approved letter whose hold is over to rows in the outbox: its list is read again, and must be the same."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bridge import metrics
from bridge.audiences.cache import CustomerLists
from bridge.audiences.file import AudienceError
from bridge.clock import pause
from bridge.core.kinds import Recipients, spec_of
from bridge.core.model import Notice, Recipient
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.stages import fan_out
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.store import Store
from bridge.store.tx import Tx

log = Logger(__name__)

OPEN_DOTS = 8  # seconds: as long as an instance that stops waits for them


@dataclass(frozen=True, slots=True)
class Loader:
    """Loads letters one after the other; one that cannot be loaded does not stop the next.

    A long list goes into the outbox while the hold runs. It counts when the hold is over, if it is the approved one
    then; until that no lane looks at its rows, and a letter that is called back takes them away.
    """

    store: Store[Tx]
    runtime: Callable[[], Runtime]
    lists: CustomerLists
    instance_id: str
    wake: Callable[[Wake], None]
    # During the hold: notice, approved when.
    _loaded: dict[str, datetime | None] = field(default_factory=dict)

    async def load_due(self) -> None:
        """Every letter whose hold is over; then the lists of those whose hold runs. Raises StorageDown."""
        await self._each(self._load_one, ahead=False)
        await self._each(self._load_ahead, ahead=True)

    async def _each(self, load: Callable[[Notice], Awaitable[None]], *, ahead: bool) -> None:
        tried: set[str] = set()
        while notice := await self.store.run(
            partial(
                fan_out.claim_letter,
                runtime=self.runtime(),
                instance_id=self.instance_id,
                exclude=tried,
                ahead=ahead,
            )
        ):
            tried.add(notice.id)
            try:
                await load(notice)
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

    async def _load_ahead(self, notice: Notice) -> None:
        """What is wrong with a letter is told when its hold is over."""
        mode = await self.store.read(partial(fan_out.mode_of, notice=notice))
        if mode != "real" or spec_of(notice.kind).recipients is not Recipients.SERVICE_LIST:
            return
        try:
            service, same = await self._approved_list(notice)
            if not same:
                return
            async for chunk in _numbered(self._list_of(service, notice)):
                await self._put(notice, chunk, last=False)
        except AudienceError:
            return
        self._loaded[notice.id] = notice.approved_at
        self.wake(Wake(timer=True))

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
        service, same = await self._approved_list(notice)
        if not same:
            now = (await self.lists.facts([service])).get(service)
            return await self._stop_changed(notice, "list_changed", now.count if now else None)
        if self._loaded.pop(notice.id, None) == notice.approved_at:
            return await self._put(notice, fan_out.Chunk(0, ()), last=True)
        return await self._load_chunks(notice, self._list_of(service, notice))

    async def _approved_list(self, notice: Notice) -> tuple[str, bool]:
        """The letter's service, and whether its list still is the approved one. Raises AudienceError."""
        service = await self.store.read(partial(_service_of, notice=notice))
        return service, await self.lists.digest(service) == notice.audience_digest

    def _list_of(self, service: str, notice: Notice) -> AsyncIterator[list[Recipient]]:
        """The list that was approved. Iterating raises AudienceError when it is another one."""
        return self.lists.chunks(service, fan_out.CHUNK, notice.audience_digest or "")

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
        numbered = _numbered(chunks)
        chunk = await anext(numbered, fan_out.Chunk(0, ()))
        while True:
            following = await anext(numbered, None)
            wake = await self._put(notice, chunk, last=following is None)
            if following is None:
                return wake
            chunk = following

    async def _put(self, notice: Notice, chunk: fan_out.Chunk, *, last: bool) -> Wake:
        unit = partial(fan_out.begin_send, runtime=self.runtime(), notice=notice, chunk=chunk, last=last)
        return await self.store.run(unit)


async def _numbered(chunks: AsyncIterator[list[Recipient]]) -> AsyncIterator[fan_out.Chunk]:
    start = 0
    async for recipients in chunks:
        yield fan_out.Chunk(start, recipients)
        start += len(recipients)


async def _one(chunk: list[Recipient]) -> AsyncIterator[list[Recipient]]:
    yield chunk


def _service_of(tx: Tx, notice: Notice) -> str:
    incident = tx.incidents.get(notice.incident_id)
    assert incident is not None, "a notice has an incident: a foreign key"
    return incident.service
