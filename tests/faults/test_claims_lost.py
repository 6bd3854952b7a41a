"""Claims that PostgreSQL has and no sender: an answer that never came, soft marks that a crash undid."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import pytest

from bridge.errors import StorageDown
from bridge.loops.lanes import LaneDependencies as Lanes
from bridge.loops.lanes import LaneWorker
from bridge.loops.outgoing import OutgoingMail
from bridge.loops.results import Results, mark_in_doubt, write_results
from bridge.metronome import Metronome
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Mail
from bridge.smtp.session import Envelope
from bridge.stages.instances import ThisInstance
from bridge.store.claims import Claimed, DeliveryResult
from bridge.store.tx import Tx
from tests.faults.test_storage_postgresql import commit_answer_lost
from tests.parts.midori import seconds
from tests.parts.postgres import Postgres, postgres
from tests.parts.waiting import until
from tests.stages.office import Office, office
from tests.stages.samples import firing


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server whose soft commits stay in its memory, for a crash to lose."""
    with postgres() as cluster:
        cluster.sql("ALTER SYSTEM SET wal_writer_delay = '10s'")
        cluster.restart()
        yield cluster


@pytest.fixture
def url(server: Postgres) -> Iterator[str]:
    with server.fresh_database() as fresh:
        yield fresh


@dataclass
class TakesAll:
    """A relay that accepts whatever it is given."""

    up: bool = True
    retry_in: float = 0.0
    taken: list[str] = field(default_factory=list)

    takes_trains: bool = False

    async def turn(self, _wanted: Callable[[], bool]) -> bool:
        return True

    async def send(self, mail: Mail) -> Outcome:
        await mail.before_data()
        self.taken.append(mail.envelope.recipient)
        return Outcome("sent", 250, "2.0.0 Ok")


async def compose(row: Claimed) -> OutgoingMail:
    return OutgoingMail(Envelope("support@example.jp", row.address), b"")


async def boot_of(office: Office) -> str:
    return await office.store.read(Tx.boot_id)


@asynccontextmanager
async def lane(office: Office, relay: TakesAll, boot_id: str) -> AsyncIterator[None]:
    """The customers' lane of instance "one", at work."""
    bell = Metronome().bell("customers")
    me = ThisInstance("one", boot_id)
    marks = Results(office.store, lambda: me, lambda: None, lambda letter: None, lambda row, fence: None)
    lanes = Lanes(
        office.store,
        marks,
        lambda: ThisInstance("one", boot_id),
        office.clock,
        lambda: office.runtime,
        lambda wake: None,
    )
    worker = LaneWorker("customers", lanes, lambda: [relay], 2, bell, compose)  # type: ignore[list-item]
    working = [asyncio.create_task(each.run()) for each in (worker, marks)]
    try:
        yield
    finally:
        worker.stop()
        await working[0]
        marks.close()
        await working[1]


async def sending(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))


async def until_counts(office: Office, **wanted: int) -> None:
    notice = await office.newest()
    async with asyncio.timeout(20):
        while True:
            if await office.counts(notice) == wanted:
                return
            await asyncio.sleep(0.05)


async def test_messages_are_sent_though_the_answer_to_their_claim_was_lost(url: str) -> None:
    relay = TakesAll()
    with commit_answer_lost(url) as (through_proxy, lost):
        async with office(through_proxy) as opened:
            await sending(opened)
            boot_id = await boot_of(opened)
            lost.arm()
            async with lane(opened, relay, boot_id):
                await asyncio.to_thread(until, lambda: lost.happened, 10, "the answer to the claim is lost")
                await until_counts(opened, sent=3)
    assert sorted(relay.taken) == [f"customer{n}@example.jp" for n in range(3)]


async def test_mails_whose_marks_a_crashed_server_forgot_are_in_doubt(server: Postgres, url: str) -> None:
    async with office(url) as opened:
        await sending(opened)
        boot_id = await boot_of(opened)
        claims = await opened.claim()
        me = ThisInstance("one", boot_id)
        await opened.store.run(partial(mark_in_doubt, rows=claims, me=me), soft=True)
        marks = [DeliveryResult(c.id, c.fence, c.notice_id, c.lane, "sent") for c in claims]
        await opened.store.run(partial(write_results, results=marks, me=me), soft=True)
        await asyncio.to_thread(server.restart, "immediate")
        await until_up(opened)
        async with lane(opened, TakesAll(), boot_id):
            await until_counts(opened, deferred=3)


async def until_up(office: Office) -> None:
    async with asyncio.timeout(20):
        while True:
            with suppress(StorageDown):
                await office.newest()
                return
            await asyncio.sleep(0.1)
