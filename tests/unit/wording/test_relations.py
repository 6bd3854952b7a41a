"""What a letter says in one place against what it says in another, against the day, and against our names."""

from dataclasses import replace

import pytest

from bridge.wording import Context, Letter, check
from tests.unit.wording.cases import REAL

GOES_ON = next(case for case in REAL if case.id == "N108")
IS_OVER = next(case for case in REAL if case.id == "N111")
SERVICES = (
    "コトリ会計",
    "コトリ会計 for 税理士",
    "Kotori Books",
    "コトリメール",
    "あさぎ予約",
    "Asagi Reserve",
)
LAST = "【障害報告】コトリ会計 銀行明細の取込障害(最終報)"


def rules(letter: Letter, context: Context) -> set[str]:
    return {finding.rule for finding in check(letter, replace(context, services=SERVICES))}


def ongoing(line: str = "", **rows: str) -> set[str]:
    """The rules that object to a first report with this paragraph, and with these values of its rows."""
    body = GOES_ON.letter.body.replace("\n■発生日時", f"\n{line}\n\n■発生日時" if line else "\n■発生日時")
    return rules(replace(GOES_ON.letter, body=with_rows(body, rows)), GOES_ON.context)


def over(said: str = "", kind: str = "recovery", **rows: str) -> set[str]:
    """The rules that object to a recovery report that says this of the recovery, and these values of its rows."""
    first = IS_OVER.letter.body.index("11月24日(火)に発生"), IS_OVER.letter.body.index("長時間")
    body = IS_OVER.letter.body
    if said:
        body = f"{body[: first[0]]}{said}\n{body[first[1] :]}"
    subject = LAST if kind == "final" else IS_OVER.letter.subject
    return rules(Letter(kind, subject, with_rows(body, rows)), IS_OVER.context)


LABELS = {
    "scope": "■影響範囲",
    "cause": "■原因",
    "prevention": "■再発防止策",
    "next_report": "■次回のご連絡",
    "ask": "■お客様へのお願い",
}


def with_rows(body: str, rows: dict[str, str]) -> str:
    for name, value in rows.items():
        start = body.index(LABELS[name])
        end = min(at for mark in ("\n■", "\n\n") if (at := body.find(mark, start)) > 0)
        body = f"{body[:start]}{LABELS[name]}:{value}{body[end:]}"
    return body


def test_the_letters_to_begin_with_are_clean() -> None:
    assert ongoing() == over() == over(kind="final") == set()


@pytest.mark.parametrize(
    "line",
    [
        "障害は、10時10分に復旧いたしました。",
        "10時10分に復旧いたしました。",
        "本件は、10時10分に復旧を確認いたしました。",
        "コトリ会計は、10時10分に復旧いたしました。",
        "現在、取込ができない状態となっておりますが、10時10分に復旧いたしました。",
    ],
)
def test_a_letter_cannot_be_about_what_goes_on_and_is_over(line: str) -> None:
    assert ongoing(line) == {"REL-01"}


@pytest.mark.parametrize(
    "line",
    [
        "帳票の出力は、10時10分に復旧いたしました。",
        "ログイン機能は10時10分に復旧いたしました。\n取込は、引き続きご利用いただけません。",
        "一部の機能は、10時10分に復旧いたしました。",
        "ログインは復旧いたしましたが、取込は引き続きご利用いただけません。",
        "10時00分に復旧をご報告いたしましたが、10時10分頃より、\n再び取込ができない状況となっております。",
        "次の範囲につきまして、復旧を確認いたしました:帳票の出力",
    ],
)
def test_one_function_may_be_back_while_another_is_not(line: str) -> None:
    assert ongoing(line) == set()


@pytest.mark.parametrize(
    "said",
    [
        "11月24日(火)に発生いたしました取込障害は、\n同日14時20分に復旧いたしました。",
        "取込障害は、11月23日(月)14時38分に復旧いたしました。",
        "取込障害は、14時20分に復旧を確認いたしました。",
        "11月24日(火)8時52分頃より発生しておりました取込障害は、\n復旧いたしました。",
    ],
)
def test_prose_and_list_must_tell_the_same_times(said: str) -> None:
    assert over(said) == {"REL-02"}


