"""Who would receive the letter, and what is unusual about the list."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bridge.core.values import LocalText
from bridge.web.views.deck import Choice
from bridge.web.views.recipients import Audience, audience
from tests.web.samples import AUDIENCE, NOW, SERVICE, at, in_state

BEFORE = "前回は100名でした。"
ONE_BY_ONE = "1通ずつ個別に届きます。"
NO_HOLD = SERVICE.model_copy(update={"policy": SERVICE.policy.model_copy(update={"hold": timedelta()})})


def counted(n: int, before: int | None, **more: Any) -> dict[str, Any]:
    return {"audience": replace(AUDIENCE, count=n, locales={"ja": n}), "previous_count": before, **more}


def test_a_list_is_shown_with_its_name_its_size_and_what_is_new() -> None:
    assert audience(in_state("open", audience=replace(AUDIENCE, bad=(), bad_total=0))) == Audience(
        "ショップ会員(全員)", "12,408", "名", "前回より +12名。" + ONE_BY_ONE, "", ()
    )


def test_rows_that_get_no_letter_are_said_beside_the_count_and_lead_to_what_is_wrong_in_them() -> None:
    found = audience(in_state("open", audience=replace(AUDIENCE, bad_total=40))).unusable
    assert found == Choice("ほかに40行は送れません", "?do=details#details")
    english = audience(in_state("open", "en", audience=replace(AUDIENCE, bad_total=1))).unusable
    assert english is not None
    assert english.text == "1 more row cannot be used"
    decided = audience(in_state("stopped, list unreadable")).unusable
    assert decided is not None
    assert decided.href == "", "that page has no place to lead to"


def test_a_list_that_shrank_says_of_when_it_is() -> None:
    short = replace(AUDIENCE, count=600, as_of=at(9, 0, day=23))
    (told,) = audience(in_state("open", audience=short, previous_count=1_000)).surprises
    assert told == "前回は1,000名でした。名簿は11月23日(月)9時00分のものです。"
    (english,) = audience(in_state("open", "en", audience=short, previous_count=1_000)).surprises
    assert english == "It was 1,000 last time. The list is of Mon 23 Nov, 09:00."


@pytest.mark.parametrize(
    "now, before, note",
    [
        (100, 100, "前回と同じ人数。"),
        (101, 100, "前回より +1名。"),
        (99, 100, "前回より −1名。"),
        (120, 100, "前回より +20名。"),
        (80, 100, "前回より −20名。"),
        (100, None, "はじめて使う名簿です。"),
        pytest.param(121, 100, "", id="too many more is said in amber instead"),
        pytest.param(79, 100, "", id="too many fewer is said in amber instead"),
    ],
)
def test_the_size_is_compared_with_the_last_time(now: int, before: int | None, note: str) -> None:
    assert audience(in_state("open", **counted(now, before))).note == note + ONE_BY_ONE


@pytest.mark.parametrize(
    "changes, texts",
    [
        (counted(121, 100), (BEFORE,)),
        (counted(79, 100), (BEFORE,)),
        (
            {"repeated_at": NOW - timedelta(minutes=3)},
            ("同じ種類の手紙を10分以内に送っています。送信開始まで30秒あります。",),
        ),
        ({"repeated_at": NOW - timedelta(minutes=10)}, ()),
        (
            counted(121, 100, repeated_at=NOW),
            (
                BEFORE,
                "同じ種類の手紙を10分以内に送っています。送信開始まで30秒あります。",
            ),
        ),
        pytest.param(
            counted(121, 100, service=NO_HOLD, repeated_at=NOW), (BEFORE,), id="nothing is held: no seconds"
        ),
    ],
)
def test_what_makes_the_hold_longer_is_said(changes: dict[str, Any], texts: tuple[str, ...]) -> None:
    assert audience(in_state("open", **changes)).surprises == texts


def test_surprises_are_told_in_english_too() -> None:
    found = audience(in_state("late, smaller list", "en"))
    assert found.surprises == ("It was 12,408 last time.",)
    assert found.note == "Sent one by one."


def test_a_batch_is_counted_in_letters() -> None:
    assert audience(in_state("individual")) == Audience(
        "個別のお詫び", "2", "通", "お一人ずつ別の手紙です。", "", ()
    )


@pytest.mark.parametrize(
    "lang, problem",
    [
        ("ja", "宛先を数えられません(ファイルがありません)。名簿を直すまで送信できません。"),
        ("en", "The list cannot be counted (no file). Sending waits until it is repaired."),
    ],
)
def test_a_list_that_cannot_be_counted_says_why_and_nothing_else(lang: Any, problem: str) -> None:
    found = audience(in_state("list unreadable", lang))
    assert (found.count, found.note, found.problem) == ("", "", problem)


@pytest.mark.parametrize("n, unit", [(1, "person"), (2, "people"), (0, "people")])
def test_one_reader_is_a_person(n: int, unit: str) -> None:
    assert audience(in_state("open", "en", **counted(n, n))).unit == unit


def test_a_list_has_a_title_of_its_own_where_the_configuration_gives_one() -> None:
    named = replace(AUDIENCE, title=LocalText(ja="会員の皆様", en="All members"))
    assert audience(in_state("open", audience=named)).name == "会員の皆様"
    assert audience(in_state("open", "en", audience=named)).name == "All members"
