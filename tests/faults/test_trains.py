"""Letters that leave one behind the other: in doubt from their claim on, and only while they are about to leave."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from bridge.core.model import Recipient
from bridge.loops import lanes
from bridge.loops.lanes import AHEAD, FIRST, claim_rows
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Mail
from bridge.smtp.train import Load
from bridge.stages.instances import ThisInstance
from bridge.store.claims import Claimed, Wanted
from tests.faults.test_claims_lost import TakesAll, boot_of, lane, sending, until_counts
from tests.parts.midori import minutes
from tests.parts.waiting import until
from tests.stages.office import Office, office

ME = ThisInstance("one", "boot-1")
LETTERS = 400
ALONE = 2 * FIRST  # these go one by one: until one is taken, the server may be silent


@dataclass
class TakesTrains(TakesAll):
    """A relay that accepts them without a pause. `gate`: it takes none before that is open."""

    takes_trains: bool = True
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    async def send_train(self, load: Load) -> None:
        self.asked += 1
        await self.gate.wait()
        while load.wanted:
            car = load.cars[0]
            if not load.begins(car):
                load.dropped = True
                return
            self.taken.append(car.recipient)
            load.cars.popleft()
            load.answered(car, Outcome("sent", 250, "2.0.0 Ok"))
            await asyncio.sleep(0)
            if following := load.more():
                load.cars.append(following)


@dataclass
class Silent(TakesTrains):
    """A relay that says nothing, to letters that go one by one either, before its gate is open."""

    async def send(self, mail: Mail) -> Outcome:
        await self.gate.wait()
        return await super().send(mail)


async def long_list(opened: Office) -> None:
    opened.recipients = [Recipient(f"customer{n}@example.jp") for n in range(LETTERS)]
    await sending(opened)


async def claimed(opened: Office, wanted: Wanted) -> list[Claimed]:
    return await opened.store.run(partial(claim_rows, runtime=opened.runtime, wanted=wanted, me=ME))


@contextmanager
def claims(opened: Office) -> Iterator[list[str]]:
    """The statements that change rows of the outbox meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split()[:2] == ["UPDATE", "outbox"]:
            seen.append(statement)

    engine = opened.store._database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def test_letters_about_to_leave_are_in_doubt_from_their_claim_on(database_url: str) -> None:
    async with office(database_url) as opened:
        await sending(opened)
        first, second = await claimed(opened, Wanted("customers", 2))
        assert {first.state, second.state} == {"sending"}
        await opened.may_write_dot([first])
        await opened.restart("two")  # one was in doubt when its process died, one was not begun
        opened.clock.move(minutes(2))
        again = await claimed(opened, Wanted("customers", 10, leaves=True))
        assert sorted(row.state for row in again) == ["in_doubt", "sending", "sending"]
        assert await opened.counts(await opened.newest()) == {"sending": 2, "in_doubt": 1}


async def test_a_sending_costs_two_statements_for_each_claim(database_url: str) -> None:
    relay = TakesTrains()
    relay.gate.set()
    async with office(database_url) as opened:
        await long_list(opened)
        with claims(opened) as seen:
            async with lane(opened, relay, await boot_of(opened)):
                await until_counts(opened, sent=LETTERS)
    assert sorted(relay.taken) == sorted(row.address for row in opened.recipients)
    refills = LETTERS // (2 * AHEAD * 3 // 4)
    assert len(seen) <= ALONE + 3 * (refills + 2), "claims, their results, and a late result or two"


async def test_with_hold_nobody_is_in_doubt_who_is_not_on_the_wire(database_url: str) -> None:
    relay = TakesTrains()
    async with office(database_url) as opened:
        config = opened.runtime.config
        smtp = config.smtp.model_copy(update={"on_unknown": "hold"})
        opened.runtime = replace(opened.runtime, config=config.model_copy(update={"smtp": smtp}))
        await sending(opened)
        async with lane(opened, relay, await boot_of(opened)):
            await until_counts(opened, sent=3)
    assert relay.asked == 0


async def test_nobody_is_in_doubt_before_the_server_takes_letters(database_url: str) -> None:
    relay = Silent()
    async with office(database_url) as opened:
        await long_list(opened)
        async with lane(opened, relay, await boot_of(opened)):
            await until_counts(opened, sending=ALONE, queued=LETTERS - ALONE)
            relay.gate.set()
            await until_counts(opened, sent=LETTERS)


async def test_what_waited_too_long_is_claimed_anew(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = TakesTrains()
    relay.gate.set()
    monkeypatch.setattr(lanes, "STALE", -1.0)
    async with office(database_url) as opened:
        await sending(opened)
        async with lane(opened, relay, await boot_of(opened)):
            await asyncio.sleep(0.5)
            assert relay.asked == 0
            monkeypatch.undo()
            await until_counts(opened, sent=3)


async def test_what_was_not_begun_is_put_back_at_once_when_the_bridge_stops(database_url: str) -> None:
    relay = TakesTrains()
    async with office(database_url) as opened:
        await long_list(opened)
        async with lane(opened, relay, await boot_of(opened)):
            await asyncio.to_thread(until, lambda: relay.asked == 2, 10, "both senders wait for the relay")
            asyncio.get_running_loop().call_later(0.2, relay.gate.set)
        taken = len(relay.taken)
        assert 0 < taken <= ALONE
        await until_counts(opened, sent=taken, queued=LETTERS - taken)
