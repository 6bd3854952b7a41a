"""The letters of a page: what is marked in them, and what people changed."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.core.model import Text
from bridge.core.values import LOCALES, Locale
from bridge.web.views.letters import (
    Highlight,
    LetterView,
    Piece,
    checksum,
    edits_of,
    from_answers,
    letter,
    letters,
    numbered,
    since_edit,
)
from bridge.web.views.page_data import PageData
from bridge.wording import Finding
from tests.web.samples import (
    AUDIENCE,
    DRAFT,
    EARLIER,
    FIRING,
    HASTY,
    OPEN,
    WIDER,
    facts,
    in_state,
    notice,
    said,
)

READERS_OF_BOTH = {"audience": replace(AUDIENCE, locales={"ja": 12_370, "en": 38})}


def finding(start: int, end: int, severity: Any = "error", field: Any = "body") -> Finding:
    return Finding("EXP-01", severity, field, (start, end), "", "なぜ", "why")


def body(text: str, marks: list[tuple[int, int]], keys: tuple[str, ...] = ()) -> tuple[Piece, ...]:
    """The pieces of a body with marks 1, 2, … at these spans."""
    numbers = [Highlight(n, 0, finding(*span)) for n, span in enumerate(marks, start=1)]
    return letter("", "ja", Text("件名", text), numbers, keys).body


# What is marked


@pytest.mark.parametrize(
    "marks, keys, pieces",
    [
        ([], (), [Piece("abcdef")]),
        ([(1, 3)], (), [Piece("a"), Piece("bc", 1), Piece("def")]),
        ([(0, 6)], (), [Piece("abcdef", 1)]),
        ([(0, 2), (4, 6)], (), [Piece("ab", 1), Piece("cd"), Piece("ef", 2)]),
        ([(3, 5), (0, 2)], (), [Piece("ab", 2), Piece("c"), Piece("de", 1), Piece("f")]),
        ([(0, 2), (2, 4)], (), [Piece("ab", 1), Piece("cd", 2), Piece("ef")]),
        ([], ("cd",), [Piece("ab"), Piece("cd", key=True), Piece("ef")]),
        ([(1, 4)], ("cd",), [Piece("a"), Piece("bcd", 1), Piece("ef")]),
        pytest.param([(0, 4), (1, 3)], (), [Piece("abcd", 1), Piece("ef")], id="inside another"),
        pytest.param([(0, 3), (2, 5)], (), [Piece("abc", 1), Piece("def")], id="begins inside another"),
        pytest.param([(0, 0)], (), [Piece("abcdef")], id="a finding without a place"),
        pytest.param([], ("x",), [Piece("abcdef")], id="a value that the letter does not print"),
    ],
)
def test_a_letter_is_cut_at_its_findings_and_values(
    marks: list[tuple[int, int]], keys: tuple[str, ...], pieces: list[Piece]
) -> None:
    assert body("abcdef", marks, keys) == tuple(pieces)


def test_each_field_is_marked_by_its_own_findings_only() -> None:
    marks = [Highlight(1, 0, finding(0, 1, field="subject")), Highlight(2, 0, finding(1, 2))]
    found = letter("caption", "ja", Text("ab", "cd"), marks)
    assert found == LetterView("caption", "ja", (Piece("a", 1), Piece("b")), (Piece("c"), Piece("d", 2)))


def test_a_value_is_set_off_in_the_body_and_not_in_the_subject() -> None:
    found = letter("", "ja", Text("cd", "cd"), keys=("cd",))
    assert (found.subject, found.body) == ((Piece("cd"),), (Piece("cd", key=True),))


def test_findings_are_numbered_over_the_whole_page_errors_first() -> None:
    both = (finding(0, 1, "warning"), finding(1, 2), finding(2, 3, "warning"), finding(3, 4))
    found = numbered(in_state("open", findings=both))
    assert [(mark.number, mark.finding.span[0]) for mark in found] == [(1, 1), (2, 3), (3, 0), (4, 2)]


def test_the_findings_of_a_batch_are_numbered_over_all_letters() -> None:
    first, second = OPEN["individual"]["letters"]
    batch = (
        replace(first, findings=(finding(0, 1, "warning"),)),
        replace(second, findings=(finding(1, 2), finding(2, 3, "warning"))),
    )
    found = numbered(in_state("individual", letters=batch))
    assert [(mark.number, mark.letter) for mark in found] == [(1, 1), (2, 0), (3, 1)]


def test_the_letters_of_a_batch_carry_their_own_marks() -> None:
    data = in_state("individual, harm")
    first, second = letters(data, numbered(data), edited=False)
    assert (first.caption, second.caption) == ("1通目: c1@customer.example", "2通目: c2@customer.example")
    assert {piece.mark for piece in first.body} == {0}
    assert {piece.mark for piece in second.body} > {0}


@pytest.mark.parametrize("lang", LOCALES)
def test_the_readers_own_language_comes_first_where_customers_get_it(lang: Locale) -> None:
    shown = letters(in_state("open", lang, **READERS_OF_BOTH), (), edited=False)
    assert [each.lang for each in shown] == (["ja", "en"] if lang == "ja" else ["en", "ja"])
    assert [each.lang for each in letters(in_state("open", lang), (), edited=False)] == ["ja"]


def test_findings_are_marked_in_the_language_they_were_found_in() -> None:
    data = in_state("open", **READERS_OF_BOTH, findings=(finding(0, 4),))
    japanese, english = letters(data, numbered(data), edited=False)
    assert [piece.mark for piece in japanese.body if piece.mark] == [1]
    assert not any(piece.mark for piece in english.body)


# What the captions say


@pytest.mark.parametrize(
    "state, edited, caption",
    [
        ("open", False, "お客様に届くメール(版1)"),
        ("edited", True, "お客様に届くメール(版2・佐藤さんが編集)"),
        pytest.param("edited", False, "お客様に届くメール(版2)", id="an edit that changed nothing"),
        pytest.param("recovery, cause known", True, "お客様に届くメール(版2)", id="answers are no edit"),
    ],
)
def test_a_caption_names_the_version_and_whose_words_they_are(state: str, edited: bool, caption: str) -> None:
    assert letters(in_state(state), (), edited=edited)[0].caption == caption


@pytest.mark.parametrize(
    "state, changes, caption",
    [
        ("open", {}, "英語の文面(38名に届きます)"),
        ("edited", {}, "英語の文面(38名に届きます・直していません)"),
        pytest.param("edited", {"earlier": ()}, "英語の文面(38名に届きます)", id="nothing to compare with"),
        pytest.param(
            "edited",
            {"version": replace(WIDER, texts={**WIDER.texts, "en": Text("edited", "too")})},
            "英語の文面(38名に届きます)",
            id="both were edited",
        ),
        pytest.param(
            "edited",
            {"version": replace(WIDER, texts={**DRAFT.texts})},
            "英語の文面(38名に届きます)",
            id="neither was",
        ),
    ],
)
def test_a_text_that_an_edit_left_alone_is_said_to_be_as_it_was(
    state: str, changes: dict[str, Any], caption: str
) -> None:
    assert letters(in_state(state, **READERS_OF_BOTH, **changes), (), edited=True)[1].caption == caption


def test_one_reader_is_a_person() -> None:
    most = {"audience": replace(AUDIENCE, locales={"ja": 1, "en": 12_407})}
    shown = letters(in_state("open", "en", **most), (), edited=False)
    assert shown[1].caption == "Japanese text (1 person receives it)"


# What people changed


def edited_again() -> PageData:
    """The letter with 丸山's answers in it, changed by 佐藤 afterwards."""
    answered = in_state("recovery, cause known")
    text = said(answered.version, "元に戻しました", "元に戻し、動作を確認いたしました")
    texts = {**answered.version.texts, "ja": text}
    version = replace(answered.version, version=3, edited_by="sato", origin="person", texts=texts)
    return replace(answered, version=version, earlier=(*answered.earlier, answered.version))


