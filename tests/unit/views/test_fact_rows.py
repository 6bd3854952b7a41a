"""The few facts of a letter that a person reads before the letter itself."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.core.values import Locale
from bridge.web.views.fact_rows import fact_rows, subject_of
from bridge.web.views.page_data import Related
from tests.web.samples import (
    AUDIENCE,
    DRAFT,
    EARLIER,
    FIRING,
    WIDER,
    at,
    facts,
    in_state,
    notice,
    said,
    version,
)

READERS_OF_BOTH = {"audience": replace(AUDIENCE, locales={"ja": 12_370, "en": 38})}


def rows(state: str, lang: Locale = "ja", **changes: Any) -> dict[str, str]:
    return {row.label: row.value for row in fact_rows(in_state(state, lang, **changes))}


def test_a_first_report_has_four_facts() -> None:
    assert rows("open") == {
        "件名": "【障害・第一報】みどりショップ ログインできない状況について",
        "いつから": "11月24日(火)2時10分頃",
        "何が": "全ユーザーのログイン機能",
        "次回ご報告": "11月24日(火)3時10分頃",
    }


def test_a_recovery_report_tells_the_end_the_length_and_the_cause() -> None:
    found = rows("recovery, answered")
    assert found["復旧"] == "11月24日(火)3時32分"
    assert found["障害の時間"] == "約1時間22分間"
    assert found["原因"] == "調査中(12月1日(火)までに報告)"
    assert "再発防止策" not in found
    assert rows("recovery, cause known")["原因"] == "設定の誤りによるものでした。"


def test_an_update_names_the_report_before_it() -> None:
    assert rows("update")["前回"] == "第一報 2時17分"
    assert rows("update", "en")["Last mail"] == "first report 02:17"


@pytest.mark.parametrize("before", [None, Related("first", 1)])
def test_nothing_is_said_of_a_report_that_was_not_sent(before: Related | None) -> None:
    assert "前回" not in rows("update", previous_report=before)


@pytest.mark.parametrize(
    "changes, what",
    [
        ({"alerts": (FIRING, EARLIER)}, "決済機能 ほか1件"),
        ({"alerts": ()}, "影響の文が登録されていません"),
    ],
)
def test_what_is_affected_is_the_first_impact_and_the_number_of_others(
    changes: dict[str, Any], what: str
) -> None:
    assert rows("open", version=version(facts(**changes)))["何が"] == what


def test_a_scope_that_a_person_gave_stands_for_the_impact() -> None:
    told = facts()
    told = told.model_copy(update={"answers": told.answers.model_copy(update={"scope": "一部のお客様"})})
    assert rows("open", version=version(told))["何が"] == "一部のお客様"


def test_a_fact_that_was_edited_out_of_the_letter_is_not_shown() -> None:
    moved = version(facts(), 2, "sato", ja=said(DRAFT, "2時10分頃", "2時04分頃"))
    found = rows("open", notice=notice(version=2), version=moved, earlier=(DRAFT,))
    assert "いつから" not in found
    assert {"件名", "何が", "次回ご報告"} <= found.keys()


def test_an_edit_elsewhere_leaves_every_fact() -> None:
    assert rows("edited").keys() == rows("open").keys()


def test_a_line_break_of_the_letter_does_not_hide_a_fact() -> None:
    text = replace(WIDER.texts["ja"], body=WIDER.texts["ja"].body.replace("全ユーザーの", "全ユーザーの\n"))
    found = rows("edited", version=replace(WIDER, texts={**WIDER.texts, "ja": text}))
    assert found["何が"] == "全ユーザーのログイン機能"


@pytest.mark.parametrize(
    "lang, changes, language",
    [
        ("ja", {}, "ja"),
        pytest.param("en", {}, "ja", id="nobody reads English"),
        ("en", READERS_OF_BOTH, "en"),
        ("ja", READERS_OF_BOTH, "ja"),
    ],
)
def test_the_subject_is_in_the_readers_language_where_customers_get_that_too(
    lang: Locale, changes: dict[str, Any], language: str
) -> None:
    data = in_state("open", lang, **changes)
    assert subject_of(data) == (language, DRAFT.texts[language].subject)
    assert [row.lang for row in fact_rows(data)] == [language, None, None, None]


def test_times_that_are_not_exact_are_said_to_be_about() -> None:
    assert rows("open", "en")["Since"] == "Tue 24 Nov, about 02:10"
    assert rows("recovery, answered", "en")["Recovered"] == "Tue 24 Nov, 03:32"


def test_a_promise_is_shown_as_customers_read_it() -> None:
    assert (
        rows("open", version=version(facts(promise_at=at(3, 7, 20))))["次回ご報告"] == "11月24日(火)3時10分頃"
    )
