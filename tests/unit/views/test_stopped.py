"""A letter that was stopped: why, and what a press now would send."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.core.model import Event
from bridge.core.values import Locale
from bridge.web.views.deck import Button
from bridge.web.views.stopped import resume, stopped
from tests.web.samples import AUDIENCE, DECIDED, OPEN, approved, at, in_state

LIST_CHANGED = "名簿が承認のあとで変わりました。"
BOTH = "承認した名簿は12,408名、いまの名簿は20,113名です。"


@pytest.mark.parametrize(
    "state, heading, lead",
    [
        ("stopped", "送信は止まっています", "7,912名には送信済みです。残り4,496名への送信を止めました。"),
        ("stopped, list changed", "まだ送っていません", LIST_CHANGED + BOTH),
        (
            "stopped, list unreadable",
            "まだ送っていません",
            "名簿を読めなかったので、送信を止めました。承認した名簿は12,408名、いまの名簿は12,408名です。",
        ),
        (
            "stopped, first of two waits",
            "まだ送っていません",
            LIST_CHANGED + BOTH + "あと1人の承認が必要です。佐藤さんを呼び出しています。",
        ),
        ("stopped, second person", "まだ送っていません", LIST_CHANGED + BOTH),
        (
            "stopped, text changed, two people",
            "まだ送っていません",
            "承認のあと、データベース上で文面が書き換えられています。本文を読み直してください。",
        ),
    ],
)
def test_a_stopped_letter_says_why_and_how_far_it_came(state: str, heading: str, lead: str) -> None:
    assert stopped(in_state(state)) == (heading, lead)


def test_a_person_who_stopped_it_is_named_with_the_time() -> None:
    stops = (
        Event(4, at(2, 16, 50), "sato", "stopped", {"notice": "n1", "why": "person"}),
        Event(6, at(2, 17), "maruyama", "stopped", {"notice": "n1", "why": "person"}),
        Event(7, at(2, 18), "sato", "stopped", {"notice": "another", "why": "person"}),
    )
    _, lead = stopped(in_state("stopped", events=stops))
    assert (
        lead
        == "丸山さんが 02:17 に送信を止めました。7,912名には送信済みです。残り4,496名には送っていません。"
    )
    _, english = stopped(in_state("stopped", "en", events=stops[:1]))
    assert english == "佐藤 stopped it at 02:16. 7,912 sent, the other 4,496 not."


def test_a_stop_by_the_bridge_says_why_and_names_nobody() -> None:
    stop = Event(4, at(2, 17), "bridge", "stopped", {"notice": "n1", "why": "list_changed"})
    assert stopped(in_state("stopped, list changed", events=(stop,)))[1] == LIST_CHANGED + BOTH


def test_english_sentences_stand_apart() -> None:
    _, lead = stopped(in_state("stopped, list changed", "en"))
    assert lead == "The list changed after the approval. 12,408 on the approved list, 20,113 on the list now."


@pytest.mark.parametrize("audience", [replace(AUDIENCE, count=None), OPEN["list unreadable"]["audience"]])
def test_a_list_that_cannot_be_counted_is_not_compared(audience: Any) -> None:
    assert stopped(in_state("stopped, list changed", audience=audience))[1] == LIST_CHANGED


def test_a_list_that_is_the_approved_one_again_is_not_compared() -> None:
    same = replace(AUDIENCE, digest="d1")
    assert stopped(in_state("stopped, list changed", audience=same))[1] == LIST_CHANGED


def test_a_sending_that_began_and_sent_nothing_says_only_why() -> None:
    begun = approved(state="stopped", stop_reason="old_work", sending_at=at(2, 16, 40))
    heading, lead = stopped(in_state("stopped", notice=begun, counts={"queued": 12_408}))
    assert (heading, lead) == (
        "まだ送っていません",
        "ブリッジが長時間停止していたため、自動では送信しません。",
    )


def test_more_sent_than_the_list_had_leaves_nothing() -> None:
    assert "残り0名" in stopped(in_state("stopped", counts={"sent": 20_000}))[1]


HOLD = "押してから30秒は取り消せます"


@pytest.mark.parametrize(
    "state, text, note",
    [
        ("stopped", "残り4,496名に送信する", "送信済みの方には届きません"),
        ("stopped, list changed", "20,113名に送信する", HOLD),
        ("stopped, list changed, two people", "20,113名に送信する", "もう1人の承認で送信されます"),
        ("stopped, text changed, two people", "12,408名に送信する", "もう1人の承認で送信されます"),
        ("stopped, second person", "2人目として20,113名に送信する", HOLD),
    ],
)
def test_a_press_says_to_how_many_it_sends(state: str, text: str, note: str) -> None:
    assert resume(in_state(state)) == Button(text, note, "resume")


@pytest.mark.parametrize(
    "counts, rest",
    [
        ({"sent": 1}, "残り12,407名に送信する"),
        ({"sent": 1, "failed": 2, "unknown": 3}, "残り12,402名に送信する"),
        ({"sent": 1, "deferred": 5}, "残り12,407名に送信する"),
        ({"sent": 20_000}, "残り0名に送信する"),
    ],
)
def test_the_rest_is_what_has_no_answer_yet(counts: Any, rest: str) -> None:
    found = resume(in_state("stopped", counts=counts))
    assert found
    assert found.text == rest


@pytest.mark.parametrize(
    "lang, text, note",
    [
        ("ja", "12,405名に送信する", "押すとすぐに送り始めます"),
        ("en", "Send to 12,405 customers", "Sending starts at once"),
    ],
)
def test_where_nothing_was_sent_everybody_gets_the_letter_at_once(lang: Locale, text: str, note: str) -> None:
    counts = {"queued": 12_405, "failed": 3}
    assert resume(in_state("stopped", lang, counts=counts)) == Button(text, note, "resume")


@pytest.mark.parametrize(
    "audience",
    [
        pytest.param(replace(AUDIENCE, count=None), id="never counted"),
        pytest.param(replace(OPEN["list unreadable"]["audience"], count=3), id="not readable now"),
    ],
)
def test_nothing_is_sent_to_a_list_that_cannot_be_read(audience: Any) -> None:
    assert resume(in_state("stopped, list changed", audience=audience)) is None


def test_the_rest_goes_out_although_the_list_cannot_be_read_now() -> None:
    found = resume(in_state("stopped", audience=OPEN["list unreadable"]["audience"]))
    assert found
    assert found.text == "残り4,496名に送信する"


def test_who_stopped_it_by_hand_needs_no_reason() -> None:
    assert DECIDED["stopped"]["notice"].stop_reason == "person"
    assert not stopped(in_state("stopped"))[1].startswith("。")
