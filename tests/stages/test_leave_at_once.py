"""What a unit opens it does not read back, and its ring leaves without another word to the database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bridge.core.model import AudienceFacts
from bridge.loops.composers import OncallComposer
from bridge.loops.lanes import TOGETHER, LaneDependencies, LaneWorker, leave
from bridge.loops.results import Results
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Mail
from bridge.sources.post import Parsed
from bridge.stages.instances import ThisInstance
from bridge.stages.leave_at_once import FEW, Hands, receive_and_ring
from bridge.stages.wake import Wake
from bridge.store.tx import Tx
from tests.parts.midori import seconds
from tests.stages.office import KEYS, Office
from tests.stages.samples import NIGHT, configured, firing
from tests.stages.test_plans import statements

ME = ThisInstance("one", "boot-1")
STORM = [f"shop{n}" for n in range(3 * TOGETHER)]


def opens(office: Office, *services: str) -> Callable[[Tx], Wake]:
    """A unit that opens an incident of each service, and rings about it."""
    office.runtime = replace(office.runtime, config=configured(services))
    lists = {name: AudienceFacts("shop-customers", 3, "digest", as_of=NIGHT) for name in services}
    posts = [Parsed(tuple(firing(service=name) for name in services))]
    hands = Hands(office.runtime, ME.id, KEYS, "")
    return lambda tx: receive_and_ring(tx, hands, "alertmanager", posts, lambda _: lists)[1]


@dataclass
class TakesAll:
    """A relay that accepts whatever it is given, and remembers it."""

    before: Callable[[], None] = lambda: None
    up: bool = True
    retry_in: float = 0.0
    takes_trains: bool = False
    taken: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> Outcome:
        await mail.before_data()
        self.before()
        self.taken.append(mail)
        return Outcome("sent", 250, "2.0.0 Ok")


class Rest:
    """The lane's bell, which no time rings. `begun`: the lane has looked, found nothing, and waits."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, *_until: object) -> None:
        self.begun.set()
        await self._rung.wait()
        self._rung.clear()


@asynccontextmanager
async def lane(office: Office, relay: TakesAll) -> AsyncIterator[Callable[[Wake], None]]:
    """The on-call's lane at work, and the way into it."""
    marks = Results(office.store, lambda: ME, lambda: None, lambda letter: None, lambda row, fence: None)
    lanes = LaneDependencies(
        office.store, marks, lambda: ME, office.clock, lambda: office.runtime, lambda wake: None
    )
    composer = OncallComposer(office.store, lambda: office.runtime, KEYS, lambda: "", office.clock)
    rest = Rest()
    worker = LaneWorker("oncall", lanes, lambda: [relay], 2, rest, composer)  # type: ignore
    working = [asyncio.create_task(each.run()) for each in (worker, marks)]
    await rest.begun.wait()
    try:
        yield lambda wake: leave(worker, composer, wake.leaving)
    finally:
        worker.stop()
        await working[0]
        marks.close()
        await working[1]


async def sent(relay: TakesAll, mails: int) -> None:
    async with asyncio.timeout(20):
        while True:
            if len(relay.taken) >= mails:
                return
            await asyncio.sleep(0.01)


async def states(office: Office) -> set[tuple[str, str | None]]:
    def read(tx: Tx) -> set[tuple[str, str | None]]:
        rows = tx.connection.exec_driver_sql("SELECT state, owner FROM outbox WHERE kind = 'ring'")
        return {(row[0], row[1]) for row in rows}

    return await office.store.read(read)


async def test_a_unit_knows_of_what_it_opens_what_the_database_does(office: Office) -> None:
    def both(tx: Tx) -> list[list[Any]]:
        opens(office, "shop0")(tx)
        tx.flush()
        seen = []
        for _ in ("at hand", "read"):
            (incident,) = tx.incidents.taking_alerts(["shop0"]).values()
            (notice,) = tx.notices.of(incident.id)
            seen.append(
                [
                    tx.incidents.get(incident.id),
                    tx.notices.get(notice.id),
                    notice,
                    tx.notices.version(notice.id, 1),
                    tx.rings.of(notice.id),
                    tx.links.of(notice.id),
                    tx.outbox.refused_people(notice.id),
                    tx.alerts.severities(incident.id),
                    [
                        (alert.fingerprint, alert.starts_at)
                        for alert in tx.alerts.in_kinds(incident, ["alertname"])
                    ],
                    tx.notices.last_sent("shop0", exclude=""),
                ]
            )
            tx.own.forget(incident.id)
            tx.own.without_past.clear()
        return seen

    at_hand, read = await office.store.run(both)
    assert at_hand == read