@pytest.mark.parametrize(
    "said",
    [
        "11月24日(火)9時50分頃より発生しておりました取込障害は、\n同日14時38分に復旧いたしました。",
        "取込障害は、14時50分に復旧を確認いたしました。",
        "ログイン機能は12時10分に、取込は14時38分に復旧いたしました。",
        "一部の機能は12時10分に復旧し、14時38分にすべて復旧いたしました。",
        "取込障害は復旧いたしました。11時30分頃からは、ログインにも\n影響が拡大しておりました。",
    ],
)
def test_a_time_of_something_else_is_not_a_contradiction(said: str) -> None:
    assert over(said) == set()


def test_some_and_all_of_the_same_crowd_contradict_each_other() -> None:
    some = "一部のお客様において、取込ができない事象が発生しております。"
    assert ongoing(some, scope="すべてのお客様") == {"REL-03"}
    assert ongoing(some, scope="すべての機能") == set()
    assert ongoing("一部のお客様は、再読み込みによりご利用いただけます。", scope="すべてのお客様") == set()


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("あさぎ予約をご利用のお客様に、ご迷惑をおかけしております。", True),
        ("Asagi Reserve の復旧作業を行っております。", True),
        ("コトリメールへの影響はございません。", False),
        ("なお、コトリメールは通常どおりご利用いただけます。", False),
        ("コトリ会計とコトリメールで、影響を確認しております。", False),
        ("コトリメールボックスの容量をご確認ください。", False),
        ("Kotori Bookshelf という本棚の画面をお使いください。", False),
    ],
)
def test_another_service_is_named_only_where_it_works_or_stands_beside_ours(line: str, named: bool) -> None:
    assert ongoing(line) == ({"REL-04"} if named else set())


def test_our_own_name_inside_a_longer_one_is_ours() -> None:
    long_name = replace(
        GOES_ON.context, service="コトリ会計 for 税理士", short_name="コトリ会計", services=SERVICES
    )
    assert check(GOES_ON.letter, long_name) == ()


@pytest.mark.parametrize(
    ("line", "named"),
    [("コトリメール運営事務局でございます。", False), ("コトリメールの復旧作業を行っております。", True)],
)
def test_a_sender_named_after_another_service_of_the_company_is_no_mistake(line: str, named: bool) -> None:
    signed = replace(GOES_ON.context, services=SERVICES, signing=("コトリメール運営事務局", ""))
    letter = replace(
        GOES_ON.letter, body=GOES_ON.letter.body.replace("\n■発生日時", f"\n{line}\n\n■発生日時")
    )
    assert {finding.rule for finding in check(letter, signed)} == ({"REL-04"} if named else set())


def test_another_service_in_the_subject_is_said_once() -> None:
    letter = replace(GOES_ON.letter, subject=GOES_ON.letter.subject.replace("コトリ会計", "コトリメール"))
    assert rules(letter, GOES_ON.context) == {"REL-04"}


@pytest.mark.parametrize(
    ("cause", "kind", "found"),
    [
        ("調査中", "recovery", {"FLD-08"}),
        ("確認中です。", "recovery", {"FLD-08"}),
        ("現在、調査を進めております。\n判明次第、改めてご報告いたします。", "recovery", {"FLD-08"}),
        ("現在、調査中です。12月1日(火)までにご報告いたします。", "recovery", set()),
        ("調査中です。結果は、来週中にご報告いたします。", "recovery", set()),
        ("調査の結果、設定に誤りがあったことを確認いたしました。", "recovery", set()),
        ("現在、調査中です。12月1日(火)までにご報告いたします。", "final", {"FLD-08"}),
        ("引き続き、調査しております。", "final", {"FLD-08"}),
        ("特定には至っておりません。", "final", {"FLD-08"}),
        ("設定の誤り", "final", set()),
    ],
)
def test_an_open_cause_has_a_day_and_the_last_report_has_none(cause: str, kind: str, found: set[str]) -> None:
    assert over(kind=kind, cause=cause) == found


@pytest.mark.parametrize(
    ("prevention", "kind", "found"),
    [
        ("検討中です。", "final", {"FLD-09"}),
        ("内容を検討しております。", "final", {"FLD-09"}),
        ("検討しております。12月11日(金)までにご報告いたします。", "final", set()),
        ("検討中です。", "recovery", set()),
    ],
)
def test_the_last_report_says_how_a_repetition_is_prevented(
    prevention: str, kind: str, found: set[str]
) -> None:
    assert over(kind=kind, prevention=prevention) == found


