"""Incidents and notices move by compare and set, and only as their lifecycle allows."""

from dataclasses import replace
from typing import get_args

import pytest

from bridge.core.lifecycle import incident_may_move, may_move
from bridge.core.model import IncidentState, NoticeState
from bridge.stages.context import IncidentContext
from bridge.stages.next_notice import advance, recover
from bridge.stages.wake import NOTHING
from bridge.store.tx import Tx
from tests.parts.midori import minutes
from tests.stages.office import Office
from tests.stages.samples import firing, resolved


async def test_no_notice_makes_a_move_that_the_lifecycle_does_not_know(office: Office) -> None:
    await office.post(firing())
    notice = await office.newest()

    def unit(tx: Tx) -> None:
        for old in get_args(NoticeState):
            for new in get_args(NoticeState):
                if old != new and not may_move(old, new):
                    with pytest.raises(ValueError, match=f"from {old} to {new}"):
                        tx.notices.move(replace(notice, state=old), new)

    await office.store.run(unit)
    assert await office.again(notice) == notice


async def test_no_incident_makes_a_move_that_the_lifecycle_does_not_know(office: Office) -> None:
    await office.post(firing())
    incident = await office.incident()

    def unit(tx: Tx) -> None:
        for old in get_args(IncidentState):
            for new in get_args(IncidentState):
                if old != new and not incident_may_move(old, new):
                    with pytest.raises(ValueError, match=f"from {old} to {new}"):
                        tx.incidents.move(replace(incident, state=old), new)

    await office.store.run(unit)
    assert await office.incident() == incident


async def test_an_incident_moves_only_from_the_state_that_was_seen(office: Office) -> None:
    await office.post(firing())
    seen = await office.incident()
    await office.post(resolved(ends_at=office.clock.now))
    now = await office.incident()
    assert not await office.store.run(lambda tx: tx.incidents.move(seen, "recovered", promise_at=tx.now))
    assert await office.incident() == now
    assert await office.store.run(lambda tx: tx.incidents.move(now, "recovered", promise_at=tx.now))
    after = await office.incident()
    assert (after.state, after.promise_at) == ("recovered", office.clock.now)


async def test_an_incident_may_stay_in_its_state_while_its_columns_change(office: Office) -> None:
    await office.post(firing())
    seen = await office.incident()
    assert await office.store.run(lambda tx: tx.incidents.move(seen, "open", truncated=7))
    assert await office.incident() == replace(seen, truncated=7)


async def test_what_comes_too_late_to_close_an_incident_writes_nothing(office: Office) -> None:
    await office.post(firing())
    await office.press("sato", "dismiss", reason="試験")
    await office.post(resolved(ends_at=office.clock.now))
    seen = await office.incident()
    await office.wait(minutes(6))
    assert (seen.state, (await office.incident()).state) == ("settling", "closed")
    history = await office.actions()
    assert await office.store.run(lambda tx: advance(IncidentContext(tx, office.runtime, seen))) == NOTHING
    assert await office.actions() == history


async def test_what_comes_too_late_to_recover_an_incident_drafts_nothing(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved(ends_at=office.clock.now))
    seen = await office.incident()
    await office.wait(minutes(6))
    notices = await office.notices()
    drafted = await office.store.run(lambda tx: recover(IncidentContext(tx, office.runtime, seen), "settled"))
    assert drafted is None
    assert await office.notices() == notices
