"""The one button of an undecided notice and the links under it."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.core.actions import Action
from bridge.web.views.deck import Button, Choice, button, choices, hold_note
from tests.web.samples import (
    ASKING,
    AUDIENCE,
    DRAFT,
    OPEN,
    PEOPLE,
    SERVICE,
    WIDER,
    at,
    in_state,
    notice,
    version,
)
from tests.web.samples import facts as facts_of

TEN_SECONDS = "押してから10秒は取り消せます"
ONE_READER = {"audience": replace(AUDIENCE, count=1, locales={"ja": 1})}


@pytest.mark.parametrize(
    "state, text, note",
    [
        ("open", "12,408名に送信する", TEN_SECONDS),
        ("warning", "12,408名に送信する", TEN_SECONDS),
        ("late, smaller list", "8,228名に送信する", "前回は12,408名。押してから30秒は取り消せます"),
        ("update", "変化なしと12,408名に伝える", TEN_SECONDS),
        ("recovery, answered", "12,408名に送信する", TEN_SECONDS),
        ("individual", "2通をそれぞれ1名に送信する", "もう1人の承認で送信されます"),
        ("second person, editor", "12,408名に送信する", "もう1人の承認で送信されます"),
        ("second person", "2人目として12,408名に送信する", TEN_SECONDS),
    ],
)
def test_the_button_says_to_how_many_it_sends_and_what_happens_then(state: str, text: str, note: str) -> None:
    assert button(in_state(state)) == Button(text, note, "approve")


@pytest.mark.parametrize(
    "state, changes, text",
    [
        ("open", ONE_READER, "Send to 1 customer"),
        ("individual", {"letters": OPEN["individual"]["letters"][:1]}, "Send 1 letter to one person"),
        ("update", {}, "Tell 12,408: no change"),
    ],
)
def test_one_is_not_many_in_english(state: str, changes: dict[str, Any], text: str) -> None:
    found = button(in_state(state, "en", **changes))
    assert found
    assert found.text == text


def test_an_update_that_says_something_new_is_not_sent_as_unchanged() -> None:
    changed = OPEN["update"]["version"]
    edited = in_state("update", version=replace(changed, edited_by="sato"))
    with_news = in_state("update", version=replace(changed, facts={**changed.facts, "changes": ["status"]}))
    for data in (edited, with_news):
        found = button(data)
        assert found
        assert found.text == "12,408名に送信する"


@pytest.mark.parametrize(
    "state, changes",
    [
        pytest.param("list unreadable", {}, id="the list cannot be counted"),
        pytest.param(
            "open",
            {"audience": replace(OPEN["list unreadable"]["audience"], count=5)},
            id="the list was counted once, and now has a problem",
        ),
        pytest.param("second person, first waits", {}, id="this person has approved already"),
        pytest.param("individual, harm", {}, id="the letters are corrected in their CSV"),
    ],
)
def test_there_is_no_button_where(state: str, changes: dict[str, Any]) -> None:
    assert button(in_state(state, **changes)) is None


def test_a_suggestion_is_an_edit_that_carries_the_mended_letter() -> None:
    found = button(in_state("error"))
    assert found
    assert (found.text, found.action) == ("提案の文に直す", "edit")
    fields = dict(found.fields)
    assert fields["subject"] == OPEN["error"]["version"].texts["ja"].subject
    assert "まもなく" not in fields["body"]
    assert "現時点では復旧時刻は未定です。" in fields["body"]


@pytest.mark.parametrize(
    "state, text, href",
    [
        ("impact unknown", "自分で直す", "?edit"),
        ("recovery, day over", "答えを直す", "?answers"),
    ],
)
def test_what_has_no_suggestion_leads_to_where_it_is_repaired(state: str, text: str, href: str) -> None:
    assert button(in_state(state)) == Button(text, "保存しても、まだ送られません", href=href)


def test_a_day_that_is_over_beside_another_error_is_repaired_by_hand() -> None:
    both = (*ASKING["recovery, day over"]["findings"], *OPEN["impact unknown"]["findings"])
    found = button(in_state("recovery, day over", findings=both))
    assert found
    assert found.href == "?edit"


def test_one_error_without_a_suggestion_is_enough_to_need_a_person() -> None:
    both = (*OPEN["error"]["findings"], *OPEN["impact unknown"]["findings"])
    found = button(in_state("error", findings=both))
    assert found
    assert (found.action, found.href) == (None, "?edit")


EDIT, WRITE, OWN = Choice("文面を直す", "?edit"), Choice("変化を書く", "?edit"), Choice("自分で直す", "?edit")
ANSWER = Choice("答えを直す", "?answers")
DISMISS, AS_IS = Choice("送らない", "?do=dismiss#dismiss"), Choice("このまま送る", "?do=override#override")
OVER = Choice("復旧した", "?do=recovered#recovered")
ON_IT = Choice("確認中と伝える", action="acknowledge")


@pytest.mark.parametrize(
    "state, links",
    [
        ("open", (EDIT, DISMISS, ON_IT)),
        ("error", (OWN, DISMISS, AS_IS)),
        ("update", (WRITE, OVER, DISMISS)),
        ("recovery, answered", (ANSWER, EDIT, DISMISS)),
        ("recovery, day over", (OWN, DISMISS, AS_IS)),
        ("individual", (DISMISS, ON_IT)),
        ("individual, harm", (DISMISS, AS_IS)),
    ],
)
def test_the_links_under_the_button_are_those_of_the_notice(state: str, links: tuple[Choice, ...]) -> None:
    assert choices(in_state(state)) == links


def test_an_update_of_an_incident_that_is_over_cannot_end_it_again() -> None:
    over = replace(in_state("update").incident, state="recovered")
    assert choices(in_state("update", incident=over)) == (EDIT, DISMISS, ON_IT)


def test_links_keep_a_language_that_was_chosen_by_hand() -> None:
    assert choices(in_state("open", "en"))[0] == Choice("Edit", "?lang=en&edit")


@pytest.mark.parametrize(
    "hold, note",
    [("10s", "You can cancel for 10 seconds"), ("0s", "Sending starts at once")],
)
def test_the_note_tells_how_long_a_press_can_be_taken_back(hold: str, note: str) -> None:
    policy = SERVICE.policy.model_validate({**SERVICE.policy.model_dump(), "hold": hold})
    assert hold_note(in_state("open", "en", service=SERVICE.model_copy(update={"policy": policy}))) == note


@pytest.mark.parametrize("state", [*OPEN, *ASKING])
def test_a_press_of_the_deck_is_one_that_is_offered(state: str) -> None:
    data = in_state(state)
    found = button(data)
    presses: set[Action | None] = {choice.action for choice in choices(data)} | {
        found.action if found else None
    }
    assert presses - {None} <= set(data.offers)


def test_the_second_approver_sends_what_the_first_approved() -> None:
    waits = notice(version=2, state="awaiting_second")
    data = in_state(
        "open", notice=waits, version=WIDER, earlier=(DRAFT,), person=PEOPLE["sato"], now=at(2, 20)
    )
    found = button(data)
    assert found
    assert found.text == "2人目として12,408名に送信する"


def test_an_answer_of_the_facts_alone_is_told_as_no_change() -> None:
    told = version(
        facts_of("update", drafted_at=at(3, 0), promise_at=at(4, 10), number=2, previous=facts_of())
    )
    found = button(in_state("update", version=told))
    assert found
    assert found.text.startswith("変化なし")
