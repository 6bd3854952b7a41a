"""What people look at over many incidents, on both databases."""

import pytest

from bridge.stages.sign_in import ask_link, link_state, use_link
from bridge.store.outbox import OutboxMessage
from bridge.store.tx import Tx
from tests.parts.midori import MARUYAMA, minutes, seconds
from tests.stages.office import Office
from tests.stages.samples import firing

ASKED = "stranger@example.jp"


async def test_the_first_letter_of_an_incident_counts_from_its_detection(office: Office) -> None:
    await office.post(firing())
    began = office.clock.now
    await office.tick(minutes(4))
    await office.press("maruyama", "approve")
    await office.tick(seconds(11))
    assert await office.deliver() > 0
    found = await office.store.read(lambda tx: tx.summaries.first_letters(began - minutes(1)))
    assert [(letter.service, letter.took) for letter in found] == [("shop", minutes(4) + seconds(11))]
    assert await office.store.read(lambda tx: tx.summaries.first_letters(began + minutes(1))) == []


async def test_the_last_ring_of_each_person_has_what_became_of_its_mail(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    rings = await office.claim("oncall")
    assert rings
    found = await office.store.read(lambda tx: tx.summaries.last_rings())
    assert {person: ring.state for person, ring in found.items()} == {"maruyama": "sending"}
    assert await office.store.read(lambda tx: tx.summaries.last_approvals()) == {}
    await office.press("maruyama", "approve")
    assert set(await office.store.read(lambda tx: tx.summaries.last_approvals())) == {"maruyama"}


@pytest.mark.parametrize(
    "part, found",
    [("", 3), ("CUSTOMER1@", 1), ("example", 3), ("%", 0), ("_", 0), ("\\", 0), ("tanuki", 0)],
)
async def test_an_address_is_found_by_a_part_of_it_and_no_part_is_a_pattern(
    office: Office, part: str, found: int
) -> None:
    await office.post(firing())
    notice = await office.newest()

    def fill(tx: Tx) -> None:
        rows = [
            OutboxMessage(notice.id, "customers", "letter", 0, f"customer{n}@mail.example.jp", f"<{n}@x>")
            for n in range(3)
        ]
        tx.outbox.add(rows)

    await office.store.run(fill)
    rows = await office.store.read(lambda tx: tx.summaries.deliveries(notice.id, ("queued",), part, 0, 10))
    assert len(rows) == found
    assert await office.store.read(lambda tx: tx.summaries.how_many(notice.id, ("queued",), part)) == found
    assert await office.store.read(lambda tx: tx.summaries.how_many(notice.id, ("sent",), part)) == 0


async def test_pages_of_deliveries_follow_each_other(office: Office) -> None:
    await office.post(firing())
    notice = await office.newest()
    rows = [
        OutboxMessage(notice.id, "customers", "letter", 0, f"c{n}@mail.example.jp", f"<{n}@x>")
        for n in range(5)
    ]
    await office.store.run(lambda tx: tx.outbox.add(rows))
    first = await office.store.read(lambda tx: tx.summaries.deliveries(notice.id, ("queued",), "", 0, 3))
    rest = await office.store.read(
        lambda tx: tx.summaries.deliveries(notice.id, ("queued",), "", first[-1].id, 3)
    )
    assert [row.address for row in (*first, *rest)] == [row.address for row in rows]


async def link_of(office: Office) -> str:
    """The link in the newest sign-in mail of 丸山."""
    mails = [row for row in await office.claim("oncall") if row.kind == "sign_in"]
    return str(mails[-1].detail["link"])


async def test_a_sign_in_link_is_used_by_one_of_two(office: Office) -> None:
    await office.store.run(lambda tx: ask_link(tx, office.runtime, MARUYAMA))
    link = await link_of(office)
    states = [await office.store.run(lambda tx: use_link(tx, "maruyama", link)) for _ in range(2)]
    assert states == ["works", "over"]


async def test_a_sign_in_link_is_late_after_a_quarter_of_an_hour(office: Office) -> None:
    await office.store.run(lambda tx: ask_link(tx, office.runtime, MARUYAMA))
    link = await link_of(office)
    office.clock.move(minutes(15))
    assert await office.store.read(lambda tx: link_state(tx, "maruyama", link)) == "late"
    assert await office.store.run(lambda tx: use_link(tx, "maruyama", link)) == "late"


async def test_a_stranger_is_mailed_nothing(office: Office) -> None:
    wake = await office.store.run(lambda tx: ask_link(tx, office.runtime, ASKED))
    assert not wake.oncall
    assert await office.claim("oncall") == []
