"""Whether an annotation is words for customers at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.customer_words import accepted, as_noun, refusal, shortened
from bridge.core.facts import build
from bridge.core.impact import MAX_IMPACT_CHARS
from tests.unit.midori import RECEIVED, alert, incident, service


@pytest.mark.parametrize(
    "text, why",
    [
        ("{{ $labels.service }}のログイン", "template"),
        ("$labels.service が止まりました", "template"),
        ("<error expanding template: error executing template __alert_x: function not defined>", "error"),
        ("TypeError: x is not defined", "error"),
        ("error: no such metric", "error"),
        ("エラー: timeout", "error"),
        ("customer_impact_ja", "nothing"),
        ("(fill in)", "nothing"),
        ("対応中です", "nothing"),
        ("in progress", "nothing"),
        ("<no value>", "nothing"),
        ("<no value>のログイン", "nothing"),
        ("N/A", "nothing"),
        ("n/a", "nothing"),
        ("-", "nothing"),
        ("―", "nothing"),
        ("null", "nothing"),
        ("なし", "nothing"),
        ("%!s(MISSING)", "nothing"),
        ("N/A.", "nothing"),
        ("Ｎ／Ａ", "nothing"),
        ("(なし)", "nothing"),
        ("特にありません", "nothing"),
        ("未記入", "nothing"),
        ("現在調査中です", "nothing"),
        ("<影響範囲>", "nothing"),
        ("ここに影響を書く", "nothing"),
        ("影響範囲を入力してください", "nothing"),
        ("TODO: 担当者が書く", "nothing"),
        ("not set", "nothing"),
        ("ー", "nothing"),
        ("85.3%", "nothing"),
        ("決済の失敗 (NaN%)", "nothing"),
        ("{HOST.NAME}のログイン", "template"),
        ("{$SHOP} の決済", "template"),
        ("[[ $labels.instance ]]", "template"),
        ("$EVENT_TITLE", "template"),
        ("$HOSTNAME$", "template"),
        ("[ALERT_DESCRIPTION]", "template"),
        ("○○機能", "template"),
        ("XXX機能", "template"),
        ("context deadline exceeded", "error"),
        ("java.lang.NullPointerException", "error"),
        ("Error 500", "error"),
        ("`ログイン`", "markup"),
        ("<b>ログイン</b>", "markup"),
        ("<script>x</script>", "markup"),
        ("[ログイン](https://example.jp)", "markup"),
        ("あ" * 121, "too_long"),
        ("あ" * 120, None),
        ("全ユーザーのログイン機能", None),
        ("ログインエラー", None),
        ("エラーページ", None),
        ("復旧作業の予約", None),
        ("Orders in progress", None),
        ("Error messages at sign-in", None),
        ("検索結果が表示されません", None),
        ("処理に3秒<5秒かかる画面", None),
        ("R&Dポータル", None),
        ("お問い合わせフォームへの入力", None),
        ("内容証明サービス", None),
        ("本人確認", None),
        ("Text messages", None),
        ("No orders are accepted", None),
        ("$100以上の注文", None),
        ("iOSアプリ [v3.2]", None),
    ],
)
def test_what_is_no_word_for_a_customer(text: str, why: str | None) -> None:
    assert refusal(text, MAX_IMPACT_CHARS) == why


@pytest.mark.parametrize(
    "part", ["x", "na", "nan", "tbd", "to be ", "なし", "確認中", "記入", "_", "{a", "<", "[A_", "空"]
)
def test_a_long_text_is_judged_in_a_moment(part: str) -> None:
    refusal(part * 500 + "!y", MAX_IMPACT_CHARS)  # an expression that goes back and forth would take for ever


def test_a_refused_text_counts_as_absent_and_the_facts_say_why() -> None:
    said = build(
        service(), incident(), [alert(customer_impact_ja="{{ $labels.x }}")], "first", drafted_at=RECEIVED
    )
    assert [impact.ja for impact in said.impacts] == ["全ユーザーのログイン機能"]
    (refused,) = said.impact_refused
    assert (refused.annotation, refused.text, refused.why) == (
        "customer_impact_ja",
        "{{ $labels.x }}",
        "template",
    )
    assert refused.because("ja") == "テンプレートの変数が展開されていません"


def test_a_refused_text_of_an_alert_nobody_prepared_leaves_the_impact_unknown() -> None:
    said = build(
        service(), incident(), [alert("Disk", customer_impact_ja="N/A")], "first", drafted_at=RECEIVED
    )
    assert (said.impacts, said.impact_known) == ((), False)


def test_english_words_in_the_japanese_letter_are_told() -> None:
    """An alert of a service that has no words of its own, with `customer_impact_en` alone."""
    said = build(
        service(), incident(), [alert("Disk", customer_impact_en="Search")], "first", drafted_at=RECEIVED
    )
    assert [impact.ja for impact in said.impacts] == ["Search"]
    assert [(one.annotation, one.why) for one in said.impact_refused] == [
        ("customer_impact_ja", "untranslated")
    ]
    english = build(
        service(locale="en"),
        incident(),
        [alert("Disk", customer_impact_en="Search")],
        "first",
        drafted_at=RECEIVED,
    )
    assert english.impact_refused == ()
    known = build(service(), incident(), [alert(customer_impact_en="Sign-in")], "first", drafted_at=RECEIVED)
    assert known.impact_refused == ()


@given(st.text(max_size=700), st.integers(1, 500))
def test_nothing_is_cut_without_a_sign(raw: str, limit: int) -> None:
    text, refused = accepted("customer_impact_ja", raw, limit)
    assert len(text) <= limit
    assert refused is None or text == ""
    if refused and refused.why == "too_long":
        assert refused.because("ja") == f"長すぎます({limit}字まで)"


@pytest.mark.parametrize("text, limit, shown", [("あいう", 3, "あいう"), ("あいうえ", 3, "あい…")])
def test_a_shortened_text_says_so(text: str, limit: int, shown: str) -> None:
    assert shortened(text, limit) == shown


@pytest.mark.parametrize(
    "text, noun",
    [
        ("ログインできない", "ログインできない状況"),
        ("ログインできません", "「ログインできません」という状況"),
        ("ログインできない状況", "ログインできない状況"),
        ("一部の画面が開きにくい", "一部の画面が開きにくい状況"),
        ("決済機能。", "「決済機能」という状況"),
        ("決済機能", "決済機能"),
    ],
)
def test_words_for_the_inside_of_a_sentence(text: str, noun: str) -> None:
    assert as_noun(text, "ja") == noun
