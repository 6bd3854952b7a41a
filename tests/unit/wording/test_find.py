"""How far a rule looks around what it found, and which text it reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.wording import Context, Letter
from bridge.wording.find import NEAR, phrase
from bridge.wording.rule import Find
from bridge.wording.text import lay_out

SIGNED = "調査しております。\n\n━━━━━━\n御社担当\nsupport@example.jp\n━━━━━━\n"


def found(find: Find, body: str, subject: str = "") -> list[str]:
    sheet = lay_out(Letter("first", subject, body))
    return [hit.page.raw[hit.start : hit.end] for hit in find(sheet, Context())]


PARDONED = phrase("誤り", unless="訂正")


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("誤りを訂正しました。", 0),
        ("訂正済みの誤りです。", 0),
        ("誤りがありました。訂正しました。", 1),
        ("訂正しました。誤りがありました。", 1),
        ("誤りです。\n訂正します。", 1),
        ("「訂正」と出る誤りです。", 1),
    ],
    ids=["behind", "in front", "next sentence", "sentence before", "next line", "in a quote"],
)
def test_an_excuse_counts_only_in_its_own_sentence_and_outside_quotes(text: str, hits: int) -> None:
    assert len(found(PARDONED, text)) == hits


@given(st.integers(min_value=0, max_value=2 * NEAR))
def test_an_excuse_counts_only_near_the_match(gap: int) -> None:
    near = gap + len("訂正") <= NEAR
    assert found(PARDONED, f"誤り{'あ' * gap}訂正。") == ([] if near else ["誤り"])
    assert found(PARDONED, f"訂正{'あ' * gap}誤り。") == ([] if near else ["誤り"])


def test_what_follows_or_leads_directly_excludes_a_match_and_at_a_distance_does_not() -> None:
    assert found(phrase("誤り", after="では"), "誤りではない。誤りとでは違う。") == ["誤り"]
    assert found(phrase("誤り", before="書き"), "書き誤り。書き方の誤り。") == ["誤り"]


def test_the_signature_is_read_unless_the_rule_leaves_it_out() -> None:
    assert found(phrase("御社"), SIGNED) == ["御社"]
    assert found(phrase("御社", body_only=True), SIGNED) == []
    assert found(phrase("御社", body_only=True), f"御社のデータを{SIGNED}") == ["御社"]


def test_subject_and_body_are_both_read() -> None:
    assert found(phrase("御社"), "御社のデータ", subject="御社へ") == ["御社", "御社"]


@given(st.integers(min_value=0, max_value=3 * NEAR), st.integers(min_value=0, max_value=3 * NEAR))
def test_what_a_match_needs_only_saves_time(before: int, after: int) -> None:
    text = f"{'あ' * before}AB{'い' * after}AB。"
    assert found(phrase("AB", needs="[A-Z]"), text) == found(phrase("AB"), text)
