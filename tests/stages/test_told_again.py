"""What a sender said before is not read again, and what it says anew is: a slow reader would see no more."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bridge.core.facts import Facts
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Alert
from bridge.sources import Parsed
from bridge.stages.context import open_notice
from bridge.stages.draft import current_facts, is_news
from bridge.stages.receive import receive
from bridge.store.tables import alerts
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, office
from tests.stages.samples import NIGHT, firing, resolved
from tests.stages.test_plans import statements

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # thousands of commits need no disk to be tried
BY_HAND = "a person ends all"
POSTED = st.builds(
    lambda name, ends, start, end, version: (
        resolved(name, starts_at=NIGHT + start, ends_at=NIGHT + end, version=version)
        if ends
        else firing(name, starts_at=NIGHT + start, version=version)
    ),
    st.sampled_from(["LoginErrors", "PaymentErrors", "DiskFull"]),
    st.booleans(),
    st.sampled_from([-minutes(3), timedelta(), minutes(1)]),
    st.sampled_from([minutes(1), minutes(2)]),
    st.sampled_from(["1", "2"]),
)
STEPS = st.lists(
    st.one_of(st.just(BY_HAND), st.lists(POSTED, min_size=1, max_size=4)), min_size=2, max_size=8
)


async def test_an_alert_said_again_is_not_read(office: Office) -> None:
    posts = [Parsed((firing(), firing("PaymentErrors")))]
    await office.post(*posts[0].alerts)

    def again(tx: Tx) -> list[str]:
        with statements(tx.connection) as seen:
            receive(tx, office.runtime, "alertmanager", posts, None)
        return [one for one, _ in seen if "labels" in one]

    assert await office.store.run(again) == []


async def test_a_label_that_changed_is_noticed_however_often_the_rest_was_said(office: Office) -> None:
    for _ in range(3):
        await office.post(firing(severity="warning"))
    await office.post(firing(severity="critical"))
    assert [one.labels["severity"] for one in await office.alerts()] == ["critical"]
    assert [event.detail["counts"] for event in await office.events() if event.action == "alerts"] == [
        {"opened": 1},
        {"updated": 1},
    ]


async def test_copies_of_one_post_that_differ_are_all_heard(office: Office) -> None:
    await office.post(firing(version="1"))
    await office.post_together(*(Parsed((firing(version=version),)) for version in ("1", "2", "1")))
    assert [one.labels["version"] for one in await office.alerts()] == ["1"]
    assert [event.detail["counts"] for event in await office.events() if event.action == "alerts"][1:] == [
        {"repeated": 1, "updated": 2}
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_what_is_kept_and_drafted_is_what_a_slow_reader_would_keep(
    steps: Sequence[str | list[Alert]],
) -> None:
    asyncio.run(_compare(steps))


async def _compare(steps: Sequence[str | list[Alert]]) -> None:
    """The slow one reads every alert that it knows, and every letter is compared with one that is drafted anew."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        async with (
            office(f"sqlite:///{folder}/quick.sqlite3") as quick,
            office(f"sqlite:///{folder}/slow.sqlite3") as slow,
        ):
            for n, step in enumerate(steps):
                for one in (quick, slow):
                    one.clock.move(seconds(31))
                    await _take(one, step)
                await slow.store.run(lambda tx: tx.execute(update(alerts).values(digest=None)).rowcount)
                assert await _kept(quick) == await _kept(slow)
                if BY_HAND not in steps[: n + 1]:  # a person's press writes the letter itself
                    assert await quick.store.read(lambda tx: _behind(tx, quick)) == []


async def _take(one: Office, step: str | list[Alert]) -> None:
    if not isinstance(step, str):
        await one.post(*step)
    elif open_ := await one.incidents():
        await one.store.run(lambda tx: tx.alerts.end_all(open_[0].id))


async def _kept(one: Office) -> list[Any]:
    """All that may not differ; ids do."""
    kept: list[Any] = []
    for incident in await one.incidents():
        found = await one.store.read(partial(_alerts, incident_id=incident.id))
        history = [(event.action, event.detail.get("counts")) for event in await one.events(incident)]
        kept.append((incident.state, incident.started_at, found, history))
    return kept


def _alerts(tx: Tx, incident_id: str) -> list[Alert]:
    return tx.alerts.of(incident_id)


def _behind(tx: Tx, one: Office) -> list[str]:
    """The letters that wait and would tell customers something else if they were drafted now."""
    found = []
    for notice in tx.notices.in_states(UNDECIDED):
        ctx = open_notice(tx, one.runtime, notice.id)
        assert ctx
        old = Facts.from_dict(ctx.version().facts)
        if is_news(old, current_facts(ctx, old.answers)):
            found.append(notice.id)
    return found
