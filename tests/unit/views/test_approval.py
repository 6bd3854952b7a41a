"""The page of a notice that waits for a person, as its template gets it."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.core.model import LeftOut
from bridge.core.values import Locale
from bridge.web.views.approval import FormProblem, approval
from bridge.web.views.page_data import Did
from tests.web.samples import (
    ASKING,
    AUDIENCE,
    DRAFT,
    HASTY,
    OPEN,
    PEOPLE,
    SERVICE,
    at,
    in_state,
    notice,
)

READERS_OF_BOTH = {"audience": replace(AUDIENCE, locales={"ja": 12_370, "en": 38})}
TEMPLATE_FAULT = replace(DRAFT, template_problem="nope")


@pytest.mark.parametrize(
    "state, lang, title",
    [
        ("open", "ja", "2時25分までに承認: みどりショップ 第一報"),
        ("open", "en", "Approve by 02:25: Midori Shop first report"),
        ("late, smaller list", "ja", "期限を過ぎています: みどりショップ 第一報"),
        ("error", "ja", "エラー: 送る前に1か所直してください"),
        ("error", "en", "Error: Fix 1 thing before sending"),
    ],
)
def test_the_title_says_until_when_or_what_is_wrong(state: str, lang: Locale, title: str) -> None:
    assert approval(in_state(state, lang)).title == title


def test_at_its_deadline_a_notice_is_late() -> None:
    assert approval(in_state("open", now=at(2, 25))).title.startswith("期限を過ぎています")
    assert approval(in_state("open", now=at(2, 24, 59))).title.startswith("2時25分までに")


def test_the_title_names_the_time_that_customers_were_promised() -> None:
    odd = notice("update", base_at=at(2, 57, 20), due_at=at(3, 7, 20), drafted_at=at(2, 57, 20))
    for minute, start in (
        (2, "3時10分までに承認: "),
        (8, "3時10分までに承認: "),
        (10, "期限を過ぎています: "),
    ):
        assert approval(in_state("update", notice=odd, now=at(3, minute))).title.startswith(start)


@pytest.mark.parametrize("state", [*OPEN, *ASKING])
def test_only_an_update_asks_whether_anything_has_changed(state: str) -> None:
    assert approval(in_state(state)).asks_news is (state in ("update", "drill, update"))


# What the last press did


@pytest.mark.parametrize(
    "did, words",
    [
        (None, ""),
        ("cancelled", "取り消しました。まだ送っていません。呼び出しは続きます。"),
        ("saved", "まだ送っていません。保存しました。手紙を確かめてください。"),
        ("test", "まだ送っていません。maruyama@example.jp にだけ試し送りしました。"),
        ("refused", "まだ送っていません。直すか、このまま送る理由を書いてください。"),
    ],
)
def test_the_page_begins_with_what_the_last_press_did(did: Did | None, words: str) -> None:
    assert approval(in_state("open", did=did)).done == words


def test_the_first_of_two_reads_that_nothing_is_sent_yet() -> None:
    waits = "まだ送っていません。あと1人の承認が必要です。佐藤さんを呼び出しています。"
    assert approval(in_state("second person, first waits", did="saved")).done == waits
    assert approval(in_state("second person", did="saved")).done.endswith("手紙を確かめてください。")


@pytest.mark.parametrize(
    "did, by, words",
    [
        (None, "sato", "佐藤さんが 02:14 から確認中です。"),
        (None, None, ""),
        pytest.param("acknowledged", "sato", "", id="this person has just pressed it"),
    ],
)
def test_who_is_on_it_is_said(did: Did | None, by: str | None, words: str) -> None:
    acknowledged = notice(acknowledged_by=by, acknowledged_at=at(2, 14) if by else None)
    assert approval(in_state("open", notice=acknowledged, did=did)).acknowledged == words


# What must be repaired


def test_an_error_is_told_with_its_place_its_reason_and_its_suggestion() -> None:
    (problem,) = approval(in_state("error")).problems
    assert problem == FormProblem(
        1,
        True,
        "「まもなく復旧する見込みです。」",
        "根拠のない復旧の予告です。",
        "現時点では復旧時刻は未定です。",
    )


def test_what_is_missing_is_said_without_a_quotation() -> None:
    (problem,) = approval(in_state("impact unknown")).problems
    assert (problem.linked, problem.quote, problem.why) == (False, "", "影響範囲を書いてください。")


@pytest.mark.parametrize(
    "lang, why", [("ja", "次のご連絡の時刻がありません。"), ("en", "Say when you will write again.")]
)
def test_why_a_finding_was_made_is_said_in_the_readers_language(lang: Locale, why: str) -> None:
    assert [warning.why for warning in approval(in_state("warning", lang)).warnings] == [why]


def test_a_warning_never_blocks() -> None:
    view = approval(in_state("warning"))
    assert (view.problems, view.problems_title) == ((), "")
    assert view.button
    assert view.button.action == "approve"


def test_errors_come_before_warnings_and_are_counted_alone() -> None:
    both = (*OPEN["warning"]["findings"], *OPEN["error"]["findings"], *OPEN["impact unknown"]["findings"])
    view = approval(in_state("error", findings=both))
    assert view.problems_title == "送る前に2か所直してください"
    assert ([p.mark for p in view.problems], [p.mark for p in view.warnings]) == ([1, 2], [3])


def test_a_finding_of_a_batch_names_its_letter() -> None:
    quotes = [p.quote for p in approval(in_state("individual, harm")).problems]
    assert quotes
    assert all(quote.startswith("2通目 「") for quote in quotes)


@pytest.mark.parametrize("state", [*OPEN, *ASKING])
def test_the_duties_of_the_law_are_named_where_personal_data_was_harmed(state: str) -> None:
    assert approval(in_state(state)).personal_data is (state == "individual, harm")


# Whose words the letter has


@pytest.mark.parametrize(
    "state, changes, untouched",
    [
        ("open", {}, True),
        ("edited", {}, False),
        ("error", {}, False),
        ("individual", {}, False),
        ("template failed", {}, False),
        ("recovery, answered", {}, True),
        ("recovery, cause known", {}, True),
        pytest.param("edited", {"earlier": ()}, False, id="edited, and the draft is not known"),
        pytest.param("recovery, cause known", {"version": TEMPLATE_FAULT}, False, id="in shipped words"),
    ],
)
def test_only_the_companys_own_text_is_called_so(
    state: str, changes: dict[str, Any], untouched: bool
) -> None:
    assert approval(in_state(state, **changes)).untouched is untouched


def test_an_edit_that_restored_the_template_is_not_told_as_a_change() -> None:
    restored = replace(DRAFT, version=3, edited_by="maruyama", origin="person")
    changes = {"notice": notice(version=3), "version": restored, "earlier": (DRAFT, HASTY)}
    view = approval(in_state("open", **changes))
    assert (view.edited, view.edits, view.untouched) == ("", (), True)
    assert view.letters[0].caption == "お客様に届くメール(版3)"


@pytest.mark.parametrize(
    "state, lang, edited",
    [
        ("open", "ja", ""),
        ("edited", "ja", "佐藤さんが文面を直しました(1か所)"),
        ("edited", "en", "佐藤 changed the text (1)"),
        ("recovery, cause known", "ja", "丸山さんの答えを入れました"),
        ("recovery, cause known", "en", "With 丸山’s answers"),
        pytest.param("recovery, answered", "ja", "", id="honest defaults change nothing"),
    ],
)
def test_who_changed_the_letter_is_told(state: str, lang: Locale, edited: str) -> None:
    view = approval(in_state(state, lang))
    assert view.edited == edited
    assert bool(view.edits) is bool(edited)


def test_an_edit_after_the_answers_is_told_alone() -> None:
    answered = in_state("recovery, cause known")
    japanese = answered.version.texts["ja"]
    longer = replace(japanese, body=japanese.body.replace("元に戻しました", "元に戻し、確認しました"))
    edited = replace(
        answered.version,
        version=3,
        edited_by="sato",
        origin="person",
        texts={**answered.version.texts, "ja": longer},
    )
    view = approval(replace(answered, version=edited, earlier=(*answered.earlier, answered.version)))
    assert (view.edited, view.untouched) == ("佐藤さんが文面を直しました(1か所)", False)


def test_a_draft_that_nobody_edited_has_no_news_of_its_own() -> None:
    assert approval(in_state("open")).since is None
    assert approval(in_state("edited, then news")).since


def test_what_is_to_be_checked_stands_above_a_long_card_too() -> None:
    kept_out = (LeftOut("LoginErrors", "severity", "warning", at(3, 46)),)
    view = approval(in_state("recovery, answered in Japanese", left_out=kept_out))
    assert view.amber.startswith("確かめてください(2件): LoginErrors(severityがwarning)は、")
    assert approval(in_state("recovery, answered")).amber == ""
    assert approval(in_state("warning")).amber == "", "a first report has its warnings on the first screen"


@pytest.mark.parametrize(
    "state, changes, notes",
    [
        ("open", {}, ()),
        (
            "open",
            {"version": TEMPLATE_FAULT},
            ("登録したテンプレートに誤りがあり、標準の文面を使いました(nope)。",),
        ),
    ],
)
def test_what_is_odd_about_the_text_is_noted(
    state: str, changes: dict[str, Any], notes: tuple[str, ...]
) -> None:
    assert approval(in_state(state, **changes)).notes == notes


# The letters and the sheets


@pytest.mark.parametrize(
    "state, changes, unfolded, folded",
    [
        ("open", {}, 1, 0),
        ("open", READERS_OF_BOTH, 1, 1),
        pytest.param("individual", {}, 2, 0, id="every letter of a batch is read"),
    ],
)
def test_one_letter_is_unfolded_in_one_language(
    state: str, changes: dict[str, Any], unfolded: int, folded: int
) -> None:
    view = approval(in_state(state, **changes))
    assert (len(view.letters), len(view.other_letters)) == (unfolded, folded)


@pytest.mark.parametrize(
    "state, in_the_sheets",
    [("open", False), ("error", True), ("update", True), ("recovery, answered", True), ("individual", False)],
)
def test_acknowledging_is_offered_once(state: str, in_the_sheets: bool) -> None:
    view = approval(in_state(state))
    in_the_deck = any(choice.action == "acknowledge" for choice in view.choices)
    assert (view.sheets.acknowledge, in_the_deck) == (in_the_sheets, not in_the_sheets)


def test_a_batch_with_an_error_is_sent_only_with_a_reason() -> None:
    view = approval(in_state("individual, harm"))
    assert view.button is None
    assert view.sheets.override == "このまま2名に送信する"


def test_two_people_and_a_changed_text_do_not_hide_the_facts() -> None:
    two = SERVICE.model_copy(
        update={"policy": SERVICE.policy.model_copy(update={"second_person": frozenset({"first"})})}
    )
    view = approval(in_state("edited", service=two, person=PEOPLE["sato"]))
    assert [row.label for row in view.rows] == ["件名", "いつから", "何が", "次回ご報告"]
