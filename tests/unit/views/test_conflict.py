"""The page of a person whose form is no longer that of the newest version or list."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.web.views.conflict import conflict
from bridge.web.views.page_data import PageData
from tests.web.samples import AUDIENCE, DRAFT, HASTY, OPEN, WIDER, at, in_state, notice

NEWER: dict[str, Any] = {
    "notice": notice(version=2),
    "version": WIDER,
    "earlier": (DRAFT,),
    "now": at(2, 17, 20),
}


def newer(**changes: Any) -> PageData:
    return in_state("open", **{**NEWER, **changes})


def test_a_newer_version_is_told_with_who_saved_it_and_what_changed() -> None:
    view = conflict(newer(), 1)
    assert view.news
    assert "".join(view.news.lead) == "あなたが見ていた版1のあと、佐藤さんが 02:17 に版2を保存しました。"
    assert view.news.lead[1] == "佐藤さんが 02:17 に版2を保存"
    assert (view.news.changed, view.news.old, view.news.new) == ("変わったところ(1か所)", "− 版1", "+ 版2")
    (change,) = view.news.changes
    assert [part.text for part in change.new if part.changed] == ["およびパスワードの再設定"]


def test_the_title_says_that_nothing_is_sent() -> None:
    assert conflict(newer(), 1).title == "まだ送っていません: みどりショップ 第一報"


def test_the_button_names_the_newest_version() -> None:
    view = conflict(newer(), 1)
    assert view.button
    assert view.button.text == "版2を12,408名に送信する"


@pytest.mark.parametrize(
    "changes, seen, text",
    [
        pytest.param({}, 2, "12,408名に送信する", id="the version is the one that was seen"),
        pytest.param({}, None, "12,408名に送信する", id="the form named no version"),
        pytest.param(
            {"service": OPEN["second person, editor"]["service"]},
            1,
            "12,408名に送信する",
            id="another person's approval sends it",
        ),
        pytest.param(
            {"version": HASTY, "findings": OPEN["error"]["findings"]},
            1,
            "提案の文に直す",
            id="an error stands: the button repairs it",
        ),
    ],
)
def test_the_button_keeps_its_words_where(changes: dict[str, Any], seen: int | None, text: str) -> None:
    view = conflict(newer(**changes), seen)
    assert view.button
    assert view.button.text == text


def test_the_facts_are_left_out_because_they_may_be_what_changed() -> None:
    view = conflict(newer(), 1)
    assert (view.rows, view.untouched, view.edited, view.edits) == ((), False, "", ())


@pytest.mark.parametrize(
    "changes, changed",
    [
        ({"version": replace(WIDER, texts=DRAFT.texts)}, "文面は同じです。"),
        pytest.param({"earlier": ()}, "", id="the version that was seen is not known"),
    ],
)
def test_without_a_difference_none_is_listed(changes: dict[str, Any], changed: str) -> None:
    news = conflict(newer(**changes), 1).news
    assert news
    assert (news.changed, news.changes) == (changed, ())


@pytest.mark.parametrize(
    "seen_count, lead",
    [
        (12_400, "あなたが見たあとで名簿が変わりました。12,400名から12,408名になっています。"),
        (0, "あなたが見たあとで名簿が変わりました。0名から12,408名になっています。"),
        (None, "あなたが見たあとで名簿が変わりました。いまは12,408名です。"),
    ],
)
@pytest.mark.parametrize("seen", [2, None])
def test_a_list_that_changed_is_told_with_both_counts(
    seen: int | None, seen_count: int | None, lead: str
) -> None:
    news = conflict(newer(), seen, None, seen_count).news
    assert news
    assert (news.lead, news.changed) == ((lead, "", ""), "")


def test_a_list_that_cannot_be_read_any_more_says_why() -> None:
    news = conflict(newer(audience=OPEN["list unreadable"]["audience"]), 2).news
    assert news
    assert news.lead[0] == "宛先を数えられません(ファイルがありません)。名簿を直すまで送信できません。"


def test_text_that_was_typed_comes_back_as_a_form_over_the_newest_version() -> None:
    news = conflict(newer(), 1, {"subject": "わたしの件名", "body": "わたしの本文"}).news
    assert news
    (field,) = news.typed
    assert (field.subject, field.body) == ("わたしの件名", "わたしの本文")
    assert news.typed_note == "保存されていません。必要なところを直して、版2の上に保存できます。"


def test_what_was_typed_in_each_language_comes_back() -> None:
    both = replace(AUDIENCE, locales={"ja": 1, "en": 1})
    news = conflict(newer(audience=both), 1, {"subject_en": "Mine"}).news
    assert news
    assert [(field.lang, field.subject) for field in news.typed] == [
        ("ja", WIDER.texts["ja"].subject),
        ("en", "Mine"),
    ]


def test_without_typed_text_there_is_no_form() -> None:
    news = conflict(newer(), 1).news
    assert news
    assert news.typed == ()
