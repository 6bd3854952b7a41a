"""The alerts of an incident by name, asked of the database over all of them, and those that were kept out of it."""

from bridge.core.matchers import parse_matchers
from bridge.core.model import AlertGroup, LeftOut
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office
from tests.stages.samples import NIGHT, firing, resolved


def only_critical(office: Office) -> None:
    shop = office.runtime.config.services["shop"]
    match = (parse_matchers('service="shop"'), parse_matchers('severity="critical"'))
    office.reconfigure(services={"shop": shop.model_copy(update={"match": match})})


async def groups(office: Office) -> list[AlertGroup]:
    incident = await office.incident()
    return await office.store.read(lambda tx: tx.alert_groups.of(incident.id))


async def left_out(office: Office) -> list[LeftOut]:
    incident = await office.incident()
    names = {one.name for one in await groups(office)}
    return await office.store.read(lambda tx: tx.alert_groups.left_out("shop", names, incident.received_at))


async def test_a_storm_is_one_line_and_what_fires_comes_first(office: Office) -> None:
    storm = [firing("ItemErrors", fingerprint=f"s{n}", starts_at=NIGHT - minutes(9)) for n in range(1_200)]
    await office.post(*storm, firing("LoginErrors", starts_at=NIGHT - minutes(2)))
    ended = [
        resolved("ItemErrors", fingerprint=f"s{n}", starts_at=NIGHT - minutes(9), ends_at=NIGHT - seconds(n))
        for n in range(1_200)
    ]
    await office.post(*ended)
    assert await groups(office) == [
        AlertGroup("LoginErrors", "alertmanager", "firing", False, 1, NIGHT - minutes(2)),
        AlertGroup("ItemErrors", "alertmanager", "resolved", False, 1_200, NIGHT - minutes(9), NIGHT),
    ]


async def test_what_fires_again_fires_since_it_came_back(office: Office) -> None:
    await office.post(firing(starts_at=NIGHT - minutes(20)))
    await office.post(resolved(starts_at=NIGHT - minutes(20), ends_at=NIGHT - minutes(10)))
    await office.post(firing(starts_at=NIGHT - minutes(5)))
    (one,) = await groups(office)
    assert (one.status, one.since, one.until) == ("firing", NIGHT - minutes(5), None)


async def test_what_a_person_ended_stands_apart_from_what_its_source_ended(office: Office) -> None:
    await office.post(firing(fingerprint="a"), firing(fingerprint="b"))
    await office.post(resolved(fingerprint="a"))
    await office.press("maruyama", "recovered")
    assert sorted((one.by_hand, one.count) for one in await groups(office)) == [(False, 1), (True, 1)]


async def test_an_alert_of_the_same_name_that_a_matcher_kept_out_is_found(office: Office) -> None:
    only_critical(office)
    await office.post(firing(fingerprint="c", severity="critical"))
    office.clock.move(minutes(3))
    await office.post(firing(fingerprint="w", severity="warning"), firing("Unrelated", severity="warning"))
    assert await left_out(office) == [LeftOut("LoginErrors", "severity", "warning", NIGHT + minutes(3))]


async def test_what_was_kept_out_before_the_incident_is_none_of_its_business(office: Office) -> None:
    only_critical(office)
    await office.post(firing(fingerprint="w", severity="warning"))
    office.clock.move(minutes(3))
    await office.post(firing(fingerprint="c", severity="critical"))
    assert await left_out(office) == []
