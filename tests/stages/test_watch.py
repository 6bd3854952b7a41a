"""A sender that falls silent rings once, again every six hours, and is told of once when it is back."""

from datetime import timedelta
from functools import partial

import pytest

from bridge.config import SOURCES, Config
from bridge.config.sections import Watch
from bridge.core.model import Alert
from bridge.sources.post import Parsed
from bridge.stages.refused import RefusedPost, tell_refused
from bridge.stages.wake import Wake
from bridge.stages.watch import senders, turned_away, watch
from bridge.store.claims import Claimed
from tests.parts.midori import minutes
from tests.stages.office import Office, states
from tests.stages.samples import NIGHT, configured, firing, resolved

PROMETHEUS = SOURCES["prometheus"].Settings.model_validate({"kind": "prometheus", "auth": "none"})


def watched(**more: object) -> Config:
    """The configuration in which Alertmanager is expected every 5 minutes, and escalation `shop` is told."""
    config = configured(("shop", "point"))
    alertmanager = config.sources["alertmanager"].model_copy(update={"expect_every": minutes(5)})
    sources = {"alertmanager": alertmanager, "prometheus": PROMETHEUS}
    return config.model_copy(update={"sources": sources, "watch": Watch(escalation="shop"), **more})


@pytest.fixture
def watching(office: Office) -> Office:
    """An office that listens since long ago."""
    office.reconfigure(**dict(watched()))
    return office


async def look(office: Office, after: float = 0) -> Wake:
    office.clock.move(minutes(after))
    unit = partial(watch, runtime=office.runtime, listening_since=NIGHT - timedelta(days=1))
    return await office.store.run(unit)


async def heard(office: Office, *alerts: Alert, source: str = "alertmanager") -> None:
    """A post, perhaps an empty one: a sign of life all the same."""
    await office.post_together(Parsed(alerts), source=source)


async def told(office: Office) -> list[Claimed]:
    return list(await office.claim("oncall"))


async def test_a_silent_sender_rings_the_first_step_once_and_again_after_six_hours(watching: Office) -> None:
    await heard(watching)
    assert not (await look(watching, 5)).oncall
    assert (await look(watching, 1)).oncall
    assert await watching.told("silent") == ["maruyama"]
    for _ in range(359):
        await look(watching, 1)
    assert await watching.told("silent") == []
    await look(watching, 1)
    assert await watching.told("silent") == ["maruyama"]


async def test_one_mail_says_that_it_is_back(watching: Office) -> None:
    await heard(watching)
    await look(watching, 12)
    assert await watching.told("silent") == ["maruyama"]
    await heard(watching)
    await look(watching)
    assert await watching.told("heard") == ["maruyama"]
    await look(watching, 4)
    assert await watching.told("heard") == []
    await look(watching, 2)
    assert await watching.told("silent") == ["maruyama"]


async def test_a_sender_that_never_posted_is_not_missed(watching: Office) -> None:
    await look(watching, 600)
    assert await told(watching) == []


async def test_every_post_with_the_right_credential_counts(watching: Office) -> None:
    await heard(watching)
    watching.clock.move(minutes(4))
    refused = RefusedPost("alertmanager", 400, "version: missing", "version")
    await watching.store.run(partial(tell_refused, runtime=watching.runtime, post=refused))
    await look(watching, 4)
    assert await watching.told("silent") == []


async def test_the_mail_names_the_length_and_the_last_post(watching: Office) -> None:
    await heard(watching)
    await look(watching, 12)
    (row,) = await told(watching)
    text = await watching.written(row)
    assert text.subject == "【警報なし】alertmanager から 12分 届いていません"
    assert "2:10 を最後に" in text.body
    assert "6時間ごと" in text.body
    english = await watching.written(row, "en")
    assert english.subject == "[No alerts] nothing from alertmanager for 12 minutes"


async def test_a_wrong_token_is_named_as_the_cause(watching: Office) -> None:
    await heard(watching)
    for _ in range(6):
        watching.clock.move(minutes(1))
        await watching.store.run(partial(turned_away, source="alertmanager"))
    await look(watching)
    (row,) = await told(watching)
    assert (
        "2:11 から、認証情報(トークンやパスワード)の違う投稿が届いています"
        in (await watching.written(row)).body
    )
    assert "Since 02:11" in (await watching.written(row, "en")).body


async def test_the_mail_that_it_is_back_says_what_is_not_known(watching: Office) -> None:
    await heard(watching)
    await look(watching, 6)
    await watching.told("silent")
    await heard(watching)
    await look(watching)
    (row,) = await told(watching)
    text = await watching.written(row)
    assert text.subject == "【警報再開】alertmanager から再び届いています"
    assert "2:16 にお知らせした途絶は終わりました" in text.body
    assert (await watching.written(row, "en")).subject == "[Alerts are back] alertmanager posts again"


async def test_prometheus_is_missed_while_its_alert_fires_and_nothing_resolves(watching: Office) -> None:
    await heard(watching, firing(source="prometheus"), source="prometheus")
    await watching.told("ring")
    await look(watching, 6)
    rows = [row for row in await told(watching) if row.kind == "silent"]
    assert [row.detail["source"] for row in rows] == ["prometheus"]
    assert "prometheus のアラートが1件、発生中のまま" in (await watching.written(rows[0])).body
    assert (await watching.incident()).state == "open"
    assert [kind for kind, _ in states(await watching.notices())] == ["first"]


async def test_prometheus_without_a_firing_alert_posts_nothing_and_is_not_missed(watching: Office) -> None:
    await heard(watching, firing(source="prometheus"), source="prometheus")
    await heard(watching, resolved(source="prometheus"), source="prometheus")
    await look(watching, 60)
    assert await watching.told("silent") == []


async def test_a_silent_sender_never_drafts_a_letter(watching: Office) -> None:
    await heard(watching)
    await look(watching, 600)
    assert await watching.incidents() == []


async def test_the_timer_looks_and_a_restart_gives_senders_their_time_anew(watching: Office) -> None:
    timer = watching.instance("one")
    await heard(watching)
    await timer.tick()
    watching.clock.move(minutes(6))
    await timer.tick()
    assert await watching.told("silent") == ["maruyama"]
    watching.clock.move(minutes(400))
    await watching.instance("two").tick()
    assert await watching.told("silent") == []


async def test_the_last_post_of_each_source_is_known(watching: Office) -> None:
    await heard(watching)
    watching.clock.move(minutes(3))
    known = await watching.store.read(lambda tx: senders(tx, watching.runtime.config))
    ages = {one.source: one.silent_for(watching.clock.now) for one in known}
    assert ages == {"alertmanager": minutes(3), "prometheus": None}
