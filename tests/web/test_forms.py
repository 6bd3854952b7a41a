"""What a browser posts, as the stages know it."""

import pytest

from bridge.web.forms import answers_in, answers_of, form_of, reason_in, version_in


@pytest.mark.parametrize(
    "form, answers",
    [
        (
            {"cause_is": "open", "cause_by": "2026-12-01", "cause": "typed and left"},
            {"cause_by": "2026-12-01"},
        ),
        ({"cause_is": "known", "cause_by": "2026-12-01", "cause": "設定の誤り"}, {"cause": "設定の誤り"}),
        ({"prevention_is": "open", "prevention": "typed and left"}, {}),
        ({"cause": "設定の誤り", "remedy": "戻しました"}, {"cause": "設定の誤り", "remedy": "戻しました"}),
        (
            {"customer_actions_is": "known", "customer_actions": "再ログイン"},
            {"customer_actions": "再ログイン"},
        ),
    ],
)
def test_an_answer_counts_only_when_it_was_chosen(form: dict[str, str], answers: dict[str, str]) -> None:
    assert answers_in(form) == answers


@pytest.mark.parametrize(
    "chosen, written, reason",
    [
        ("other", " 訓練の残り ", "訓練の残り"),
        ("", "訓練の残り", "訓練の残り"),
        ("false_alarm", "", "false_alarm"),
        ("false_alarm", "訓練の残り", "false_alarm"),
        ("other", " ", "other"),
    ],
)
def test_a_reason_in_ones_own_words_counts_where_no_other_was_chosen(
    chosen: str, written: str, reason: str
) -> None:
    assert reason_in({"reason": chosen, "reason_other": written}) == reason


def test_a_form_becomes_a_request_with_every_field_in_its_place() -> None:
    posted = {
        "action": "edit",
        "version": "2",
        "audience": "d1",
        "subject": "件名",
        "body": "本文",
        "subject_en": "Subject",
        "body_en": "Letter",
        "reason": "other",
        "reason_other": "訓練",
        "override": "急ぎ",
        "status": "調査中です。",
        "csrf": "secret",
    }
    form = form_of(posted, genuine=True)
    assert (form.action, form.genuine, form.version, form.audience) == ("edit", True, 2, "d1")
    assert (form.subject, form.body) == ("件名", "本文")
    assert form.other_texts == {"subject_en": "Subject", "body_en": "Letter"}
    assert (form.reason, form.override) == ("訓練", "急ぎ")
    assert form.answers["status"] == "調査中です。"


def test_what_a_form_leaves_out_is_not_taken_for_an_empty_text() -> None:
    form = form_of({}, genuine=False)
    assert (form.action, form.genuine, form.version) == ("", False, None)
    assert (form.audience, form.subject, form.body) == (None, None, None)
    assert (form.other_texts, form.reason, form.override, form.answers) == ({}, "", "", {})


@pytest.mark.parametrize(
    "written, version",
    [
        ("1", 1),
        ("12345678", 12345678),
        pytest.param("123456789", None, id="longer than any version"),
        ("", None),
        ("-1", None),
        ("1.0", None),
        pytest.param("１", None, id="a full-width digit"),
        ("²", None),
    ],
)
def test_a_version_is_a_number_or_none(written: str, version: int | None) -> None:
    assert version_in({"version": written}) == version


def test_a_form_with_questions_answers_each_of_them() -> None:
    assert answers_of({"cause_is": "open", "cause_by": "2026-12-01"}) == {
        "cause": "",
        "remedy": "",
        "prevention": "",
        "customer_actions": "",
        "cause_by": "2026-12-01",
    }
    assert answers_of({"scope": "一部"})["scope"] == "一部"
    assert answers_of({"subject": "件名"}) == {}
