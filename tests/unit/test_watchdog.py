"""Whether a sender has fallen silent, and when people are told of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bridge.core.watchdog import AGAIN_AFTER, SenderState, is_silent, news_of
from tests.parts.midori import minutes, seconds
from tests.unit.midori import FIRED

LONG_AGO = FIRED - timedelta(days=9)
POSTED = SenderState("alertmanager", minutes(5), posted_at=FIRED)


@pytest.mark.parametrize(
    "sender, now, silent",
    [
        pytest.param(POSTED, FIRED + minutes(5), False, id="to the second"),
        pytest.param(POSTED, FIRED + minutes(5) + seconds(1), True, id="a second longer than it may"),
        pytest.param(replace(POSTED, posted_at=None), FIRED + minutes(60), False, id="never posted"),
        pytest.param(replace(POSTED, allowed=None), FIRED + minutes(60), False, id="not watched"),
        pytest.param(POSTED, FIRED - minutes(60), False, id="the clock went back"),
    ],
)
def test_a_sender_is_silent_when_it_posts_nothing_for_longer_than_it_may(
    sender: SenderState, now: datetime, silent: bool
) -> None:
    assert is_silent(sender, LONG_AGO, now) is silent


def test_while_nobody_listened_nobody_could_be_heard() -> None:
    started = FIRED + minutes(60)
    assert not is_silent(POSTED, started, started + minutes(4))
    assert is_silent(POSTED, started, started + minutes(6))


@pytest.mark.parametrize(
    "told, posted, now, news",
    [
        pytest.param(None, 0, 6, "silent", id="for the first time"),
        pytest.param(6, 0, 60, None, id="told already"),
        pytest.param(6, 0, 6 + 359, None, id="not yet again"),
        pytest.param(6, 0, 6 + 360, "silent", id="again after six hours"),
        pytest.param(6, 40, 41, "heard", id="back"),
        pytest.param(None, 40, 41, None, id="never away"),
        pytest.param(6, 0, 4, None, id="the clock went back"),
    ],
)
def test_people_are_told_once_of_each(told: int | None, posted: int, now: int, news: str | None) -> None:
    sender = replace(
        POSTED, told_at=None if told is None else FIRED + minutes(told), posted_at=FIRED + minutes(posted)
    )
    assert news_of(sender, LONG_AGO, FIRED + minutes(now)) == news


@pytest.mark.parametrize(
    "posted, wrong_at, now, since",
    [
        pytest.param(0, 9, 10, 2, id="they go on"),
        pytest.param(0, 9, 30, None, id="they ended long ago"),
        pytest.param(10, 9, 10, None, id="a right one came after them"),
    ],
)
def test_wrong_credentials_are_named_while_they_go_on(
    posted: int, wrong_at: int, now: int, since: int | None
) -> None:
    sender = replace(
        POSTED,
        posted_at=FIRED + minutes(posted),
        wrong_since=FIRED + minutes(2),
        wrong_at=FIRED + minutes(wrong_at),
    )
    expected = None if since is None else FIRED + minutes(since)
    assert sender.turned_away_since(FIRED + minutes(now)) == expected


def test_again_is_six_hours() -> None:
    assert timedelta(hours=6) == AGAIN_AFTER
