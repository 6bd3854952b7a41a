"""What a later letter says after the ones before it: nothing that is over, nothing forgotten, nothing denied."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bridge.core.facts import MAX_IMPACTS, Answers, Facts, build
from bridge.core.model import Alert, Kind
from bridge.core.values import LOCALES, Locale
from bridge.core.width import width
from bridge.letters.render import Letters
from tests.unit.midori import FIRED, LOGIN, PAYMENT, alert, ended, incident, minutes, service

LETTERS = Letters()
CAUSE = "認証に用いる証明書の更新処理が完了しておりませんでした。"
BOTH = service(impact=[LOGIN, {**PAYMENT, "subject": {"ja": "決済ができない状況", "en": "payments fail"}}])
ROW = {
    "company": "株式会社サンプル",
    "department": "",
    "name": "ご担当者",
    "impact": "受注12件が未保存です。",
}


def facts(*alerts: Alert, kind: Kind = "update", after: float = 60, of: Any = BOTH, **more: Any) -> Facts:
    drafted = FIRED + minutes(after)
    promise = drafted + minutes(60) if kind in ("first", "update") else None
    given = {"drafted_at": drafted, "promise_at": promise, **more}
    return build(of, incident(), alerts, kind, **given)


def body(said: Facts, locale: Locale = "ja") -> str:
    return LETTERS.render(said, locale, wrap=None).body


def subject(said: Facts, locale: Locale = "ja") -> str:
    return LETTERS.render(said, locale, wrap=None).subject


PAYMENTS = alert("PaymentErrors")
FIRST = facts(alert(), kind="first", after=1, number=1)
TWO = facts(alert(), PAYMENTS, kind="first", after=1, number=1)
KNOWN = facts(alert(), number=2, previous=FIRST, answers=Answers(cause=CAUSE))
OVER = facts(ended(after=45), number=2, previous=FIRST)


def test_the_subject_names_what_still_fires() -> None:
    said = facts(ended(after=20), PAYMENTS, number=2, previous=TWO)
    assert subject(said) == "【障害・第二報】みどりショップ 決済ができない状況について"
    assert "ログインできない" not in body(said)
    assert (
        "全ユーザーのログイン機能につきましては復旧を確認いたしましたが、決済機能への影響が続いております。"
        in body(said)
    )


def test_a_symptom_without_words_gives_way_to_the_general_word() -> None:
    said = facts(ended(after=20), alert("PaymentErrors"), of=service(), number=2, previous=TWO)
    assert subject(said) == "【障害・第二報】みどりショップ 障害の状況について"


def test_a_cause_that_was_told_stands_in_every_later_report() -> None:
    quiet = facts(alert(), after=120, number=3, previous=KNOWN)
    assert quiet.changes == ()
    assert f"原因：{CAUSE}\n" in body(quiet)
    assert "引き続き、復旧作業を行っております。" in body(quiet)
    assert "原因の調査" not in body(quiet)


def test_an_update_names_no_time_of_recovery_while_something_fires() -> None:
    said = body(facts(ended(after=20), PAYMENTS, number=2, previous=FIRST))
    assert "復旧見込み：現時点では未定です。" in said
    assert not any(word in said for word in ("復旧時刻", "復旧日時"))


def test_a_cause_that_is_taken_back_is_not_carried_on() -> None:
    said = facts(alert(), number=3, previous=KNOWN, answers=Answers(cause_by=date(2026, 11, 30)))
    assert CAUSE not in body(said)
    assert "原因は引き続き調査しております。" in body(said)


def test_what_came_back_says_when_and_apologises_for_the_wrong_news() -> None:
    back = alert(starts_at=FIRED + minutes(60))
    said = facts(back, ended(after=45), after=62, number=3, previous=OVER)
    assert (
        "11月21日(土) 2時57分頃に復旧したとご報告いたしましたが、同日3時10分頃より、"
        "再びログインできない状況が発生しております。\n二度にわたりご迷惑をおかけし、誠に申し訳ございません。"
    ) in body(said)
    assert "再発の日時：2026年11月21日(土) 3時10分頃 〜 継続中" in body(said)


def test_the_good_time_between_is_not_counted() -> None:
    back = replace(alert(starts_at=FIRED + minutes(60)), fingerprint="again")
    again = facts(back, ended(after=45), after=62, number=3, previous=OVER)
    over = replace(back, status="resolved", ends_at=FIRED + minutes(90))
    said = facts(over, ended(after=45), kind="recovery", after=100, previous=again)
    assert "再発の日時：2026年11月21日(土) 3時10分頃\n復旧日時：2026年11月21日(土) 3時42分頃\n" in body(said)
    assert "多大なるご迷惑" in body(said)


def test_what_came_back_at_an_unknown_time_is_not_said_to_have_gone_on() -> None:
    said = facts(alert(), after=62, number=3, previous=OVER)
    assert "発生日時：2026年11月21日(土) 2時10分頃(一度復旧したのち再び発生し、継続中)" in body(said)


def test_one_of_two_that_comes_back_is_not_called_new() -> None:
    partly = facts(alert(), ended("PaymentErrors", after=20), number=2, previous=TWO)
    said = facts(alert(), PAYMENTS, after=90, number=3, previous=partly)
    assert "復旧をご報告いたしました決済機能に、再び影響が出ております。" in body(said)
    assert "にも影響が及んで" not in body(said)


def test_what_is_named_for_the_first_time_is_not_called_further() -> None:
    unknown = facts(alert("DiskFull"), kind="first", after=1, number=1)
    said = facts(alert("DiskFull"), alert(), number=2, previous=unknown)
    assert "影響範囲が全ユーザーのログイン機能であることを確認いたしました。" in body(said)


def test_an_impact_that_was_listed_does_not_vanish_behind_new_ones() -> None:
    listed = [alert(f"B{n}", customer_impact_ja=f"機能{n:02}") for n in range(MAX_IMPACTS)]
    before = facts(*listed, kind="first", after=1, number=1)
    sooner = alert("A", starts_at=FIRED - minutes(5), customer_impact_ja="会員ページ")
    said = facts(*listed, sooner, number=2, previous=before)
    assert said.impacts == before.impacts
    assert "・ほか1件" in body(said)


def test_a_recovery_says_first_that_the_service_works_with_both_times() -> None:
    said = facts(ended(after=150), kind="recovery", after=160, previous=FIRST)
    sentence = body(said).split("\n\n")[2].split("。")[0]
    assert sentence == (
        "11月21日(土) 2時10分頃より発生しておりました、みどりショップのログインできない状況につきまして、"
        "同日4時42分頃に復旧を確認し、現在は正常にご利用いただける状態でございます"
    )
    assert "was resolved at about 04:42 JST, and all functions are working normally again." in body(
        said, "en"
    )


@pytest.mark.parametrize(
    "answers, headings",
    [
        pytest.param(Answers(), ["■原因・対応・再発防止策"], id="nothing is known"),
        pytest.param(Answers(cause=CAUSE), ["■原因", "■再発防止策"], id="the cause"),
        pytest.param(Answers(remedy="再起動いたしました。"), ["■原因・再発防止策", "■対応"], id="the remedy"),
        pytest.param(
            Answers(cause=CAUSE, remedy="再起動いたしました。", prevention="監視を追加いたします。"),
            ["■原因", "■対応", "■再発防止策"],
            id="all",
        ),
    ],
)
def test_a_section_without_content_is_not_printed(answers: Answers, headings: list[str]) -> None:
    said = body(facts(ended(), kind="recovery", previous=FIRST, answers=answers))
    assert [line for line in said.split("\n") if line.startswith("■")] == ["■障害の概要", *headings]


@pytest.mark.parametrize(
    "cause, prevention, alerts, final",
    [
        pytest.param(CAUSE, "監視を追加いたします。", [ended()], True, id="all is told"),
        pytest.param(CAUSE, "", [ended()], False, id="no prevention"),
        pytest.param("", "監視を追加いたします。", [ended()], False, id="no cause"),
        pytest.param(
            CAUSE, "監視を追加いたします。", [ended("DiskFull")], False, id="nobody knows the scope"
        ),
    ],
)
def test_only_what_leaves_nothing_open_is_called_final(
    cause: str, prevention: str, alerts: list[Alert], final: bool
) -> None:
    said = facts(*alerts, kind="final", previous=FIRST, answers=Answers(cause=cause, prevention=prevention))
    said = said.model_copy(update={"answers": said.answers.model_copy(update={"scope": ""})})
    assert ("最終" in subject(said), "[Final" in subject(said, "en")) == (final, final)


def test_an_unknown_scope_is_not_told_as_everything() -> None:
    said = facts(ended("DiskFull"), kind="recovery", previous=FIRST)
    assert "影響範囲：現在、確認しております。原因とあわせてご報告いたします。" in body(said)


@pytest.mark.parametrize(
    "impact, printed",
    [
        ("ログインできません。", "「ログインできません」という状況"),
        ("検索結果が表示されない", "検索結果が表示されない状況"),
        ("全ユーザーのログイン機能", "全ユーザーのログイン機能"),
    ],
)
def test_a_sentence_given_as_impact_does_not_turn_into_its_opposite(impact: str, printed: str) -> None:
    said = facts(ended("A"), PAYMENTS, number=2, previous=FIRST)
    recovered = replace(ended("A"), annotations={"customer_impact_ja": impact})
    said = facts(recovered, PAYMENTS, number=2, previous=facts(recovered, PAYMENTS, kind="first", after=1))
    assert f"復旧を確認した範囲：{printed}\n" in body(said)


@pytest.mark.parametrize(
    "length, words, much",
    [
        (8, "(約8分間)", "ご不便とご迷惑をおかけいたしましたことを"),
        (60, "(約1時間2分間)", "長時間にわたりご不便とご迷惑をおかけいたしましたことを"),
        (57 * 60 + 14, "(約57時間)", "長時間にわたり多大なるご迷惑をおかけいたしましたことを"),
    ],
)
def test_the_apology_grows_with_the_disturbance(length: int, words: str, much: str) -> None:
    delay = 0 if length == 8 else 2
    of = service(impact=[{**LOGIN, "detection_delay": f"{delay}m"}])
    said = facts(ended(after=length), kind="recovery", after=length + 9, of=of, previous=FIRST)
    assert words in body(said)
    assert much in body(said)


def test_optional_facts_have_a_line_each_where_they_are_filled_in() -> None:
    prepared = {
        **LOGIN,
        "workaround": {"ja": "お電話でもご注文いただけます。", "en": "You can order by telephone."},
        "unaffected": {"ja": "ご注文済みの商品の配送", "en": "Delivery of orders already placed"},
    }
    of = service(impact=[prepared, PAYMENT], status_url="https://status.example.jp/shop")
    said = facts(
        alert(),
        kind="first",
        of=of,
        answers=Answers(affected_count="会員1,217名", how_to_tell="注文番号がAで始まる方"),
    )
    for line in (
        "影響の件数：会員1,217名",
        "影響のない機能：ご注文済みの商品の配送",
        "対象のご確認方法：注文番号がAで始まる方",
        "■お客様へのお願い\nお電話でもご注文いただけます。",
        "最新の状況：https://status.example.jp/shop",
    ):
        assert f"{line}\n" in body(said)
    assert "Not affected: Delivery of orders already placed\n" in body(said, "en")
    assert not any(
        label in body(FIRST) for label in ("影響の件数", "影響のない", "ご確認方法", "お願い\n", "最新")
    )


def test_what_is_not_affected_is_not_told_when_another_alert_may_affect_it() -> None:
    of = service(impact=[{**LOGIN, "unaffected": "決済機能"}, PAYMENT])
    assert "影響のない機能：決済機能" in body(facts(alert(), kind="first", of=of))
    assert "影響のない機能" not in body(facts(alert(), PAYMENTS, kind="first", of=of))


def test_a_workaround_is_for_while_it_goes_on_and_gives_way_to_a_persons_words() -> None:
    of = service(impact=[{**LOGIN, "workaround": "お電話でもご注文いただけます。"}])
    mine = alert(customer_workaround_ja="店頭でもご注文いただけます。")
    assert "店頭で" in body(facts(mine, kind="first", of=of))
    asked = facts(mine, of=of, previous=FIRST, answers=Answers(customer_actions="再度ログインしてください。"))
    assert "店頭で" not in body(asked)
    assert "再度ログインしてください。" in body(asked)
    assert "お願い" not in body(facts(ended(), kind="recovery", of=of, previous=FIRST))


def test_a_report_after_its_time_apologises_for_that() -> None:
    late = facts(alert(), after=75, number=2, previous=FIRST)
    assert "お約束した時刻よりご報告が遅くなりましたことを、あわせてお詫び申し上げます。" in body(late)
    assert "遅くなりました" not in body(facts(alert(), after=55, number=2, previous=FIRST))


def test_what_became_of_data_is_told_after_the_end_alone() -> None:
    answers = Answers(data_note="障害の間に受信したメールは、すべて配信いたしました。")
    line = f"データへの影響：{answers.data_note}"
    assert line in body(facts(ended(), kind="recovery", previous=FIRST, answers=answers))
    assert line not in body(facts(alert(), previous=FIRST, answers=answers))


def test_an_individual_letter_names_company_and_matter_and_promises_one_day() -> None:
    answers = Answers(cause_by=date(2026, 12, 1))
    said = facts(ended(), kind="individual", answers=answers).for_row({**ROW, "matter": "受注への影響"})
    assert subject(said) == "【お詫び】みどりショップ 障害による受注への影響につきまして(株式会社サンプル様)"
    assert body(said).count("12月1日") == 1
    assert body(said).count("お詫び申し上げます") == 1
    assert "略儀ながら、まずはメールにてご報告とお詫びを申し上げます。\n誠に申し訳ございません。" in body(
        said
    )
    assert "補償" not in body(said)
    money = "補償につきましては、12月1日(火)までに書面でご案内いたします。"
    assert money in body(said.for_row({**ROW, "compensation": money}))


def test_an_individual_letter_while_it_goes_on_speaks_of_now() -> None:
    said = body(facts(alert(), kind="individual").for_row(ROW))
    assert "ご迷惑をおかけしておりますことを" in said
    assert "おかけいたしました" not in said


def test_a_company_that_leaves_no_room_is_not_in_the_subject() -> None:
    said = facts(ended(), kind="individual").for_row({**ROW, "company": "株式会社" + "長" * 20})
    assert "長" not in subject(said)
    assert width(subject(said)) <= 80


@pytest.mark.parametrize("kind", ["first", "update", "recovery", "final"])
def test_the_first_fifteen_characters_say_report_service_and_that_something_is_wrong(kind: Kind) -> None:
    said = facts(ended() if kind in ("recovery", "final") else alert(), kind=kind, number=2, previous=FIRST)
    shown = next(subject(said)[:n] for n in range(99, 0, -1) if width(subject(said)[:n]) <= 30)
    assert "みどりショップ" in shown
    assert any(word in shown for word in ("障害・第二報", "復旧報告", "復旧後の報告"))


@pytest.mark.parametrize("locale", LOCALES)
def test_no_letter_calls_one_thing_by_two_words(locale: Locale) -> None:
    for said in (FIRST, OVER, facts(ended(), kind="recovery", previous=FIRST)):
        assert not any(word in body(said, locale) for word in ("復旧時刻：", "事象", "recovery from"))
