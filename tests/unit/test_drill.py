"""Drills: the minute of a surprise, the mark on everything that leaves, and what the record must agree about."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.drill import (
    Window,
    agreed_mode,
    is_marked,
    marked,
    marked_mail,
    parse_window,
    surprise_minute,
)
from bridge.core.drill_score import DrillScore, PersonScore, as_rows, last_seconds, median_seconds, score
from bridge.core.model import Event, Text
from bridge.core.values import LOCALES

TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 12:00 in Tokyo
WORK = Window(frozenset(range(5)), time(10), time(17))


@pytest.mark.parametrize(
    "text, window",
    [
        pytest.param("Mon-Fri 10:00-17:00", WORK, id="a working week"),
        pytest.param(
            "Tue,thursday 9:30-12:00", Window(frozenset({1, 3}), time(9, 30), time(12)), id="two days"
        ),
        pytest.param(
            "Fri-Mon 0:00-23:59", Window(frozenset({4, 5, 6, 0}), time(0), time(23, 59)), id="over Sunday"
        ),
    ],
)
def test_a_window_is_read(text: str, window: Window) -> None:
    assert parse_window(text) == window


@pytest.mark.parametrize(
    "text, why",
    [
        ("", "not a window"),
        ("10:00-17:00", "not a window"),
        ("Mon-Fri", "not a window"),
        ("Mon-Fri 17:00-10:00", "ends before it begins"),
        ("Mon-Fri 10:00-10:00", "ends before it begins"),
        ("Mon-Fri 10:00-25:00", "no time of day"),
        ("Mon-Xyz 10:00-17:00", "no day of the week"),
    ],
)
def test_what_is_no_window_says_how_to_write_one(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        parse_window(text)
    assert "Mon-Fri 10:00-17:00" in str(refused.value)


@given(pick=st.integers(0), hours=st.integers(1, 24 * 14))
def test_a_surprise_comes_inside_its_window_and_in_time(pick: int, hours: int) -> None:
    within = timedelta(hours=hours)
    minute = surprise_minute(WORK, TOKYO, MONDAY, within, lambda n: pick % n)
    assert minute is not None
    local = minute.astimezone(TOKYO)
    assert MONDAY <= minute < MONDAY + within
    assert local.weekday() < 5
    assert time(10) <= local.time() < time(17)
    assert (local.second, local.microsecond) == (0, 0)


def test_every_minute_of_the_window_can_come_and_none_twice() -> None:
    window = Window(frozenset({0, 1}), time(10), time(12, 30))
    counts: list[int] = []

    def count(n: int) -> int:
        counts.append(n)
        return 0

    surprise_minute(window, TOKYO, MONDAY, timedelta(days=7), count)
    found = {
        surprise_minute(window, TOKYO, MONDAY, timedelta(days=7), lambda n, i=i: i) for i in range(counts[0])
    }
    assert counts == [30 + 150 + 120]  # the rest of this Monday, Tuesday, next Monday until noon
    assert len(found) == counts[0]


@pytest.mark.parametrize(
    "window, within",
    [
        pytest.param(Window(frozenset({6}), time(10), time(17)), timedelta(days=5), id="no such day"),
        pytest.param(Window(frozenset({0}), time(10), time(11)), timedelta(hours=3), id="over for today"),
        pytest.param(WORK, timedelta(seconds=30), id="less than a minute"),
    ],
)
def test_a_window_that_never_comes_has_no_minute(window: Window, within: timedelta) -> None:
    assert surprise_minute(window, TOKYO, MONDAY, within, lambda n: 0) is None


def test_the_hour_that_a_zone_skips_is_no_minute_of_any_window() -> None:
    zone, night = ZoneInfo("Europe/Berlin"), datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
    window = Window(frozenset({6}), time(2), time(3))
    assert surprise_minute(window, zone, night, timedelta(days=1), lambda n: 0) is None


@pytest.mark.parametrize("locale", LOCALES)
def test_a_letter_of_a_drill_is_marked_once_in_subject_and_body(locale: str) -> None:
    once = marked(Text("【障害】件名", "本文\n"), locale)  # type: ignore[arg-type]
    assert is_marked(once.subject)
    assert once.body.endswith("\n\n本文\n")
    assert marked(once, locale) == once  # type: ignore[arg-type]
    assert not is_marked("【障害】訓練ではない件名")


def test_a_mail_to_the_people_says_it_first_even_where_its_letter_said_so() -> None:
    mail = marked_mail(marked(Text("件名", "本文\n"), "ja"), "ja")
    assert mail.subject == "【訓練】件名"
    assert mail.body.startswith("訓練です。お客様には送られません。\n※ これは訓練")


@pytest.mark.parametrize(
    "stored, begun, approved, agreed",
    [
        ("real", "real", "real", "real"),
        ("drill", "drill", "drill", "drill"),
        ("real", "drill", "drill", None),
        ("drill", "real", "real", None),
        ("drill", "drill", "real", None),
        ("drill", None, "drill", None),
        ("real", "real", None, None),
    ],
)
def test_row_history_and_approval_must_agree_about_what_it_is(
    stored: str, begun: str | None, approved: str | None, agreed: str | None
) -> None:
    assert agreed_mode(stored, begun, approved) == agreed  # type: ignore[arg-type]


def at(second: int) -> datetime:
    return MONDAY + timedelta(seconds=second)


def event(second: int, actor: str, action: str, **detail: object) -> Event:
    return Event(second + 1, at(second), actor, action, detail)


RANG = event(3, "bridge", "rang", people=["maruyama"])
RANG_BOTH = event(60, "bridge", "rang", people=["maruyama", "sato"])


def test_a_score_names_first_rings_presses_and_the_decision() -> None:
    told = score([RANG, event(41, "maruyama", "acknowledged"), RANG_BOTH, event(80, "maruyama", "approved")])
    maruyama, sato = told.people
    assert (told.decision, told.decided_by, told.seconds, told.first_ring_at) == (
        "approved",
        "maruyama",
        77,
        at(3),
    )
    assert (maruyama.rung_at, maruyama.acknowledged_at, maruyama.seconds) == (at(3), at(41), 77)
    assert (sato.rung_at, sato.seconds, sato.pressed) == (at(60), None, False)


def test_an_approval_that_was_taken_back_is_no_decision() -> None:
    told = score([RANG, event(20, "maruyama", "approved"), event(25, "maruyama", "cancelled")])
    assert (told.decision, told.seconds, told.people[0].decided_at) == (None, None, None)


def test_a_first_yes_of_two_is_that_persons_decision_and_not_the_drills() -> None:
    told = score([RANG_BOTH, event(70, "maruyama", "approved_first"), event(99, "sato", "approved")])
    assert [one.seconds for one in told.people] == [10, 39]
    assert (told.decided_by, told.seconds) == ("sato", 39)


def test_nobody_was_rung_yet() -> None:
    assert (score([]).first_ring_at, score([]).seconds) == (None, None)


def test_earlier_drills_are_compared_with() -> None:
    def took(seconds: int | None) -> DrillScore:
        decided = at(seconds) if seconds is not None else None
        return DrillScore((PersonScore("sato", at(0), None, decided),), "approved", "sato", decided)

    drills = [took(90), took(None), took(30), took(60)]
    assert last_seconds("sato", drills) == (90, None, 30)
    assert last_seconds("nobody", drills) == ()
    assert median_seconds(drills) == 60
    assert median_seconds([]) is None


def test_the_people_of_a_score_are_rows_of_a_table() -> None:
    rows = as_rows([{"person": "sato", "name": "佐藤", "seconds": 77, "decided_at": None, "more": 1}])
    assert rows == [
        ["person", "name", "rung_at", "acknowledged_at", "decided_at", "seconds"],
        ["sato", "佐藤", "", "", "", "77"],
    ]
