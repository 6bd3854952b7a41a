"""How letters write times: computed weekdays, a 24-hour clock, durations that agree with what is printed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core import dates
from bridge.core.values import Locale

TOKYO = ZoneInfo("Asia/Tokyo")
NIGHT = datetime(2026, 11, 20, 17, 5, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone, locale, text",
    [
        pytest.param("Asia/Tokyo", "ja", "2026年11月21日(土) 2時05分頃", id="the next day in Japan, no zone"),
        pytest.param(
            "Asia/Tokyo", "en", "about 02:05 JST on Saturday, 21 November 2026", id="English names it"
        ),
        pytest.param(
            "Etc/UTC",
            "en",
            "about 17:05 Coordinated Universal Time on Friday, 20 November 2026",
            id="no city",
        ),
        pytest.param("UTC", "ja", "2026年11月20日(金) 17時05分頃", id="24-hour clock"),
        pytest.param(
            "Asia/Singapore", "en", "about 01:05 Singapore time on Saturday, 21 November 2026", id="Singapore"
        ),
        pytest.param(
            "America/New_York", "en", "about 12:05 New York time on Friday, 20 November 2026", id="New York"
        ),
    ],
)
def test_a_time_is_written_in_the_zone_of_the_service(zone: str, locale: Locale, text: str) -> None:
    assert dates.about(NIGHT, ZoneInfo(zone), locale) == text


def test_midnight_is_zero_o_clock_of_the_new_day() -> None:
    assert dates.moment(datetime(2026, 12, 31, 15, tzinfo=UTC), TOKYO, "ja") == "2027年1月1日(金) 0時00分"


def test_running_text_writes_the_hour_as_its_language_does() -> None:
    assert (dates.clock(NIGHT, TOKYO, "ja"), dates.clock(NIGHT, TOKYO)) == ("2:05", "02:05")


@pytest.mark.parametrize(
    "zone, note",
    [
        ("Asia/Tokyo", ""),
        ("Asia/Seoul", ""),
        ("Asia/Singapore", "現地時間(日本時間より1時間遅れ)"),
        ("Pacific/Auckland", "現地時間(日本時間より4時間進み)"),
        ("Asia/Kolkata", "現地時間(日本時間より3時間30分遅れ)"),
    ],
)
def test_a_japanese_letter_explains_a_clock_that_is_not_japans(zone: str, note: str) -> None:
    assert dates.zone_note_ja(NIGHT, ZoneInfo(zone)) == note


@pytest.mark.parametrize(
    "length, ja, en",
    [
        (timedelta(seconds=59), "1分未満", "less than a minute"),
        (timedelta(minutes=1), "1分", "1 minute"),
        (timedelta(minutes=82), "1時間22分", "1 hour 22 minutes"),
        (timedelta(hours=2), "2時間", "2 hours"),
        (timedelta(days=1, minutes=3), "1日3分", "1 day 3 minutes"),
    ],
)
def test_a_duration_is_in_whole_minutes(length: timedelta, ja: str, en: str) -> None:
    assert (dates.duration(length, "ja"), dates.duration(length, "en")) == (ja, en)


@given(st.integers(0, 10**10).map(lambda n: datetime.fromtimestamp(n / 7, UTC)))
def test_a_promise_is_rounded_up_to_the_next_five_minutes(at: datetime) -> None:
    rounded = dates.round_up(at)
    assert timedelta() <= rounded - at < timedelta(minutes=5)
    assert rounded.minute % 5 == rounded.second == rounded.microsecond == 0


@pytest.mark.parametrize(
    "day, after",
    [
        pytest.param(date(2026, 11, 21), date(2026, 11, 30), id="over a weekend and 勤労感謝の日"),
        pytest.param(date(2026, 11, 24), date(2026, 12, 1), id="from a Tuesday"),
        pytest.param(date(2026, 9, 18), date(2026, 9, 30), id="over the three holidays of September 2026"),
    ],
)
def test_five_working_days_skip_weekends_and_holidays(day: date, after: date) -> None:
    assert dates.working_days_after(day, 5) == after


@pytest.mark.parametrize(
    "hour, ja, en",
    [
        (5, "2026年11月1日(日) 夏時間1時10分頃", "about 01:10 EDT on Sunday, 1 November 2026"),
        (6, "2026年11月1日(日) 標準時1時10分頃", "about 01:10 EST on Sunday, 1 November 2026"),
        (7, "2026年11月1日(日) 2時10分頃", "about 02:10 New York time on Sunday, 1 November 2026"),
    ],
)
def test_an_hour_that_comes_twice_says_which_of_the_two(hour, ja, en):
    at, zone = datetime(2026, 11, 1, hour, 10, tzinfo=UTC), ZoneInfo("America/New_York")
    assert (dates.about(at, zone, "ja"), dates.about(at, zone, "en")) == (ja, en)
