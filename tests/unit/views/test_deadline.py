"""The deadline on a page: what is due when, how long is left, and how loudly it is said."""

from datetime import datetime, timedelta

import pytest

from bridge.web.views.deadline import Deadline, deadline
from tests.web.samples import at, in_state, notice


@pytest.mark.parametrize(
    "now, left, percent, tone",
    [
        pytest.param(at(2, 10), "残り15分", 100, "calm", id="at its beginning"),
        pytest.param(at(2, 16), "残り9分", 60, "calm", id="some minutes later"),
        pytest.param(at(2, 20), "残り5分", 33, "calm", id="exactly five minutes are left"),
        pytest.param(at(2, 20, 1), "残り4分", 33, "soon", id="less than five minutes are left"),
        pytest.param(at(2, 24, 59), "残り1分未満", 0, "soon", id="one second is left"),
        pytest.param(at(2, 9), "残り16分", 100, "calm", id="a clock that stepped back"),
    ],
)
def test_the_time_left_is_said_in_whole_minutes_and_coloured(
    now: datetime, left: str, percent: int, tone: str
) -> None:
    assert deadline(in_state("open", now=now)) == Deadline("02:25 までに承認", left, percent, tone)


@pytest.mark.parametrize(
    "late, over",
    [
        (timedelta(), "期限を過ぎました"),
        (timedelta(minutes=1), "1分超過"),
        (timedelta(minutes=119), "119分超過"),
        (timedelta(hours=2), "2時間超過"),
        (timedelta(days=2), "2日超過"),
    ],
)
def test_a_deadline_that_has_passed_says_by_how_much(late: timedelta, over: str) -> None:
    found = deadline(in_state("open", now=at(2, 25) + late))
    assert (found.left, found.percent, found.tone) == (over, 100, "late")
    assert found.text.endswith("の期限")


def test_a_deadline_on_another_day_is_said_with_its_day() -> None:
    assert deadline(in_state("open", now=at(23, 50, day=23))).text == "11月24日(火) 02:25 までに承認"


def test_an_update_is_due_when_customers_were_promised_it() -> None:
    assert deadline(in_state("update")).text == "03:10 お客様との約束"
    assert deadline(in_state("update", "en")).text == "Promised for 03:10"


ODD = notice("update", base_at=at(2, 57, 20), due_at=at(3, 7, 20), drafted_at=at(2, 57, 20))


@pytest.mark.parametrize(
    "minute, text, left",
    [
        (2, "03:10 お客様との約束", "残り8分"),
        (8, "03:10 お客様との約束", "残り2分"),
        (10, "03:10 の期限", "期限を過ぎました"),
    ],
)
def test_the_on_call_reads_the_time_that_customers_were_promised(minute: int, text: str, left: str) -> None:
    found = deadline(in_state("update", now=at(3, minute), notice=ODD))
    assert (found.text, found.left) == (text, left)


def test_a_deadline_at_the_moment_of_its_base_does_not_divide_by_zero() -> None:
    at_once = notice(base_at=at(2, 25), due_at=at(2, 25))
    assert deadline(in_state("open", notice=at_once, now=at(2, 24, 59))).percent == 100
