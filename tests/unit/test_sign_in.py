"""Only the newest link works: once, for fifteen minutes; five an hour are mailed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.sign_in import LINKS_AN_HOUR, SignIns, ask, used

NIGHT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def asked(*minutes: float) -> SignIns:
    """After links were asked for at these minutes: `link-0`, `link-1`, …"""
    known = SignIns()
    for n, minute in enumerate(minutes):
        known = ask(known, f"link-{n}", NIGHT + minute * MINUTE) or known
    return known


@pytest.mark.parametrize(
    "known, link, minute, state",
    [
        pytest.param(asked(0), "link-0", 0, "works", id="at once"),
        pytest.param(asked(0), "link-0", 14.9, "works", id="just in time"),
        pytest.param(asked(0), "link-0", 15, "late", id="late"),
        pytest.param(asked(0, 5), "link-0", 6, "over", id="the older of two"),
        pytest.param(asked(0, 5), "link-1", 19, "works", id="the newer of two"),
        pytest.param(used(asked(0)), "link-0", 1, "over", id="used"),
        pytest.param(used(asked(0)), "", 1, "over", id="none, after it was used"),
        pytest.param(SignIns(), "", 1, "over", id="none, and none was asked for"),
    ],
)
def test_a_link_works_once_and_for_a_quarter_of_an_hour(
    known: SignIns, link: str, minute: float, state: str
) -> None:
    assert known.state(link, NIGHT + minute * MINUTE) == state


def test_the_sixth_within_an_hour_is_not_mailed_and_leaves_the_fifth_alone() -> None:
    known = asked(0, 1, 2, 3, 4)
    assert ask(known, "link-5", NIGHT + 59 * MINUTE) is None
    assert known.state("link-4", NIGHT + 5 * MINUTE) == "works"
    again = ask(known, "link-5", NIGHT + 60 * MINUTE)
    assert again
    assert again.state("link-5", NIGHT + 60 * MINUTE) == "works"


@given(st.lists(st.floats(0, 300), max_size=30).map(sorted))
def test_no_hour_has_more_than_five_and_what_is_kept_comes_back(minutes: list[float]) -> None:
    mailed: list[datetime] = []
    known = SignIns()
    for minute in minutes:
        now = NIGHT + minute * MINUTE
        if after := ask(known, "link", now):
            known = after
            mailed.append(now)
    for at in mailed:
        assert sum(at <= each < at + timedelta(hours=1) for each in mailed) <= LINKS_AN_HOUR
    assert SignIns.from_text(known.to_text()) == known
