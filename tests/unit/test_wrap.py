"""Folding at 35 full-width characters: phrases, line-breaking rules, nothing lost, nothing torn."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.core.width import width
from bridge.letters.wrap import wrap

JAPANESE = st.text("あいうえおアイウエオ漢字復旧確認障害、。「」()ーっ々 ", max_size=200)
LETTERS = st.lists(st.one_of(JAPANESE, st.from_regex(r"\A[a-z]{1,12}\Z")), max_size=8).map("".join)
LINK = "https://status.example.jp/incidents/2026-11-21-sign-in-failure-of-midori-shop/reports"


def same_text(text: str) -> str:
    return "".join(text.split())


def test_a_long_sentence_breaks_between_phrases() -> None:
    text = "復旧見込み：現時点では復旧時刻は未定です。判明次第、改めてご連絡いたします。"
    assert wrap(text, 35).split("\n") == [
        "復旧見込み：現時点では復旧時刻は未定です。判明次第、",
        "  改めてご連絡いたします。",
    ]


@given(LETTERS)
@example("ッ" * 80)
@example("「" * 80)
def test_nothing_is_lost_or_added(text: str) -> None:
    assert same_text(wrap(text, 35)) == same_text(text)


@given(st.lists(st.text("あいうアイウ漢字復旧確認障害", min_size=1, max_size=60)).map("。".join))
def test_no_line_is_wider_than_70_columns(text: str) -> None:
    assert max(width(line) for line in wrap(f"現在の状況：{text}", 35).split("\n")) <= 70


@given(st.text("復旧時刻は未定です、。」ー", min_size=40, max_size=120).filter(lambda t: "、、" not in t))
def test_no_line_begins_with_closing_punctuation(text: str) -> None:
    assert not any(line[0] in "、。」ー" for line in wrap(f"復{text}", 35).split("\n")[1:] if line)


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(LINK, id="a link longer than a line"),
        pytest.param("support@example.jp", id="an address"),
        pytest.param("certificate-management", id="a Latin word"),
        pytest.param("12,408名", id="a number and its unit"),
        pytest.param("2026年11月21日(土)", id="a date"),
        pytest.param("23時05分頃", id="a time"),
    ],
)
@pytest.mark.parametrize("before", range(20, 36))
def test_links_addresses_words_numbers_and_dates_are_never_torn(before: int, whole: str) -> None:
    assert whole in wrap(f"{'あ' * before}{whole}につきまして、ご報告いたします。", 35)


def test_a_folded_line_keeps_its_indent() -> None:
    assert all(line.startswith("  ") for line in wrap("  " + "対応を実施いたします。" * 8, 35).split("\n"))


def test_english_breaks_at_spaces() -> None:
    assert wrap("We are investigating the cause. " * 5, 35).split("\n")[0] == (
        "We are investigating the cause. We are investigating the cause."
    )


@given(LETTERS)
def test_without_a_width_a_letter_is_not_folded(text: str) -> None:
    assert wrap(text, None) == text


@given(LETTERS)
def test_folding_twice_changes_nothing(text: str) -> None:
    folded = wrap(text, 35)
    assert wrap(folded, 35) == folded


@pytest.mark.parametrize("text, columns", [("あA", 3), ("■", 2), ("ｱ", 1), ("…", 2)])
def test_width_counts_as_mail_readers_do(text: str, columns: int) -> None:
    assert width(text) == columns
