"""Preparing a text: joining, folding, quotes, sentences, and the way back to the original offsets."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.wording import Context, Letter, check
from bridge.wording.text import BLOT, open_page

LETTERISH = st.text(
    alphabet="まもなく復旧します。\n 　■影響範囲:「」10時05分(火)①！ＡＢab\u200b\u3099\r", max_size=120
)


def found(text: str, kind: str = "first") -> set[str]:
    return {finding.rule for finding in check(Letter(kind, "", text), Context(), "sentence")}


@given(LETTERISH)
def test_every_character_of_the_flow_knows_where_it_came_from(raw: str) -> None:
    page = open_page("body", raw)
    assert len(page.origin) == len(page.flow) + 1
    assert page.origin == sorted(page.origin)
    assert len(page.wording) == len(page.flow)


@given(LETTERISH)
def test_a_finding_shows_exactly_what_stands_at_its_span(raw: str) -> None:
    letter = Letter("first", raw, raw)
    for finding in check(letter, Context()):
        start, end = finding.span
        assert getattr(letter, finding.field)[start:end] == finding.text


def test_a_phrase_broken_over_two_lines_is_still_the_phrase() -> None:
    assert found("サービスは、まも\nなく復旧する見込みです。") == {"EXP-01"}
    assert found("サービスは、まも\r\n  なく復旧する見込みです。") == {"EXP-01"}


def test_headings_and_labels_are_not_joined_to_the_line_before() -> None:
    page = open_page("body", "■影響範囲\n・受注\n対象:全員\n(1) 追加\n続きの行\nの続き")
    assert page.flow == "■影響範囲\n・受注\n対象:全員\n(1) 追加続きの行の続き"


def test_an_invisible_character_does_not_hide_a_phrase() -> None:
    assert found("お\u200bそらく故障です。") == {"SPC-01", "CHR-07"}


@pytest.mark.parametrize("text", ["画面に「まもなく復旧します」と出ます。", "「外「おそらく」内」と出ます。"])
def test_quoted_text_is_not_ours(text: str) -> None:
    assert found(text) == set()


def test_an_unclosed_quote_hides_nothing() -> None:
    assert found("「おそらく故障です。\nまた「ご確認ください。") == {"SPC-01"}
    assert BLOT not in open_page("body", "「開いたまま\n\n閉じる」").wording


def test_a_sentence_does_not_end_inside_a_quote() -> None:
    page = open_page("body", "「停止。」と表示されます。次の文です。")
    assert [page.flow[start:end] for start, end in page.sentences] == [
        "「停止。」と表示されます。",
        "次の文です。",
    ]


@pytest.mark.parametrize(
    ("closing", "begins"),
    [
        ("━━━━━━\n佐藤\nお問い合わせ:support@example.jp\n━━━━━━", "━"),
        ("みどりショップ運営事務局\nsupport@example.jp", "み"),
        ("調査を続けております。", ""),
    ],
    ids=["between rulers", "last paragraph", "none"],
)
def test_the_signature_is_the_closing_block_with_a_contact(closing: str, begins: str) -> None:
    page = open_page("body", f"お客様各位\n\n調査しております。\n\n{closing}")
    assert page.raw[page.signature :][:1] == begins


def test_names_and_links_in_the_signature_are_left_alone() -> None:
    body = "お客様各位\n\n調査しております。\n\n━━━━━━\n担当 佐藤\nhttp://www.example.jp/\nTEL 03-0000-0000\n"
    context = Context(staff=("佐藤",), public_urls=())
    assert not {f.rule for f in check(Letter("first", "", body), context)} & {"LEK-05", "LEK-06", "MAL-03"}


def test_detached_voicing_marks_are_read_with_their_character_and_stay_in_its_span() -> None:
    raw = unicodedata.normalize("NFD", "ご利用が、まもなく再開です。")
    page = open_page("body", raw)
    assert page.flow == "ご利用が、まもなく再開です。"
    start, end = page.span(0, 4)
    assert unicodedata.normalize("NFC", raw[start:end]) == "ご利用が"
