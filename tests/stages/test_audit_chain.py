"""The history of an incident cannot be changed unnoticed."""

from typing import Any

import pytest
from sqlalchemy import delete, update

from bridge.keys import Keys
from bridge.store.events import Events
from bridge.store.tables import events
from bridge.store.tx import Tx
from tests.stages.office import KEYS, Office, firing, minutes, resolved


async def story(office: Office) -> str:
    await office.post(firing())
    await office.press("maruyama", "edit", body="書き直しました。")
    await office.press("sato", "dismiss", reason="試験 😀 1.0")
    await office.post(resolved())
    await office.wait(minutes(5))
    return (await office.incident()).id


async def broken(office: Office, incident: str, keys: Keys = KEYS) -> list[int]:
    def query(tx: Tx) -> list[int]:
        return [seq for seq, _ in Events(tx, keys.audit).broken(incident)]

    return await office.store.read(query)


async def test_an_untouched_history_verifies(office: Office) -> None:
    assert await broken(office, await story(office)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "policy"},
        {"action": "approved"},
        {"detail": {}},
        {"mac": "0" * 64},
        {"previous_mac": "0" * 64},
        {"key_id": "another"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_changed_event_is_found(office: Office, change: dict[str, Any]) -> None:
    incident = await story(office)
    await office.store.run(lambda tx: tx.execute(update(events).where(events.c.seq == 3).values(**change)))
    assert 3 in await broken(office, incident)


async def test_a_changed_moment_is_found(office: Office) -> None:
    incident = await story(office)
    at = office.clock.now
    await office.store.run(lambda tx: tx.execute(update(events).where(events.c.seq == 2).values(at=at)))
    assert await broken(office, incident) == [2]


async def test_an_event_cut_out_of_the_middle_is_found(office: Office) -> None:
    incident = await story(office)
    await office.store.run(lambda tx: tx.execute(delete(events).where(events.c.seq == 2)))
    assert await broken(office, incident) == [3]


async def test_an_older_key_still_verifies_after_a_rotation_and_a_lost_one_does_not(office: Office) -> None:
    incident = await story(office)
    assert await broken(office, incident, Keys((*KEYS.ring, b"n" * 32))) == []
    assert await broken(office, incident, Keys((b"n" * 32,))) != []
