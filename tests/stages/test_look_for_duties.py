"""The timer looks only at incidents that changed or whose time has come, and misses none of the others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bridge.core import next_notice
from bridge.stages.look_for_duties import AT_LEAST_EVERY, FoundDuties, find_duties, note_looks
from bridge.store.tx import Tx
from tests.parts.midori import minutes
from tests.stages.office import Office, office
from tests.stages.samples import configured, firing, resolved


async def found(office: Office) -> FoundDuties:
    return await office.store.read(lambda tx: find_duties(tx, office.runtime, ()))


async def owed(office: Office) -> set[str]:
    """What all unfinished incidents owe, each of them asked."""

    def query(tx: Tx) -> set[str]:
        policies = {name: service.policy for name, service in office.runtime.config.services.items()}
        return {
            one.id
            for one in tx.incidents.unfinished()
            if next_notice.owed(one, tx.notices.of(one.id), policies[one.service], tx.now)
        }

    return await office.store.read(query)


async def test_what_was_looked_at_is_left_alone_until_it_changes(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    assert (await found(office)).looked == ()
    await office.press("maruyama", "dismiss", reason="drill")
    [(look, at)] = (await found(office)).looked
    assert (look.incident.service, at) == ("shop", office.clock.now + AT_LEAST_EVERY)


async def test_every_change_of_a_notice_makes_its_incident_due(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    notice = await office.newest()
    changes: list[Callable[[Tx], object]] = [
        lambda tx: tx.notices.set(notice.id, corrected_by=None),
        lambda tx: tx.notices.move(notice, notice.state, version=1),
        lambda tx: tx.notices.add(replace(notice, id="another"), "shop-customers"),
    ]
    for change in changes:
        assert (await found(office)).looked == ()
        await office.store.run(change)
        seen = await found(office)
        assert len(seen.looked) == 1
        await office.store.run(partial(note_looks, found=seen))


async def test_a_change_after_the_look_is_not_lost_with_it(office: Office) -> None:
    """Another instance changes the incident between the look and its note."""
    await office.post(firing())
    seen = await found(office)
    await office.press("maruyama", "approve")
    await office.store.run(lambda tx: note_looks(tx, seen))
    assert len((await found(office)).looked) == 1


async def test_another_configuration_brings_its_own_times(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.post(resolved())
    await office.tick()
    assert (await found(office)).next_at == office.clock.now + minutes(5)
    office.reconfigure(services=configured(settle="1m").services)
    assert (await found(office)).next_at == office.clock.now + minutes(1)
    await office.tick(minutes(1))
    assert (await office.incident()).state == "recovered"


async def test_after_the_clock_went_back_a_change_is_seen(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    office.clock.move(minutes(-60))
    await office.press("maruyama", "dismiss", reason="drill")
    assert len((await found(office)).looked) == 1


ACTS = st.lists(
    st.sampled_from(["fire", "end", "tick", "approve", "dismiss", "deliver", "recovered", "cancel", "stop"])
    | st.integers(1, 400).map(minutes),
    min_size=4,
    max_size=25,
)


SENT = ["tick", "approve", minutes(1), "tick", "deliver", "tick"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
@example(acts=[*SENT, "end", minutes(6), *SENT])
@example(acts=["tick", "end", "approve", minutes(1), "tick", minutes(6), "tick", "deliver", "tick"])
async def test_no_duty_is_missed_whatever_happens(tmp_path_factory, acts) -> None:
    path = tmp_path_factory.mktemp("duties") / "bridge.sqlite3"
    async with office(f"sqlite:///{path}") as opened:
        await opened.post(firing())
        for act in acts:
            await _do(opened, act)
            assert set((await found(opened)).owing) == await owed(opened), act


async def _do(office: Office, act: str | timedelta) -> None:
    match act:
        case "fire":
            await office.post(firing(starts_at=office.clock.now))
        case "end":
            await office.post(resolved(ends_at=office.clock.now))
        case "tick":
            await office.tick()
        case "deliver":
            await office.deliver()
        case timedelta():
            office.clock.move(act)
        case press:
            await office.press("maruyama", press, reason="drill")