@pytest.mark.parametrize(
    ("ask", "found"),
    [
        ("", {"FLD-15"}),
        ("-", {"FLD-15"}),
        ("N/A", {"FLD-15"}),
        ("なし", set()),
        ("\n・再度ログインしてください。", set()),
        ("\n再度ログインしてください。", set()),
        ("\n\n再度ログインしてください。", set()),
    ],
)
def test_a_label_has_something_behind_it(ask: str, found: set[str]) -> None:
    assert over(ask=ask) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("■影響範囲:\n■原因:調査中", {"FLD-15"}),
        ("■影響範囲\n\n■原因\n設定の誤り", {"FLD-15"}),
        ("■障害の概要:\n発生日時:11月24日(火)9時52分頃", set()),
        ("■障害1\n内容:領収書", set()),
        ("影響範囲:\n現在の状況:調査中", {"FLD-15"}),
        ("お問い合わせ:\n電話:03-0000-0000", set()),
        ("次のとおりです:\n■影響範囲:ログイン", set()),
        ("■影響範囲", set()),
    ],
)
def test_a_heading_over_others_is_not_an_empty_label(text: str, found: set[str]) -> None:
    letter = Letter("recovery", "", text)
    assert {each.rule for each in check(letter, IS_OVER.context, "sentence")} == found


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ("一部の機能", {"FLD-16"}),
        ("一部のお客様です。", {"FLD-16"}),
        ("一部", {"FLD-16"}),
        ("一部のお客様(東日本リージョンのご契約)", set()),
        ("一部のお客様\n・東日本リージョンのご契約", set()),
        ("一部の端末での表示", set()),
    ],
)
def test_some_alone_is_no_scope(scope: str, found: set[str]) -> None:
    assert ongoing(scope=scope) == found


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("発生日時:2026年11月25日(水)10時05分頃", "first", {"DAT-09"}),
        ("発生日時:2026年11月24日(火)15時05分頃", "first", {"DAT-09"}),
        ("発生日時:11月26日(木)10時05分頃", "first", {"DAT-09"}),
        ("2026年11月25日(水)9時10分頃より、障害が発生しております。", "first", {"DAT-09"}),
        ("復旧日時:2026年11月25日(水)10時05分", "recovery", {"DAT-09"}),
        ("発生日時:2026年11月24日(火)10時05分頃", "first", set()),
        ("復旧見込み日時:2026年11月25日(水)10時05分", "recovery", set()),
        ("発生日時:2025年11月24日(月)10時05分頃 〜 継続中", "first", {"DAT-10"}),
        ("発生期間:2025年4月1日(火) 〜 2026年11月24日(火)", "recovery", set()),
        ("原因は、11月20日(金)までにご報告いたします。", "recovery", {"DAT-11"}),
        ("再発防止策は、10月30日(金)までに実施いたします。", "recovery", {"DAT-11"}),
        ("結果は、11月24日(火)9時00分までにお知らせします。", "recovery", {"DAT-11"}),
        ("原因は、11月24日(火)までにご報告いたします。", "recovery", set()),
        ("11月20日(金)にご報告いたしました件につきまして、ご連絡いたします。", "recovery", set()),
        ("11月20日(金)までにお申し込みいただいたお客様には、別途ご連絡いたします。", "recovery", set()),
        ("設定の確認は、11月20日(金)に実施いたしました。", "recovery", set()),
    ],
)
def test_a_day_must_be_possible_as_of_today(text: str, kind: str, found: set[str]) -> None:
    assert {each.rule for each in check(Letter(kind, "", text), GOES_ON.context, "sentence")} == found


def test_a_wrong_year_is_offered_the_same_day_of_this_year() -> None:
    letter = Letter("first", "", "発生日時:2025年11月24日(月)10時05分頃 〜 継続中")
    (finding,) = check(letter, GOES_ON.context, "sentence")
    assert (finding.text, finding.replacement) == ("2025年11月24日(月)10時05分", "2026年11月24日(火)10時05分")


def test_the_next_report_is_not_days_away_unless_the_service_says_so() -> None:
    assert ongoing(next_report="11月27日(金)11時00分頃") == {"DAT-12"}
    assert ongoing(next_report="11月25日(水)11時00分頃") == set()
    body = with_rows(GOES_ON.letter.body, {"next_report": "11月27日(金)10時20分頃"})
    now = GOES_ON.context.now
    assert now
    weekly = replace(GOES_ON.context, promise=now.replace(day=27))
    assert check(replace(GOES_ON.letter, body=body), weekly) == ()
