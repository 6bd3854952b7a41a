"""A letter that is looked at again: the same findings at every moment, and most rules read it once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.wording import Context, Letter, all_rules, check, check_again
from bridge.wording.kept import _kept
from tests.unit.wording.cases import EXAMPLES, MORE, NOW, REAL

MOMENTS = [NOW + timedelta(minutes=n) for n in (-600, 0, 1, 41, 3_000, 500_000)]
TIMED = 30  # rules at the most that ask the time, of some two hundred and fifty


@pytest.mark.parametrize("cases", [EXAMPLES, MORE[::7], REAL[::3]], ids=["examples", "more", "real"])
def test_the_findings_are_those_of_the_check_at_every_moment(cases):
    differ = [
        (case.id, at)
        for case in cases
        for at in MOMENTS
        if check_again(case.letter, moved := replace(case.context, now=at, promise=at))
        != check(case.letter, moved)
    ]
    assert differ == []


def test_without_a_time_they_are_the_same_too():
    for case in EXAMPLES:
        unknown = replace(case.context, now=None)
        assert check_again(case.letter, unknown) == check(case.letter, unknown)


def test_a_minute_later_only_the_rules_that_ask_the_time_read_it_again():
    letter = Letter("first", "第一報", "次回のご報告は11月24日(火)12時を予定しております。")
    before = _kept.cache_info()
    for at in MOMENTS:
        check_again(letter, Context(now=at))
    after = _kept.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, len(MOMENTS) - 1)
    timed = _kept(letter, Context(now=MOMENTS[0])).timed
    assert {"DAT-07"} <= {rule.id for rule in timed}
    assert len(timed) <= TIMED < len(all_rules()) / 4


def test_what_else_is_known_is_no_time():
    letter = Letter("first", "第一報", "佐藤が対応しております。")
    found = [check_again(letter, Context(now=NOW, staff=staff)) for staff in ((), ("佐藤",), ())]
    assert found[0] == found[2] != found[1]
