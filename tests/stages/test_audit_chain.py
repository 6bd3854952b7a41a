"""The history of an incident cannot be changed unnoticed, nor cut off behind an anchor that was kept elsewhere."""

import re
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, update

from bridge.core.anchors import LOGGED_AS, Anchor, departure
from bridge.core.events import Approved
from bridge.keys import Keys
from bridge.loops.timer import Timer
from bridge.oncall.message import OncallMessages
from bridge.stages.decide.decision import DecisionResult
from bridge.stages.oncall_message import compose
from bridge.store import audit
from bridge.store.tables import events
from bridge.store.tx import Tx
from tests.parts.logged import logged
from tests.parts.midori import minutes
from tests.stages.office import KEYS, Office, office
from tests.stages.samples import configured, firing, resolved


async def story(office: Office) -> str:
    await office.post(firing())
    await office.press("maruyama", "edit", body="書き直しました。")
    await office.press("sato", "dismiss", reason="試験 😀 1.0")
    await office.post(resolved())
    await office.wait(minutes(5))
    return (await office.incident()).id


async def broken(office: Office, incident: str, keys: Keys = KEYS) -> list[int]:
    def query(tx: Tx) -> list[int]:
        return [seq for seq, _ in audit.broken(tx, keys.audit, incident)]

    return await office.store.read(query)


async def test_an_untouched_history_verifies(office: Office) -> None:
    assert await broken(office, await story(office)) == []


async def test_a_history_with_approvals_verifies(office: Office) -> None:
    """One called back in its hold, one that was sent, one of two people."""
    office.reconfigure(services=configured(second_person=["update"]).services)
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.press("maruyama", "cancel")
    await office.approve_and_send("sato")
    await office.wait(minutes(55))
    await office.press("maruyama", "approve")
    await office.press("sato", "approve")
    assert [await broken(office, one.id) for one in await office.incidents()] == [[]]


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


async def head(office: Office, incident: str) -> Anchor:
    found = await office.store.read(lambda tx: tx.events.head(incident))
    assert found
    return found


async def departs(office: Office, anchor: Anchor) -> str | None:
    return departure(anchor, await office.store.read(lambda tx: tx.events.macs(anchor.incident)))


async def test_an_end_cut_off_leaves_a_chain_that_holds_and_departs_from_its_anchor(office: Office) -> None:
    incident = await story(office)
    anchor = await head(office, incident)
    assert await departs(office, anchor) is None
    await office.store.run(lambda tx: tx.execute(delete(events).where(events.c.seq >= anchor.seq - 1)))
    assert await broken(office, incident) == []
    assert await departs(office, anchor) == f"ends with event {anchor.seq - 2}: what followed was cut off"
    await office.store.run(lambda tx: tx.execute(delete(events)))
    assert await departs(office, anchor) == "the whole history is missing"


async def test_an_end_written_anew_with_the_right_key_departs_from_its_anchor(office: Office) -> None:
    await office.post(firing())
    incident = (await office.incident()).id
    anchor = await head(office, incident)

    def forge(tx: Tx) -> None:
        tx.execute(delete(events).where(events.c.seq == anchor.seq))
        tx.events.add(incident, "sato", Approved("", "first", 1, None, 3, 0, None))

    await office.store.run(forge)
    assert await broken(office, incident) == []
    assert await departs(office, anchor) == f"event {anchor.seq} is another than it was"


async def recorded(office: Office, answer: DecisionResult, action: str) -> bool:
    """Whether the one anchor to be logged is that of the event with this action."""
    (anchor,) = answer.wake.anchors
    (event,) = [event for event in await office.events() if event.action == action]
    return anchor.seq == event.seq and await departs(office, anchor) is None


async def test_every_decision_gives_its_anchor_to_the_log(office: Office) -> None:
    office.reconfigure(services=configured(second_person=["first"]).services)
    await office.post(firing())
    assert await recorded(office, await office.press("maruyama", "approve"), "approved_first")
    assert await recorded(office, await office.press("sato", "approve"), "approved")
    await office.press("sato", "cancel")
    assert await recorded(office, await office.press("sato", "dismiss", reason="試験"), "dismissed")


async def test_what_policy_sends_gives_its_anchor_to_the_log(database_url: str) -> None:
    given: list[Anchor] = []
    async with office(database_url, configured(at_deadline="send")) as night:
        await night.post(firing())
        for _ in range(3):
            timer = night.instance("one")
            timer.wake = lambda wake: given.extend(wake.anchors)
            await timer.tick()
            night.clock.move(minutes(15))
        (event,) = [event for event in await night.events() if event.action == "approved"]
        assert [anchor.seq for anchor in given] == [event.seq]


async def test_the_mail_about_a_decision_carries_an_anchor(office: Office) -> None:
    await office.post(firing())
    await office.wait(minutes(10))
    await office.press("maruyama", "dismiss", reason="試験")
    anchor = await head(office, (await office.incident()).id)
    (row,) = [row for row in await office.claim("oncall") if row.kind == "decided"]
    made = await office.store.read(
        partial(compose, runtime=office.runtime, keys=KEYS, row=row, relay_trouble="")
    )
    assert made
    for locale in ("ja", "en"):
        assert re.findall(
            r": (\S+:\d+:[0-9a-f]{16})$", OncallMessages().write(made[0], locale).body, re.M
        ) == [str(anchor)]


async def logged_by(timer: Timer) -> list[str]:
    """The anchors that one round of the timer logs."""
    with logged() as lines:
        await timer.tick()
    return [line["anchor"] for line in lines if line["event"] == LOGGED_AS]


async def test_once_an_hour_the_heads_of_grown_histories_are_logged(office: Office) -> None:
    incident = await story(office)
    await office.wait(minutes(1))  # closed: it grows no more
    timer = office.instance("one")
    assert await logged_by(timer) == [str(await head(office, incident))]
    await office.post(firing())
    office.clock.move(minutes(59))
    assert await logged_by(timer) == []
    office.clock.move(minutes(1))
    assert await logged_by(timer) == [str(await head(office, (await office.incident()).id))]
