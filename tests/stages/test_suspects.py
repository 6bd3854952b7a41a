"""Messages that processes die with: counted before they are dialled, tried alone after all others, then failed."""

from functools import partial

from bridge.stages.instances import recover_claims
from bridge.store.claims import CRASHES, DeliveryResult
from bridge.store.tx import Tx
from tests.parts.midori import seconds
from tests.stages.office import Office
from tests.stages.samples import customers, firing


async def sending(office: Office, count: int) -> None:
    office.recipients = customers(count)
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))


async def die(office: Office) -> list[str]:
    """A process claims, and is killed before any DATA; the addresses it had in its hands."""
    claims = await office.claim(instance_id="dead")
    await office.store.run(
        partial(recover_claims, instance_id="two", boot_id="boot-1", on_unknown="hold", alone=True)
    )
    return [claim.address for claim in claims]


def beat(tx: Tx) -> None:
    tx.instances.beat("dead", "boot-1")


async def test_a_message_that_several_processes_died_with_is_claimed_alone_and_last(office: Office) -> None:
    await sending(office, 3)
    [later] = await office.claim(limit=1)
    refused = DeliveryResult(
        later.id, later.fence, later.notice_id, "customers", "deferred", "450 busy", seconds(60)
    )
    await office.mark(refused)
    for _ in range(CRASHES):
        await office.store.run(beat)
        assert len(await die(office)) == 2
    office.clock.move(seconds(60))
    others = await office.claim()
    assert [(one.id, one.suspect) for one in others] == [(later.id, False)]
    alone = await office.claim()
    assert [one.suspect for one in alone] == [True]


async def test_a_message_that_is_alone_when_processes_die_has_failed_in_the_end(office: Office) -> None:
    await sending(office, 1)
    deaths = 0
    while await office.counts(await office.newest()) == {"queued": 1}:
        await office.store.run(beat)
        assert await die(office)
        deaths += 1
    assert deaths == 2 * CRASHES
    notice = await office.newest()
    [row] = await office.store.read(lambda tx: tx.outbox.page(notice.id, ["failed"], 0, 10))
    assert row.reply == "the bridge died each time that it tried this message"


async def test_a_process_that_ends_in_order_costs_no_attempt(office: Office) -> None:
    await sending(office, 1)
    for _ in range(3 * CRASHES):
        [claimed] = await office.claim(instance_id="one")
        assert (claimed.attempts, claimed.suspect) == (1, False)
        await office.store.run(lambda tx: tx.claims.give_back(["one"], all_in_doubt=False, on_unknown="hold"))


async def test_a_message_refused_for_hours_is_no_suspect_when_a_process_dies(office: Office) -> None:
    await sending(office, 1)
    for _ in range(3 * CRASHES):
        [claimed] = await office.claim(instance_id="dead")
        await office.may_write_dot([claimed], "dead")
        busy = DeliveryResult(
            claimed.id, claimed.fence, claimed.notice_id, "customers", "deferred", "450 busy"
        )
        await office.mark(busy, instance_id="dead")
    await office.store.run(beat)
    assert await die(office)
    [claimed] = await office.claim()
    assert (claimed.attempts, claimed.crashes, claimed.suspect) == (3 * CRASHES + 1, 1, False)