async def test_what_is_changed_afterwards_is_read(office: Office) -> None:
    def changed(tx: Tx) -> tuple[str, int | None, bool]:
        opens(office, "shop0")(tx)
        (incident,) = tx.incidents.taking_alerts(["shop0"]).values()
        (notice,) = tx.notices.of(incident.id)
        tx.notices.set(notice.id, number=7)
        tx.rings.cancel(notice.id)
        again = tx.notices.get(notice.id)
        tx.incidents.move(incident, "closed")
        moved = tx.incidents.get(incident.id)
        pending = any(ring.state == "pending" for ring in tx.rings.of(notice.id))
        return moved.state if moved else "", again.number if again else None, pending

    assert await office.store.run(changed) == ("closed", 7, False)


async def test_what_a_mail_says_is_asked_of_nobody(office: Office) -> None:
    """A statement a table, and those about who is concerned: composing adds none for one ring more."""

    async def asked(services: list[str]) -> int:
        def count(tx: Tx) -> int:
            with statements(tx.connection) as seen:
                wake = opens(office, *services)(tx)
            assert all(ring.composed for ring in wake.leaving)
            return len([one for one, _ in seen if "advisory" not in one and "notify" not in one])

        return await office.store.run(count)

    one = await asked(STORM[:1])
    office.clock.move(seconds(1))  # when its sender was heard is written once a second
    assert await asked(STORM[1:]) <= one <= 15


@pytest.mark.parametrize("services, state", [(FEW, "in_doubt"), (FEW + 1, "sending")])
async def test_rings_are_claimed_as_they_fire_and_only_a_few_are_in_doubt(
    office: Office, services: int, state: str
) -> None:
    wake = await office.store.run(opens(office, *STORM[:services]))
    assert (wake.oncall, wake.rung, len(wake.leaving)) == (False, services, services)
    assert await states(office) == {(state, ME.id)}
    assert await office.claim("oncall") == []


async def test_between_an_alert_and_its_ring_there_is_one_commit(office: Office) -> None:
    begun: list[str] = []

    def note(connection: Connection) -> None:
        begun.append(connection.get_execution_options()["purpose"])

    relay = TakesAll(lambda: begun.append("mail"))
    async with lane(office, relay) as hand_over:
        event.listen(office.store._database.engine, "begin", note)
        hand_over(await office.store.run(opens(office, "shop0")))
        await sent(relay, 1)
    assert begun[:2] == ["write", "mail"]
    assert await states(office) == {("sent", None)}


async def test_rings_of_a_storm_share_the_commit_of_their_doubt(office: Office) -> None:
    softly: list[str] = []

    def note(connection: Connection) -> None:
        purpose = connection.get_execution_options()["purpose"]
        softly.extend([purpose] if purpose == "soft" else [])

    relay = TakesAll()
    async with lane(office, relay) as hand_over:
        wake = await office.store.run(opens(office, *STORM))
        event.listen(office.store._database.engine, "begin", note)
        hand_over(wake)
        await sent(relay, len(STORM))
    assert len(softly) <= len(STORM) // TOGETHER + 2
    assert await states(office) == {("sent", None)}


async def test_a_ring_that_a_dead_process_had_in_its_hands_is_rung_by_the_next(office: Office) -> None:
    await office.store.run(opens(office, "shop0"))
    await office.restart("two")
    office.clock.move(seconds(6))
    assert [row.person for row in await office.claim("oncall", instance_id="two")] == ["maruyama"]


async def test_a_ring_of_an_incident_that_was_changed_meanwhile_is_left_to_the_lane(office: Office) -> None:
    """A post that left alerts out changes its incident: it is read then, and its ring is claimed as any other."""
    opens(office, "shop0")
    hands, lists = (
        Hands(office.runtime, ME.id, KEYS, ""),
        {"shop0": AudienceFacts("shop-customers", 3, "digest")},
    )
    posts = [Parsed((firing(service="shop0"),), truncated=7)]
    _, wake = await office.store.run(
        lambda tx: receive_and_ring(tx, hands, "alertmanager", posts, lambda _: lists)
    )
    assert (wake.oncall, wake.rung, wake.leaving) == (True, 1, ())
    assert [row.person for row in await office.claim("oncall")] == ["maruyama"]
