"""The form that changes the text."""

from dataclasses import replace

import pytest

from bridge.web.views.edit import Field, edit, fields
from tests.web.samples import AUDIENCE, DRAFT, in_state

READERS_OF_BOTH = {"audience": replace(AUDIENCE, locales={"ja": 12_370, "en": 38})}


def test_the_form_holds_the_newest_text() -> None:
    view = edit(in_state("open"))
    text = DRAFT.texts["ja"]
    assert view.title == "文面を直す: みどりショップ 第一報"
    assert view.fields == (Field("ja", "日本語", "", text.subject, text.body, "全角30文字(40文字まで)"),)
    assert view.since is None


def test_every_language_that_customers_get_has_fields_of_its_own_name() -> None:
    found = fields(in_state("open", **READERS_OF_BOTH), {})
    assert [(each.lang, each.language, each.suffix) for each in found] == [
        ("ja", "日本語", ""),
        ("en", "英語", "_en"),
    ]
    assert found[1].body == DRAFT.texts["en"].body


def test_what_was_typed_stands_in_its_own_field_only() -> None:
    typed = {"body": "本文", "subject_en": "Typed"}
    japanese, english = fields(in_state("open", **READERS_OF_BOTH), typed)
    assert (japanese.subject, japanese.body) == (DRAFT.texts["ja"].subject, "本文")
    assert (english.subject, english.body) == ("Typed", DRAFT.texts["en"].body)


@pytest.mark.parametrize(
    "subject, counted",
    [("短い", 2), ("", 0), ("a", 1), ("ab", 1), ("abc", 2), ("あa", 2)],
)
def test_a_subject_is_counted_in_full_width_characters(subject: str, counted: int) -> None:
    (field,) = fields(in_state("open"), {"subject": subject})
    assert field.counted == f"全角{counted}文字(40文字まで)"


def test_a_person_who_edits_again_sees_what_changed_meanwhile() -> None:
    since = edit(in_state("edited, then news")).since
    assert since
    assert since.title == "版2を保存したあとで、状況が変わりました"
