"""Two instances of which one was reloaded: the one that knows a new service does its work."""

from bridge.store.claims import LEFT_TO_OTHERS
from tests.parts.logged import logged
from tests.parts.midori import seconds
from tests.stages.office import Office
from tests.stages.samples import firing


async def test_an_instance_without_the_service_leaves_its_ring_to_the_other(office: Office) -> None:
    old, new = office, office.other(["shop", "blog"])
    await new.post(firing(service="blog"))
    planned = await new.pending(await new.newest())
    for _ in range(2):
        await old.tick()
    assert await new.pending(await new.newest()) == planned
    await new.tick()
    assert await old.claim("oncall") == []
    assert await new.told("ring") == ["maruyama"]


async def test_an_instance_without_the_service_leaves_its_letter_to_the_other(office: Office) -> None:
    old, new = office, office.other(["shop", "blog"])
    await new.post(firing(service="blog"))
    await new.tick()
    await new.press("maruyama", "approve")
    await old.tick(seconds(10))
    await new.tick()
    assert await old.deliver() == 3  # its bytes are frozen: whoever has a connection free sends them
    await old.tick()
    await new.tick()
    assert (await new.newest()).state == "sent"
    assert await new.told("finished") == ["maruyama"]


async def test_work_of_another_instances_service_does_not_make_timer_or_lane_spin(office: Office) -> None:
    old, new = office, office.other(["shop", "blog"])
    await new.post(firing(service="blog"))
    assert await old.tick() is None
    await new.tick()
    services = old.runtime.config.services
    assert await old.store.read(lambda tx: tx.claims.next_due_at("oncall", services)) is None


async def test_after_an_hour_any_instance_ends_a_message_whose_service_none_knows(office: Office) -> None:
    gone = office.other(["blog"])
    await gone.post(firing(service="blog"))
    await gone.tick()
    office.clock.move(LEFT_TO_OTHERS - seconds(1))
    assert await office.claim("oncall") == []
    office.clock.move(seconds(1))
    [row] = await office.claim("oncall")
    assert row.kind == "ring"


async def test_work_of_a_service_that_is_not_configured_is_logged_once(office: Office) -> None:
    await office.other(["blog"]).post(firing(service="blog"))
    timer = office.instance("one")
    with logged() as lines:
        await timer.tick()
        await timer.tick()
    assert [line["services"] for line in lines if line["event"] == "services_not_configured"] == [["blog"]]
