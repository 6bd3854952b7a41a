"""Replacements: put in right to left, and never the cause of a new finding."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.wording import Context, Finding, Letter, apply, check
from bridge.wording.repair import fitted
from bridge.wording.rule import Hit
from bridge.wording.text import open_page
from tests.unit.wording.cases import EXAMPLES, MORE, Case

MENDABLE = [
    pytest.param(case, id=case.id)
    for case in [*EXAMPLES, *MORE]
    if any(finding.replacement is not None for finding in case.findings)
]


@pytest.mark.parametrize("case", MENDABLE)
def test_what_a_replacement_mends_stays_mended_and_nothing_new_appears(case: Case) -> None:
    before = case.findings
    left_to_people = {finding.rule for finding in before if finding.replacement is None}
    after = check(apply(case.letter, before), case.context, case.part)
    assert {finding.rule for finding in after} <= left_to_people


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("ｼｽﾃﾑﾊﾞｯｸｱｯﾌﾟ", "システムバックアップ"),
        ("10月と１１月", "10月と11月"),
        ("ＡＰＩ", "API"),
        ("サ\u3099ービス\u200bの", "ザービスの"),
        ("富⼠と⻑時間", "富士と長時間"),
        ("2026年11月24日(月)に", "2026年11月24日(火)に"),
        ("停止いたしました！", "停止いたしました。"),
        ("①㈱みどり商事", "(1)株式会社みどり商事"),
        ("詳細は「A&amp;B」", "詳細は「A&B」"),
    ],
)
def test_characters_are_repaired(text: str, mended: str) -> None:
    letter = Letter("recovery", "", text)
    assert apply(letter, check(letter, Context(), "sentence")).body == mended


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (
            "■復旧見込み:もうすぐ復旧いたします。",
            "■復旧見込み:現時点では復旧時刻は未定です。判明次第、改めてご連絡いたします。",
        ),
        (
            "■復旧見込み:まもなく復旧いたします。判明次第、改めてご連絡いたします。",
            "■復旧見込み:現時点では復旧時刻は未定です。判明次第、改めてご連絡いたします。",
        ),
        (
            "アクセス集中が原因と思われます。原因は現在調査しております。",
            "原因は現在調査しております。",
        ),
        ("お取引先様各位殿", "お取引先各位"),
        ("みどり商事株式会社 御中\nご担当者様", "みどり商事株式会社\nご担当者様"),
        ("一部の表示が崩れていたに過ぎません。", "一部の表示が崩れていたに過ぎません。"),
        ("予想外の負荷でした。", "予想外の負荷でした。"),
        ("表示が乱れる程度の不具合です。", "表示が乱れる不具合です。"),
        ("数分程度の影響がございます。", "数分の影響がございます。"),
        ("この程度の障害です。", "この障害です。"),
        ("これくらいの問題です。", "これくらいの問題です。"),
        ("想定外のアクセス集中により停止いたしました。", "アクセス集中により停止いたしました。"),
        ("検索機能がご利用できません。", "検索機能がご利用いただけません。"),
        ("個人情報の流出はございません。", "個人情報の流出は現時点で確認されておりません。"),
        ("単なる設定の問題でした。", "設定の問題でした。"),
        ("一時的な不具合にすぎません。", "一時的な不具合です。"),
        ("約30分ほど停止しました。", "約30分停止しました。"),
        ("損害は全額補償いたします。", "補償の取り扱いは、確認のうえ書面でご回答いたします。"),
        ("お詫び申し上げさせていただきます。", "お詫び申し上げます。"),
        ("お詫び申し上げさせていただき、感謝します。", "お詫び申し上げさせていただき、感謝します。"),
        ("資料を拝見させていただきます。", "資料を拝見いたします。"),
        ("資料を拝見させていただき、回答します。", "資料を拝見させていただき、回答します。"),
        ("明日お伺いさせていただきます。", "明日伺います。"),
        ("明日伺わせていただき、説明します。", "明日伺わせていただき、説明します。"),
        ("11月24日(火)23時00分〜翌1時00分(3時間)", "11月24日(火)23時00分〜翌1時00分(2時間)"),
        ("11月24日(火)23時00分〜翌日1時00分(約3時間)", "11月24日(火)23時00分〜翌日1時00分(2時間)"),
        ("11月24日(火)23時00分〜翌1時00分(2時間)", "11月24日(火)23時00分〜翌1時00分(2時間)"),
    ],
)
def test_wording_is_proposed(text: str, mended: str) -> None:
    letter = Letter("first", "", text)
    findings = check(letter, Context(wrapped=False), "sentence")
    assert apply(letter, findings).body == mended


def test_a_longer_sentence_breaks_its_line_rather_than_the_mail() -> None:
    letter = Letter("first", "", "■復旧見込み:もうすぐ復旧いたします。\n■次の行")
    body = apply(letter, check(letter, Context(), "sentence")).body
    assert body == "■復旧見込み:現時点では復旧時刻は未定です。\n判明次第、改めてご連絡いたします。\n■次の行"


def test_a_report_number_is_set_right_in_its_own_notation() -> None:
    letter = Letter("update", "【続報】みどりショップ 接続障害(第3報)", "第三報としてご報告いたします。")
    mended = apply(letter, check(letter, Context(report_no=12)))
    assert (mended.subject, mended.body) == (
        "【続報】みどりショップ 接続障害(第12報)",
        "第十二報としてご報告いたします。",
    )


def test_a_subject_without_its_stage_is_offered_any_number_a_report_may_have() -> None:
    for number, shown in ((2, "第二報"), (99, "第九十九報"), (100, "第100報")):
        letter = Letter("update", "【重要】みどりショップ 接続障害", "")
        (finding,) = check(letter, Context(report_no=number), "subject")
        assert (finding.rule, finding.replacement) == ("SUB-03", f"{letter.subject}({shown})")


def test_a_body_and_a_person_are_found_together_over_two_lines() -> None:
    letter = Letter("individual", "", "みどり商事株式会社 御中\nご担当者様\n")
    (finding,) = check(letter, Context(), "sentence")
    assert (finding.rule, finding.text, finding.replacement) == (
        "HON-02",
        " 御中\nご担当者様",
        "\nご担当者様",
    )


@pytest.mark.parametrize(
    ("before", "offered"),
    [("a" * 70, "第二報"), ("a" * 71, "\n第二報"), ("ア" * 35, "第二報"), ("ア" * 35 + "a", "\n第二報")],
    ids=["76 columns", "77 columns", "76 columns, full width", "77 columns, full width"],
)
def test_a_line_that_a_replacement_fills_to_its_last_column_is_not_broken(before: str, offered: str) -> None:
    page = open_page("body", f"{before}報\n次の行")
    assert fitted(Hit(page, len(before), len(before) + 1, "第二報")) == offered


def overlapping(start: int, end: int, replacement: str | None) -> Finding:
    return Finding("X-01", "warning", "body", (start, end), "", "", "", replacement)


@pytest.mark.parametrize(
    ("spans", "mended"),
    [
        ([(0, 2), (1, 5)], "あ<1>かき"),
        ([(0, 4), (3, 6)], "<0>おかき"),
        ([(0, 3), (2, 5)], "<0>えおかき"),
        ([(0, 2), (1, 4), (3, 7)], "あいう<2>"),
        ([(0, 2), (2, 4)], "<0><1>おかき"),
    ],
    ids=["second wider", "first wider", "equal", "chain", "touching"],
)
def test_of_overlapping_findings_only_the_wider_goes_in_wherever_it_ends(
    spans: list[tuple[int, int]], mended: str
) -> None:
    findings = [overlapping(*span, f"<{number}>") for number, span in enumerate(spans)]
    assert apply(Letter("first", "", "あいうえおかき"), findings).body == mended


SPANS = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted)


@given(st.lists(SPANS, max_size=6))
def test_text_that_no_replacement_takes_is_never_changed(spans: list[list[int]]) -> None:
    body = "あいうえおかきくけ"
    findings = [overlapping(start, end, f"<{number}>") for number, (start, end) in enumerate(spans)]
    mended = apply(Letter("first", "", body), findings).body
    assert re.sub(r"<(\d)>", lambda taken: body[slice(*spans[int(taken[1])])], mended) == body


def test_of_two_that_overlap_the_wider_goes_in_and_others_wait() -> None:
    def finding(start: int, end: int, replacement: str | None) -> Finding:
        return Finding("X-01", "warning", "body", (start, end), "", "", "", replacement)

    letter = Letter("first", "件名", "あいうえお")
    mended = apply(letter, [finding(1, 2, "x"), finding(0, 3, "Y"), finding(4, 5, ""), finding(3, 4, None)])
    assert (mended.subject, mended.body) == ("件名", "Yえ")
