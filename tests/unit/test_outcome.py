"""What a server's answer means for one recipient, and when it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.smtp.outcome import Outcome, outcome, retry_at

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "code, dot_written, state",
    [
        pytest.param(250, True, "sent", id="accepted"),
        pytest.param(421, True, "deferred", id="closing, said after the dot"),
        pytest.param(451, False, "deferred", id="greylisted"),
        pytest.param(452, False, "deferred", id="no room"),
        pytest.param(552, False, "deferred", id="552 is temporary"),
        pytest.param(552, True, "deferred", id="552 after the dot too"),
        pytest.param(550, False, "failed", id="no such user"),
        pytest.param(554, True, "failed", id="content refused"),
        pytest.param(0, False, "queued", id="lost before the dot: certainly not accepted"),
        pytest.param(0, True, "unknown", id="lost after the dot: nobody knows"),
        pytest.param(354, True, "unknown", id="makes no sense after the dot"),
        pytest.param(251, True, "unknown", id="only 250 is sent"),
        pytest.param(250, False, "queued", id="250 before the dot accepts nothing"),
    ],
)
def test_reply_decides_the_state(code, dot_written, state):
    assert outcome(code, dot_written=dot_written).state == state


@given(st.integers(200, 599))
def test_nothing_is_sent_before_its_dot(code):
    assert outcome(code, dot_written=False).state in {"queued", "deferred", "failed"}


@pytest.mark.parametrize("code", [-1, 1, 199, 600, 999])
def test_number_that_is_no_reply_code_is_an_error(code):
    with pytest.raises(ValueError):
        outcome(code, dot_written=True)


@pytest.mark.parametrize("attempts, minutes", [(1, 1), (2, 2), (3, 5), (4, 15), (5, 30), (6, 30), (50, 30)])
def test_retries_grow_to_half_an_hour(attempts, minutes):
    assert retry_at(attempts, NOON, NOON) == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "age, again",
    [
        pytest.param(timedelta(hours=23, minutes=59), True, id="still within a day"),
        pytest.param(timedelta(hours=24), False, id="a day is over"),
    ],
)
def test_retries_end_after_a_day(age, again):
    assert (retry_at(40, NOON, NOON + age) is not None) is again


@pytest.mark.parametrize(
    "code, reply, words",
    [
        pytest.param(550, "5.1.1 no such user", "550 5.1.1 no such user", id="the server's, code included"),
        pytest.param(550, "", "550", id="a code alone"),
        pytest.param(0, "the server closed the connection", "the server closed the connection", id="ours"),
    ],
)
def test_what_is_shown_of_an_attempt(code: int, reply: str, words: str) -> None:
    assert Outcome("failed", code, reply).words == words
