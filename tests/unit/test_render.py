"""Letters from facts: what they say, how a faulty template is named, what a template cannot do."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bridge.core.facts import Answers, Facts, build
from bridge.core.model import Alert, Kind
from bridge.core.values import LOCALES, Locale
from bridge.core.width import width
from bridge.letters.render import LetterError, Letters, bilingual
from bridge.letters.samples import problems
from tests.unit.midori import FIRED, RECEIVED, alert, ended, incident, minutes, service

NOW = RECEIVED + minutes(1)
LETTERS = Letters()
CAUSE = Answers(
    cause="証明書の更新処理が完了しておりませんでした。", prevention="期限の監視を追加いたします。"
)
SHORT = {"ja": "みどり法人", "en": "Midori B2B"}
ROW = {"company": "みどり商事株式会社", "department": "営業部", "name": "佐藤", "impact": "受注12件"}


def facts(*alerts: Alert, kind: Kind = "first", **more: Any) -> Facts:
    numbers = {"first": 1, "update": 2}
    given = {"drafted_at": NOW, "promise_at": NOW + minutes(60), "number": numbers.get(kind), **more}
    return build(service(), incident(), alerts, kind, **given)


def body(said: Facts, locale: Locale = "ja") -> str:
    return LETTERS.render(said, locale, wrap=None).body


def subject(said: Facts, locale: Locale = "ja") -> str:
    return LETTERS.render(said, locale, wrap=None).subject


SENT = facts(alert())
WAITING = facts(alert(), answers=Answers(status="再開準備中です。"))
OVER = facts(ended(), kind="recovery", previous=SENT, drafted_at=FIRED + minutes(40))


@pytest.mark.parametrize(
    "said, ja, en",
    [
        pytest.param(
            SENT,
            "【障害・第一報】みどりショップ ログインできない状況について",
            "[Incident, report 1] Midori Shop: customers cannot sign in",
            id="first",
        ),
        pytest.param(
            facts(alert("DiskFull")),
            "【障害・第一報】みどりショップ 障害の状況について",
            "[Incident, report 1] Midori Shop: service disruption",
            id="a symptom nobody has words for",
        ),
        pytest.param(
            build(
                service(name="みどりショップ法人向け受発注サービス", short_name=SHORT),
                incident(),
                [alert()],
                "first",
                drafted_at=NOW,
            ),
            "【障害・第一報】みどり法人 ログインできない状況について",
            "[Incident, report 1] Midori B2B: customers cannot sign in",
            id="a name too long for a subject",
        ),
        pytest.param(
            facts(alert(), kind="update", number=3, previous=SENT),
            "【障害・第三報】みどりショップ ログインできない状況について",
            "[Incident, report 3] Midori Shop: customers cannot sign in",
            id="update",
        ),
        pytest.param(
            OVER,
            "【復旧報告】みどりショップ ログインできない状況について",
            "[Resolved] Midori Shop is working normally again (21 November incident)",
            id="recovery",
        ),
        pytest.param(
            facts(ended(), kind="recovery"),
            "【復旧報告】みどりショップ ログインできない状況について(発生および復旧)",
            "[Resolved] Midori Shop is working normally again (21 November incident)",
            id="combined",
        ),
        pytest.param(
            facts(ended(), kind="final", previous=OVER, answers=CAUSE),
            "【最終報告】みどりショップ 11月21日の障害の原因と再発防止策",
            "[Final report] Midori Shop: cause and prevention of the incident of 21 November",
            id="final",
        ),
        pytest.param(
            facts(ended(), kind="final", previous=OVER),
            "【復旧後の報告】みどりショップ 11月21日の障害の調査状況について",
            "[Investigation report] Midori Shop: the incident of 21 November",
            id="a final report that still owes the cause",
        ),
        pytest.param(
            facts(ended(), kind="individual").for_row(ROW),
            "【お詫び】みどりショップ 障害による影響につきまして(みどり商事株式会社様)",
            "[Apology] Midori Shop: how the incident affected you",
            id="individual",
        ),
    ],
)
def test_the_subject_says_service_matter_and_report(said: Facts, ja: str, en: str) -> None:
    assert (subject(said), subject(said, "en")) == (ja, en)


def test_the_first_report_says_the_five_facts_in_order() -> None:
    block = body(SENT).split("■現在までに確認できていること(第一報)\n")[1].split("\n\n")[0]
    assert block.split("\n") == [
        "発生日時：2026年11月21日(土) 2時10分頃 〜 継続中",
        "影響範囲：全ユーザーのログイン機能",
        "現在の状況：原因の調査および復旧作業を行っております。",
        "復旧見込み：現時点では復旧時刻は未定です。判明次第、改めてご連絡いたします。",
        "次回のご報告：2026年11月21日(土) 3時15分頃",
        "　進展がない場合も、この時刻にご報告いたします。",
    ]


def test_a_letter_opens_and_closes_as_letters_do() -> None:
    lines = body(SENT).splitlines()
    assert lines[0] == "お客様各位"
    assert "みどりショップ運営事務局でございます。" in lines
    assert lines[-4:-1] == [
        "みどり商事株式会社",
        "みどりショップ運営事務局",
        "お問い合わせ：support@example.jp / 03-0000-0000",
    ]


def test_an_unknown_impact_is_said_to_be_under_examination() -> None:
    assert "影響範囲：現在、影響の範囲を確認しております。" in body(facts(alert("DiskFull")))


def test_several_impacts_stand_one_to_a_line() -> None:
    assert "影響範囲：\n・全ユーザーのログイン機能\n・決済機能\n" in body(
        facts(alert(), alert("PaymentErrors"))
    )


def test_a_first_report_after_the_end_gives_the_confirmed_time_and_owes_the_cause() -> None:
    said = body(facts(ended(), drafted_at=FIRED + minutes(40)))
    assert "復旧日時：2026年11月21日(土) 2時42分頃(約32分間)\n" in said
    assert (
        "11月21日(土) 2時10分頃、みどりショップにおきまして、ログインできない状況が発生いたしましたが、"
        "同日2時42分頃に復旧を確認" in said
    )
    assert "原因は引き続き調査しております。" in said
    assert "継続中" not in said


@pytest.mark.parametrize(
    "alerts, answers, line",
    [
        pytest.param(
            [alert()], Answers(), "前回のご報告から、新たに判明した事項はございません。", id="no change"
        ),
        pytest.param(
            [alert(), alert("PaymentErrors")],
            Answers(),
            "決済機能にも影響が及んでいることを確認いたしました。",
            id="grew",
        ),
        pytest.param(
            [alert("PaymentErrors"), ended()],
            Answers(),
            "全ユーザーのログイン機能につきましては復旧を確認いたしましたが、決済機能への影響が続いております。",
            id="partly recovered",
        ),
        pytest.param(
            [alert()],
            Answers(status="予備の系統で再開準備をしております。"),
            "予備の系統で再開準備をしております。",
            id="own words",
        ),
    ],
)
def test_an_update_begins_with_what_changed(alerts: list[Alert], answers: Answers, line: str) -> None:
    said = facts(*alerts, kind="update", previous=SENT, answers=answers)
    assert line in body(said).split("■前回からの更新\n")[1].split("\n\n")[0].split("\n")


@pytest.mark.parametrize(
    "alerts, before, answers, status",
    [
        pytest.param(
            [alert()], SENT, Answers(), "原因の調査および復旧作業を行っております。", id="none given"
        ),
        pytest.param([alert()], SENT, Answers(status="再開準備中です。"), "再開準備中です。", id="new"),
        pytest.param([alert()], WAITING, WAITING.answers, "再開準備中です。", id="as before"),
        pytest.param([alert()], SENT, CAUSE, "復旧作業を行っております。", id="the cause is known"),
        pytest.param(
            [ended()],
            WAITING,
            WAITING.answers,
            "復旧を確認いたしました。原因は引き続き調査しております。",
            id="over",
        ),
        pytest.param([ended()], SENT, CAUSE, "復旧を確認いたしました。", id="over, the cause is known"),
    ],
)
def test_the_state_of_things_never_contradicts_the_news(
    alerts: list[Alert], before: Facts, answers: Answers, status: str
) -> None:
    said = body(facts(*alerts, kind="update", previous=before, answers=answers))
    assert f"現在の状況：{status}\n" in said


@pytest.mark.parametrize(
    "answers, ja, en",
    [
        (CAUSE, "原因と再発防止策をご報告いたします", "what caused it and how we will prevent a recurrence."),
        (
            Answers(cause="証明書の期限切れです。"),
            "原因をご報告いたします",
            "It tells you what caused it.\n",
        ),
        (Answers(), "調査の状況をご報告いたします", "where the investigation stands."),
    ],
)
def test_a_final_report_announces_what_it_holds(answers: Answers, ja: str, en: str) -> None:
    said = facts(ended(), kind="final", previous=OVER, answers=answers)
    assert ja in body(said)
    assert en in body(said, "en")


def test_a_recovery_computes_how_long_it_lasted() -> None:
    assert "復旧日時：2026年11月21日(土) 2時42分頃(約32分間)" in body(OVER)


def test_a_cause_under_investigation_is_promised_for_a_day() -> None:
    said = facts(ended(), kind="recovery", previous=SENT, answers=Answers(cause_by=date(2026, 11, 30)))
    assert body(said).split("■原因・対応・再発防止策\n")[1].split("\n\n")[0].split("\n") == [
        "現在、調査中でございます。",
        "対応の内容、再発防止策とあわせて、2026年11月30日(月)までにご報告いたします。",
    ]


def test_a_known_cause_and_its_prevention_are_given() -> None:
    said = body(facts(ended(), kind="final", previous=OVER, answers=CAUSE))
    assert f"■原因\n{CAUSE.cause}\n" in said
    assert f"■再発防止策\n{CAUSE.prevention}\n" in said


def test_an_incident_that_came_back_refers_to_the_one_before() -> None:
    said = body(facts(alert(), follows_at=FIRED - minutes(600)))
    assert "2026年11月20日(金) 16時12分頃に発生した障害の復旧をご報告したのち、再び発生したもの" in said


def test_an_individual_letter_is_to_one_customer_and_promises_no_money() -> None:
    said = body(facts(ended(), kind="individual").for_row(ROW))
    assert said.startswith("みどり商事株式会社\n営業部 佐藤様\n")
    assert "■貴社への影響\n受注12件\n" in said
    assert "補償" not in said
    assert "各位" not in said


@pytest.mark.parametrize(
    "locale, opening",
    [
        ("ja", "みどり商事株式会社\n営業部 ご担当者様\n"),
        ("en", "みどり商事株式会社\n営業部\nDear Sir or Madam,\n"),
    ],
)
def test_a_customer_whose_name_nobody_knows_is_still_addressed(locale: Locale, opening: str) -> None:
    said = facts(ended(), kind="individual").for_row({**ROW, "name": ""})
    assert body(said, locale).startswith(opening)
    assert body(said.for_row({**ROW, "name": " "}), locale).startswith(opening)


def test_a_letter_of_another_zone_says_so() -> None:
    there = build(service(timezone="Asia/Singapore"), incident(), [alert()], "first", drafted_at=NOW)
    assert "※日時は現地時間(日本時間より1時間遅れ)です。" in body(there)


def test_both_languages_stand_in_one_letter_japanese_first() -> None:
    texts, problem = LETTERS.texts(SENT, service(bilingual=True))
    assert (list(texts), problem) == (["ja"], None)
    said = texts["ja"].body
    assert 0 < said.index("お客様各位") < said.index("Dear customer,")


def test_a_subject_in_two_languages_stays_within_what_a_list_shows() -> None:
    ja, en = (LETTERS.render(SENT, locale, wrap=35) for locale in LOCALES)
    assert width(bilingual(ja, en).subject) <= 80


@pytest.mark.parametrize(
    "changes, locales",
    [
        ({}, ["ja", "en"]),
        ({"name": "みどりショップ"}, ["ja"]),
        ({"name": "みどりショップ", "locale": "en"}, ["en"]),
    ],
)
def test_a_service_writes_in_the_languages_it_has_a_name_in(
    changes: dict[str, Any], locales: list[str]
) -> None:
    assert list(LETTERS.texts(SENT, service(**changes))[0]) == locales


def overridden(folder: Path, name: str, text: str) -> Letters:
    file = folder / "mail" / name
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return Letters(folder)


def test_an_override_replaces_one_file_and_no_other(tmp_path: Path) -> None:
    letters = overridden(tmp_path, "ja/first.subject.j2", "【重要】{{ service }}({{ report }})")
    text = letters.render(SENT, "ja", wrap=None)
    assert text.subject == "【重要】みどりショップ(第一報)"
    assert text.body == body(SENT)


def test_a_part_can_be_overridden_alone(tmp_path: Path) -> None:
    letters = overridden(tmp_path, "ja/_signature.txt.j2", "\n-- \n{{ sender }}\n")
    assert letters.render(SENT, "ja", wrap=None).body.endswith("\n--\nみどりショップ運営事務局\n")


@pytest.mark.parametrize(
    "text, line, what",
    [
        pytest.param("一\n二 {{ sevrice }}", 2, "'sevrice' is undefined", id="an unknown name"),
        pytest.param("{{ row.plan }}", 1, "the customer's row has no column 'plan'", id="an unknown column"),
        pytest.param("一\n\n{% if %}", 3, "Expected an expression", id="syntax"),
        pytest.param('{% include "ja/nothing.j2" %}', 1, "no template ja/nothing.j2", id="a missing part"),
        pytest.param("{{ service.upper() }}", 1, "unsafe", id="a method"),
        pytest.param("{{ service.__class__ }}", 1, "unsafe", id="the inside of Python"),
        pytest.param("{{ service * 999999999 }}", 1, "* is not available", id="growth by a product"),
        pytest.param("{{ '%999999999s' % 1 }}", 1, "% is not available", id="growth by a format"),
        pytest.param("{% for n in range(9) %}{% endfor %}", 1, "'range' is undefined", id="long loops"),
        pytest.param("{{ service | center(999999999) }}", 1, "No filter named 'center'", id="padding"),
        pytest.param("{{ scope.append(1) }}", 1, "append", id="changing the facts"),
        pytest.param("一\n{{ 1 / 0 }}", 2, "division by zero", id="whatever Python raises"),
        pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", None, "recursion", id="recursion"),
    ],
)
def test_a_faulty_template_is_named_with_its_line_and_gives_way(
    tmp_path: Path, text: str, line: int | None, what: str
) -> None:
    letters = overridden(tmp_path, "ja/first.txt.j2", text)
    with pytest.raises(LetterError) as caught:
        letters.render(SENT, "ja", wrap=None)
    assert caught.value.template == "ja/first.txt.j2"
    assert line in (None, caught.value.line)
    assert what in caught.value.what
    shipped, problem = letters.render_safe(SENT, "ja", wrap=None)
    assert shipped.body == body(SENT)
    assert problem == str(caught.value)


def test_an_endless_letter_is_refused(tmp_path: Path) -> None:
    double = "{% set ns = 'あ' %}" + "{% set ns = ns ~ ns %}" * 17 + "{{ ns }}"
    with pytest.raises(LetterError, match="longer than 100000 characters"):
        overridden(tmp_path, "ja/first.txt.j2", double).render(SENT, "ja", wrap=None)


@pytest.mark.parametrize("data", ["{{ 7 * 7 }}", "{% include 'ja/first.txt.j2' %}", "{# #}", "<b>&amp;</b>"])
def test_data_is_never_a_template_nor_markup(data: str) -> None:
    assert f"影響範囲：{data}\n" in body(facts(alert(), answers=Answers(scope=data)))


def test_a_subject_is_one_line_whatever_the_template_does(tmp_path: Path) -> None:
    letters = overridden(tmp_path, "ja/first.subject.j2", "【重要】\r\nBcc: {{ service }}\n")
    assert letters.render(SENT, "ja", wrap=None).subject == "【重要】 Bcc: みどりショップ"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": {"ja": "みどりショップ"}, "impact": [], "representative": None, "wrap": None},
        {"bilingual": True, "locale": "en", "short_name": SHORT},
    ],
)
def test_the_shipped_templates_have_words_for_every_sample(changes: dict[str, Any]) -> None:
    """`bridge check` tries a company's own alone."""
    assert list(problems(LETTERS, [service(**changes)])) == []
