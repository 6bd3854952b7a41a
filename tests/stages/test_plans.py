"""What is asked again and again must not cost more with every letter that was ever sent, and every old incident."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, event, text

from bridge.core.continuity import Mark
from bridge.core.model import AudienceFacts, Notice
from bridge.loops.lanes import claim_rows
from bridge.loops.results import write_and_claim
from bridge.sources import Parsed
from bridge.stages.instances import ThisInstance
from bridge.stages.look_for_duties import AT_LEAST_EVERY
from bridge.stages.receive import receive
from bridge.store.claims import Claimed, DeliveryResult, Wanted
from bridge.store.tx import Tx
from bridge.web.api.serialize import incidents_out
from bridge.web.ops import stored_gauges
from bridge.web.page_loader import Asked, load
from tests.parts.midori import minutes, seconds
from tests.stages.office import KEYS, Office
from tests.stages.samples import NIGHT, configured, firing, resolved

LANES = ("oncall", "customers")
PARTIAL = "ix_(incidents_unfinished|incidents_look_at|notices_state|outbox_due|outbox_claimed|rings_pending)"


@contextmanager
def statements(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """What is executed on the connection meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def plans(tx: Tx, ask: Callable[[Tx], object]) -> list[str]:
    """How the database goes about everything that is asked."""
    on_sqlite = tx.connection.dialect.name == "sqlite"
    if not on_sqlite:  # it reads a table of three rows whole, whatever indexes there are
        tx.execute(text("SET LOCAL enable_seqscan = off"))
    with statements(tx.connection) as asked:
        ask(tx)
    explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
    cursor = tx.connection.connection.cursor()
    lines = []
    for statement, parameters in asked:
        cursor.execute(explain + statement, parameters)
        lines += [str(row[-1]).strip() for row in cursor.fetchall()]
    return lines


def whole(lines: list[str], *tables: str) -> list[str]:
    """The lines that read one of these tables from its first row to its last, an index of all its rows included."""
    scans = [
        re.compile(rf"(^SCAN|Seq Scan on) {table}\b(?! USING (COVERING )?INDEX {PARTIAL})")
        for table in tables
    ]
    return [line for line in lines if any(scan.search(line) for scan in scans)]


def round_of_lanes(tx: Tx) -> None:
    for lane in LANES:
        tx.claims.claim(Wanted(lane, 1), "nobody", ["shop"])
        tx.claims.next_due_at(lane, ["shop"])
        tx.claims.held(lane, "nobody")
    tx.claims.owners()
    tx.claims.after_clock_step_back()
    tx.claims.give_back(["nobody"], all_in_doubt=False, on_unknown="hold", died=True)


async def sent(office: Office) -> Notice:
    """A disturbance whose first report every customer got."""
    await office.post(firing())
    notice = await office.approve_and_send()
    await office.tick(seconds(10))
    return notice


async def test_what_the_loops_ask_again_and_again_never_reads_the_outbox_whole(office: Office) -> None:
    await sent(office)
    lines = await office.store.run(partial(plans, ask=round_of_lanes))
    assert any("ix_outbox_due" in line for line in lines)
    assert any("ix_outbox_claimed" in line for line in lines)
    assert not whole(lines, "outbox", "notices")


async def test_letters_cost_few_statements_each_time_that_some_are_claimed_and_others_done(
    office: Office, database_url: str
) -> None:
    """The record that may have been turned back, the letters that are sending, a change of many rows at a time."""
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    boot = await office.store.read(Tx.boot_id)

    def ride(tx: Tx, results: Sequence[DeliveryResult], me: ThisInstance) -> tuple[list[Claimed], list[str]]:
        wanted = Wanted("customers", 1, leaves=True)
        unit = partial(claim_rows, runtime=office.runtime, wanted=wanted, me=me)
        with statements(tx.connection) as seen:
            claimed, _, _ = write_and_claim(tx, results, unit, me, frozenset(ids))
        return claimed, [one for one, _ in seen]

    ids = {(await office.newest()).id}
    (first,), _ = await office.store.run(partial(ride, results=(), me=ThisInstance("one", boot)))
    database, tick = await office.store.read(lambda tx: tx.instances.name_and_tick())
    me = ThisInstance("one", boot, Mark(database, tick, first.id, first.fence, boot))
    result = DeliveryResult(first.id, first.fence, first.notice_id, "customers", "sent")
    (second,), asked = await office.store.run(partial(ride, results=[result], me=me))
    assert second.in_doubt
    assert second.id != first.id
    assert await office.counts(await office.newest()) == {"sent": 1, "in_doubt": 1, "queued": 1}
    assert len(asked) == (7 if database_url.startswith("sqlite") else 5), asked


async def test_whether_a_letter_is_done_is_asked_of_its_open_rows_alone(
    office: Office, database_url: str
) -> None:
    """SQLite would take the unique key, and read a million letters that were sent."""
    notice = await sent(office)

    def ask(tx: Tx) -> None:
        tx.outbox.unfinished(notice.id)
        tx.outbox.untried(notice.id)
        tx.outbox.tried_since(notice.id)
        tx.outbox.in_doubt(notice.id)
        tx.outbox.refusals(notice.id)
        tx.outbox.page(notice.id, ("failed", "unknown"), 0, 20)

    lines = [line for line in await office.store.run(partial(plans, ask=ask)) if "outbox" in line]
    if database_url.startswith("sqlite"):
        assert len(lines) == 6
        assert all("ix_outbox_notice_state (notice_id=? AND state=?" in line for line in lines), lines
    assert not whole(lines, "outbox")


