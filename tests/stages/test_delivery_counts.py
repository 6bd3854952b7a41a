"""How many letters are in each state: kept once a letter is finished, counted while it is under way."""

import pytest
from sqlalchemy import delete

from bridge.store.tables import outbox
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office
from tests.stages.samples import firing


async def totals(office: Office) -> dict[str, int]:
    return {**await office.store.read(lambda tx: tx.delivery_counts.all())}


async def begin(office: Office) -> None:
    """The first report is on its way to three customers, and two people were rung about it."""
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.tick(seconds(31))


async def test_the_mails_to_the_on_call_are_no_letters(office: Office) -> None:
    await begin(office)
    assert await office.counts(await office.newest()) == await totals(office) == {"queued": 3}


async def test_what_was_finished_is_known_without_its_rows(office: Office) -> None:
    await begin(office)
    await office.deliver()
    await office.tick()

    def lose(tx: Tx) -> None:
        tx.execute(delete(outbox).where(outbox.c.lane == "customers"))

    await office.store.run(lose)
    assert await office.counts(await office.newest()) == await totals(office) == {"sent": 3}


async def test_all_is_what_was_finished_and_what_is_under_way(office: Office) -> None:
    await begin(office)
    await office.deliver("failed", limit=1)
    await office.deliver()
    await office.tick()
    await office.tick(minutes(51))
    await office.press("maruyama", "approve")
    await office.tick(seconds(31))
    assert await office.counts(await office.newest()) == {"queued": 3}
    assert await totals(office) == {"failed": 1, "sent": 2, "queued": 3}


@pytest.mark.parametrize("times", [1, 2])
async def test_a_letter_that_is_sent_on_is_counted_anew(office: Office, times: int) -> None:
    await begin(office)
    await office.deliver()
    await office.tick()
    notice = await office.newest()
    for _ in range(times):
        await office.store.run(lambda tx: tx.delivery_counts.forget(notice.id))
        assert await office.counts(notice) == {"sent": 3}
        assert (await totals(office)).get("sent", 0) == 0
        await office.store.run(lambda tx: tx.delivery_counts.keep(notice.id))
        assert await totals(office) == {"sent": 3}