@pytest.mark.parametrize(
    "data, places",
    [
        pytest.param(in_state("open"), None, id="nobody edited it"),
        pytest.param(in_state("edited"), 1, id="one place was edited"),
        pytest.param(in_state("edited", earlier=()), None, id="the draft is not known"),
        pytest.param(in_state("recovery, answered"), 0, id="the answers changed nothing"),
        pytest.param(edited_again(), 1, id="edited after the answers: only the edit counts"),
    ],
)
def test_what_people_changed_is_counted_against_what_the_bridge_wrote(
    data: PageData, places: int | None
) -> None:
    found = edits_of(data)
    assert (None if found is None else len(found)) == places


def test_answers_are_told_against_the_bridges_own_draft() -> None:
    found = edits_of(in_state("recovery, cause known"))
    assert found
    assert any("設定の誤り" in part.text for change in found for part in change.new)
    assert from_answers(in_state("recovery, cause known"))
    assert not from_answers(edited_again())
    assert not from_answers(in_state("edited"))


def test_an_edit_that_restored_the_draft_has_changed_nothing() -> None:
    restored = replace(DRAFT, version=3, edited_by="maruyama", origin="person")
    assert edits_of(in_state("open", version=restored, earlier=(DRAFT, HASTY))) == ()


def test_a_change_of_the_english_letter_counts_where_customers_get_it() -> None:
    english = {**DRAFT.texts, "en": replace(DRAFT.texts["en"], subject="Another subject")}
    changed = replace(DRAFT, version=2, edited_by="sato", origin="person", texts=english)
    changes = {"version": changed, "earlier": (DRAFT,), "notice": notice(version=2)}
    assert edits_of(in_state("open", **changes)) == ()
    both = edits_of(in_state("open", **changes, **READERS_OF_BOTH))
    assert both
    assert len(both) == 1


def test_facts_that_changed_after_an_edit_are_told_with_both_sides() -> None:
    found = since_edit(in_state("edited, then news"))
    assert found
    assert found.title == "版2を保存したあとで、状況が変わりました"
    assert found.old == "− 02:17"
    assert found.changes[0].label == "発生日時"
    assert ["".join(part.text for part in change.new) for change in found.changes] == [
        "2026年11月24日(火) 2時04分頃",
        "決済機能、全ユーザーのログイン機能",
    ]


@pytest.mark.parametrize(
    "current",
    [pytest.param(None, id="a draft that the bridge still writes"), pytest.param(facts(), id="no news")],
)
def test_without_news_nothing_is_said(current: Any) -> None:
    assert since_edit(in_state("edited, then news", current=current)) is None


def test_the_facts_since_an_edit_are_in_the_readers_language() -> None:
    current = facts(alerts=(FIRING, EARLIER))
    found = since_edit(in_state("edited, then news", "en", current=current))
    assert found
    assert found.changes[1].label == "What is affected"


# The checksum


def test_a_checksum_covers_every_letter_with_its_subject() -> None:
    one, other = Text("件名", "本文"), Text("件名2", "本文")
    assert len(checksum(one)) == 16
    assert len({checksum(one), checksum(other), checksum(one, other), checksum(other, one)}) == 4
    assert checksum(one) == checksum(Text("件名", "本文"))