async def test_a_scrape_reads_no_letter_that_was_sent(office: Office) -> None:
    """The counts of finished letters are kept, and those under way are counted by their own rows."""
    await sent(office)
    with_nothing_under_way = await office.store.run(
        partial(plans, ask=partial(stored_gauges, config=office.runtime.config))
    )
    assert not [line for line in with_nothing_under_way if "outbox" in line]
    assert not whole(with_nothing_under_way, "notices", "incidents")
    await office.post(firing("Another"))
    await office.tick(minutes(51))
    await office.press("maruyama", "approve")
    under_way = await office.store.run(
        partial(plans, ask=partial(stored_gauges, config=office.runtime.config))
    )
    assert [line for line in under_way if "outbox" in line]
    assert not whole(under_way, "outbox", "notices", "incidents")


async def test_a_post_reads_none_of_the_incidents_that_are_over(office: Office) -> None:
    await sent(office)

    def ask(tx: Tx) -> None:
        tx.incidents.taking_alerts(["shop", "pay"])
        tx.incidents.latest(["shop"])
        tx.incidents.unfinished()
        tx.alerts.owners([resolved()], ["shop", "pay"])

    lines = await office.store.run(partial(plans, ask=ask))
    assert not whole(lines, "incidents", "alerts"), lines
    if any(
        "USING INDEX" in line for line in lines
    ):  # SQLite; of three rows PostgreSQL takes whatever index it likes
        assert sum("ix_incidents_unfinished" in line for line in lines) >= 2, lines
        assert any("ix_incidents_service" in line for line in lines)


async def test_an_idle_round_of_the_timer_reads_no_incident_and_no_finished_notice(office: Office) -> None:
    await sent(office)
    timer = office.instance("one")
    await timer.tick()
    looked = await office.store.run(partial(plans, ask=lambda tx: timer._agenda(tx)))
    assert not whole(looked, "incidents", "notices", "alerts", "outbox", "rings"), looked
    agenda = await office.store.read(timer._agenda)
    assert (agenda.duties.owing, agenda.duties.looked, agenda.duties.rules_changed) == ((), (), None)
    assert agenda.duties.next_at is not None
    assert agenda.now < agenda.duties.next_at <= agenda.now + AT_LEAST_EVERY


async def test_one_more_finished_incident_is_no_more_statements_for_the_list(office: Office) -> None:
    """Everything is read for all incidents at once."""

    async def asked() -> int:
        def count(tx: Tx) -> int:
            with statements(tx.connection) as seen:
                incidents_out(tx, office.runtime, tx.incidents.page(None, 50), {})
            return len(seen)

        return await office.store.read(count)

    numbers = []
    for _ in range(3):
        await office.post(firing(starts_at=office.clock.now))
        await office.press("maruyama", "dismiss", reason="drill")
        await office.post(resolved(ends_at=office.clock.now))
        await office.tick(minutes(6))
        await office.tick(minutes(70))
        numbers.append(await asked())
    assert {incident.state for incident in await office.incidents()} == {"closed"}
    assert [later - earlier for earlier, later in pairwise(numbers)] == [0, 0]


async def test_one_more_service_that_a_post_opens_is_no_more_statements(office: Office) -> None:
    """38 each while everything was read back, 27 while each wrote by itself: its ring is among them."""
    names = [f"shop{n}" for n in range(4)]
    office.runtime = replace(office.runtime, config=configured(names))
    lists = {name: AudienceFacts("shop-customers", 3, "digest", as_of=NIGHT) for name in names}

    async def asked(*services: str) -> list[str]:
        def count(tx: Tx) -> list[str]:
            posts = [Parsed(tuple(firing(service=name) for name in services))]
            with statements(tx.connection) as seen:
                _, wake = receive(tx, office.runtime, "alertmanager", posts, lambda _: lists)
                tx.flush()
            assert wake.rung == len(services)
            return [one for one, _ in seen if "advisory" not in one and "notify" not in one]

        return await office.store.run(count)

    one = await asked("shop3")
    office.clock.move(seconds(1))  # when its sender was heard is written once a second
    three = await asked("shop0", "shop1", "shop2")
    assert len(one) == len(three) <= 15, one


async def test_what_was_told_already_writes_nothing(office: Office) -> None:
    await office.post(firing())

    def again(tx: Tx) -> list[str]:
        with statements(tx.connection) as seen:
            receive(tx, office.runtime, "alertmanager", [Parsed((firing(),))], lambda _: None)
        return [one.split()[0] for one, _ in seen if "advisory" not in one]

    assert set(await office.store.run(again)) == {"SELECT"}
    office.clock.move(seconds(1))
    assert "INSERT" in await office.store.run(again), "that its sender was heard"


async def test_one_more_letter_that_waits_is_two_more_statements_for_the_list(office: Office) -> None:
    """What its findings ask beyond what was read for all: eight more while each asked by itself, some twice."""
    names = [f"shop{n}" for n in range(4)]
    office.runtime = replace(office.runtime, config=configured(names))

    def asked(tx: Tx) -> int:
        with statements(tx.connection) as seen:
            incidents_out(tx, office.runtime, tx.incidents.page(None, 50), {})
        return len(seen)

    numbers = []
    for name in names:
        await office.post(firing(service=name))
        numbers.append(await office.store.read(asked))
    assert [later - earlier for earlier, later in pairwise(numbers)] == [2, 2, 2]


async def test_a_page_asks_nothing_twice(office: Office) -> None:
    await office.post(firing())
    link = await office.link(await office.newest(), "maruyama")

    def asked(tx: Tx) -> list[tuple[str, str]]:
        with statements(tx.connection) as seen:
            load(tx, office.runtime, link, Asked(KEYS, {}))
        return [(statement, repr(values)) for statement, values in seen]

    seen = await office.store.read(asked)
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) <= 20
