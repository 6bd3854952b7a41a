"""Posts that come together are recorded together, and one that makes trouble makes it for itself alone."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import pytest

from bridge.audiences.cache import CustomerLists
from bridge.core.model import AudienceFacts
from bridge.errors import StorageDown
from bridge.sources import Parsed
from bridge.stages.leave_at_once import Hands
from bridge.stages.receive import ListsWanted, Received
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.web.dependencies import Dependencies
from bridge.web.webhook_batch import ALERTS, POSTS, WebhookBatch
from tests.stages.office import KEYS, LETTERS
from tests.stages.samples import configured, firing
from tests.unit.midori import alert

RUNTIME = Runtime(configured(), LETTERS)
BAD = "a post that no unit survives"


@dataclass
class FaultyStore:
    """A store that records how many posts came in each unit, and fails as it is told."""

    fails: Callable[[list[Parsed]], Exception | None] = lambda _: None
    units: list[int] = field(default_factory=list)
    wants: list[str] = field(default_factory=list)
    lists: list[Any] = field(default_factory=list)

    async def run(self, unit: "partial[Any]") -> tuple[list[Received], Wake]:
        posts = unit.keywords["posts"]
        lists = unit.keywords["lists"](self.wants)
        if self.wants and lists is None:
            raise ListsWanted(self.wants)
        self.lists.append(lists)
        self.units.append(len(posts))
        await asyncio.sleep(0)
        if error := self.fails(posts):
            raise error
        return [Received((), len(post.alerts), ()) for post in posts], NOTHING


class NothingRead(CustomerLists):
    """Lists of which none is fresh. `asked`: for which services they were."""

    def __init__(self) -> None:
        super().__init__(dict)
        self.asked: list[set[str]] = []

    def fresh(self, services: Collection[str]) -> None: ...

    async def facts_at_once(self, services: Iterable[str]) -> Mapping[str, AudienceFacts]:
        self.asked.append(set(services))
        return {}


@dataclass
class FaultyDependencies:
    """What a batch needs of its dependencies."""

    store: FaultyStore
    lists: NothingRead = field(default_factory=NothingRead)

    def hands(self) -> Hands:
        return Hands(RUNTIME, "one", KEYS, "")

    def runtime(self) -> Runtime:
        return RUNTIME

    def wake(self, wake: Wake) -> None: ...


def intake(store: FaultyStore) -> WebhookBatch:
    return WebhookBatch(cast(Dependencies, FaultyDependencies(store)), "alertmanager")


def post(alerts: int = 1) -> Parsed:
    return Parsed((alert(),) * alerts)


async def record(intake: WebhookBatch, posts: list[Parsed]) -> list[Received | BaseException]:
    return await asyncio.gather(*map(intake.record, posts), return_exceptions=True)


async def test_what_comes_while_another_is_recorded_goes_in_together() -> None:
    store = FaultyStore()
    received = await record(intake(store), [post(n) for n in range(10)])
    assert [one.accepted for one in received if isinstance(one, Received)] == list(range(10))
    assert sum(store.units) == 10
    assert len(store.units) <= 2


@pytest.mark.parametrize(
    "alerts, posts, most", [(1, POSTS + 10, POSTS), (ALERTS // 4, 9, 4), (ALERTS * 2, 3, 1), (0, 5, 5)]
)
async def test_a_unit_stays_of_a_size_that_commits_in_time(alerts: int, posts: int, most: int) -> None:
    store = FaultyStore()
    await record(intake(store), [post(alerts)] * posts)
    assert sum(store.units) == posts
    assert max(store.units) == most


async def test_one_bad_post_fails_alone() -> None:
    bad = Parsed((), notes=(BAD,))
    store = FaultyStore(fails=lambda posts: ValueError(BAD) if bad in posts else None)
    first, second, third = await record(intake(store), [post(), bad, post()])
    assert isinstance(second, ValueError)
    assert isinstance(first, Received)
    assert isinstance(third, Received)


async def test_storage_that_is_down_is_told_to_all_that_wait_and_tried_again_by_the_next() -> None:
    down = StorageDown("the disk is full")
    store = FaultyStore(fails=lambda _: down)
    way = intake(store)
    assert await record(way, [post()] * 3) == [down] * 3
    store.fails = lambda _: None
    assert await record(way, [post()]) == [Received((), 1, ())]


async def test_a_sender_that_hangs_up_takes_nothing_with_it() -> None:
    way = intake(FaultyStore())
    left = asyncio.create_task(way.record(post()))
    stays = asyncio.create_task(way.record(post()))
    await asyncio.sleep(0)
    left.cancel()
    assert (await stays).accepted == 1


async def test_a_unit_that_wants_lists_is_run_again_with_those_that_are_there() -> None:
    store = FaultyStore(wants=["shop"])
    assert await record(intake(store), [post()]) == [Received((), 1, ())]
    assert store.lists == [{}]


async def test_the_list_of_what_comes_after_a_pause_is_read_before_its_unit() -> None:
    """Its unit would else be run twice. What follows closely goes on with what was opened, and asks for none."""
    deps = FaultyDependencies(FaultyStore())
    way = WebhookBatch(cast(Dependencies, deps), "alertmanager")
    opens = Parsed((firing(service="shop"),))
    for _ in range(3):
        await way.record(opens)
    assert deps.lists.asked == [{"shop"}]
