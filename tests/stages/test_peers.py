"""Instances with different configurations say so; a list that grew since the approval is a surprise."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from bridge.loops.peers import Peers
from bridge.stages.instances import ThisInstance
from tests.parts.logged import logged
from tests.parts.midori import seconds
from tests.stages.office import ListOf, Office
from tests.stages.samples import configured, customers, firing


async def look(office: Office, *instances: tuple[str, Peers]) -> list[str]:
    """Each looks three times; the events in the log."""
    with logged() as lines:
        for _ in range(3):
            for name, one in instances:
                await office.store.run(lambda tx, name=name: tx.instances.beat(name, "boot-1"))
                one._looked_at = float("-inf")
                await one.look()
    return [line["event"] for line in lines]


def peer(office: Office, name: str) -> Peers:
    runtime = office.runtime
    return Peers(office.store, lambda: runtime, ListOf(office), lambda: ThisInstance(name, "boot-1"))


async def test_instances_with_the_same_configuration_say_nothing(office: Office) -> None:
    both = [(name, peer(office, name)) for name in ("one", "two")]
    assert await look(office, *both) == []


async def test_instances_with_different_configurations_say_so_once_each(office: Office) -> None:
    one = peer(office, "one")
    office.reconfigure(services=configured(("shop", "bank")).services)
    assert await look(office, ("one", one), ("two", peer(office, "two"))) == ["configurations_differ"] * 2


async def test_a_configuration_is_written_out_once_however_often_it_is_compared(office: Office) -> None:
    """That of a thousand services takes half a second, in which no alert is answered."""
    asked: list[object] = []
    config: Any = SimpleNamespace(services={}, model_dump_json=lambda **_: asked.append("") or "{}")
    one = peer(office, "one")
    one.runtime = lambda: replace(office.runtime, config=config)
    assert await look(office, ("one", one)) == []
    assert len(asked) == 1
    config = SimpleNamespace(services={}, model_dump_json=config.model_dump_json)
    await look(office, ("one", one))
    assert len(asked) == 2, "another configuration is in force"


async def test_a_list_that_grew_since_the_approval_is_held_for_longer(office: Office) -> None:
    office.recipients = customers(8)
    await office.post(firing())
    await office.press("maruyama", "approve")
    office.recipients = customers(80)
    await office.tick(seconds(31))
    stopped = await office.newest()
    assert stopped.state == "stopped"
    told = [event.detail for event in await office.events() if event.action == "stopped"]
    assert [(one["why"], one["listed"]) for one in told] == [("list_changed", 80)]
    assert (await office.press("maruyama", "resume")).status == 303
    resumed = await office.again(stopped)
    assert resumed.send_at is not None
    assert resumed.send_at - office.clock.now == seconds(30)
