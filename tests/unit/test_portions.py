"""A post of many alerts is worked on in portions: each alert in one of them, copies in order, few services."""

from datetime import UTC, datetime

from bridge.core.triage import key_of
from bridge.sources import Parsed
from bridge.stages.receive import Received
from bridge.web.portions import SERVICES, portions, together
from tests.stages.samples import configured, firing, resolved

MANY = [f"shop{n:03}" for n in range(2 * SERVICES + 1)]
CONFIG = configured(MANY)
POST = Parsed(tuple(firing(service=name) for name in [*reversed(MANY), "nobody's"]), truncated=3)


def test_a_usual_batch_is_one_portion_as_it_came() -> None:
    posts = [Parsed((firing(service="shop001"), firing(service="shop002"))), Parsed(())]
    assert portions(posts, CONFIG) == [posts]


def test_a_thousand_copies_for_one_service_are_one_portion() -> None:
    posts = [Parsed(tuple(firing(f"Probe{n}", service="shop001") for n in range(1000)))]
    assert portions(posts, CONFIG) == [posts]


def test_each_alert_is_in_one_portion_of_few_services() -> None:
    parts = portions([POST], CONFIG)
    assert [len({alert.labels["service"] for alert in part.alerts}) for [part] in parts] == [
        SERVICES + 1,
        SERVICES,
        1,
    ]
    assert sorted(key_of(a) for [part] in parts for a in part.alerts) == sorted(map(key_of, POST.alerts))
    assert {part.truncated for [part] in parts} == {3}


def test_an_end_stays_behind_its_alert_also_in_another_post() -> None:
    at = datetime(2026, 11, 23, 17, 10, tzinfo=UTC)
    ends = Parsed(tuple(resolved(service=name, ends_at=at) for name in MANY))
    for one, two in portions([POST, ends], CONFIG):
        assert {key_of(end) for end in two.alerts} <= {key_of(alert) for alert in one.alerts}


def test_the_answer_tells_of_all_portions() -> None:
    stray = (firing(service="nobody's"), "no_service")
    first = [Received(("a", "b"), 2, (stray,)), Received(("a",), 1, ())]
    second = [Received(("c", "a"), 1, ()), Received((), 0, ())]
    assert together([first, second]) == [Received(("a", "b", "c"), 3, (stray,)), Received(("a",), 1, ())]
