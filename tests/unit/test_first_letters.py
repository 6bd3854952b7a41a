"""How long customers waited: percentiles are times that happened."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.first_letters import FirstLetter, percentile, worst_first

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)


def letters(*minutes: float) -> list[FirstLetter]:
    return [
        FirstLetter(f"i{n}", "shop", NOON + timedelta(hours=n), timedelta(minutes=took))
        for n, took in enumerate(minutes)
    ]


@pytest.mark.parametrize(
    "minutes, p50, p95, longest",
    [
        ((7,), 7, 7, 7),
        ((9, 3), 3, 9, 9),
        ((1, 2, 3), 2, 3, 3),
        (tuple(range(1, 21)), 10, 19, 20),
        (tuple(range(100, 0, -1)), 50, 95, 100),
    ],
)
def test_percentiles_by_nearest_rank(minutes: tuple[int, ...], p50: int, p95: int, longest: int) -> None:
    found = [percentile(letters(*minutes), percent) / timedelta(minutes=1) for percent in (50, 95, 100)]
    assert found == [p50, p95, longest]


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no letters"):
        percentile([], 50)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60), st.integers(1, 100))
def test_so_many_are_within_a_percentile(minutes: list[int], percent: int) -> None:
    found = letters(*minutes)
    bound = percentile(found, percent)
    assert bound in [letter.took for letter in found]
    assert sum(letter.took <= bound for letter in found) * 100 >= percent * len(found)


def test_the_longest_wait_stands_first_and_of_equal_ones_the_newest() -> None:
    assert [letter.incident for letter in worst_first(letters(5, 17, 5))] == ["i1", "i2", "i0"]
