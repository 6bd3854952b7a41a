"""What a page is made from, and what follows from it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bridge.core.values import Locale
from tests.web.samples import AUDIENCE, DECIDED, NOW, OPEN, PEOPLE, SERVICE, in_state, notice

READERS_OF_BOTH = replace(AUDIENCE, locales={"ja": 12_370, "en": 38})


@pytest.mark.parametrize(
    "lang, here, edit",
    [("ja", "?", "?edit"), ("en", "?lang=en", "?lang=en&edit")],
)
def test_an_address_keeps_a_language_that_was_chosen_by_hand(lang: Locale, here: str, edit: str) -> None:
    data = in_state("open", lang)
    assert (data.here, data.link("edit")) == (here, edit)
    assert data.link("do=dismiss", "#dismiss") == edit.replace("edit", "do=dismiss#dismiss")


def test_a_reader_of_english_needs_no_language_in_the_address() -> None:
    english = PEOPLE["sato"].model_copy(update={"locale": "en"})
    assert in_state("open", "en", person=english).here == "?"
    assert in_state("open", "ja", person=english).here == "?lang=ja"


def test_a_page_is_headed_by_its_service_and_report() -> None:
    assert in_state("open").heading == "みどりショップ 第一報"
    assert in_state("update", "en").heading == "Midori Shop second report"


@pytest.mark.parametrize(
    "state, changes, recipients",
    [
        ("open", {}, 12_408),
        ("list unreadable", {}, None),
        pytest.param("individual", {}, 2, id="a batch counts its letters"),
        pytest.param("sending", {"audience": replace(AUDIENCE, count=7)}, 12_408, id="those of the approval"),
        pytest.param("stopped, list changed", {}, 20_113, id="nothing left: the list of now"),
        pytest.param(
            "sending",
            {"notice": replace(DECIDED["sending"]["notice"], recipients=None)},
            12_408,
            id="the approval counted none",
        ),
    ],
)
def test_the_recipients_are_those_who_would_be_or_were_written_to(
    state: str, changes: dict[str, Any], recipients: int | None
) -> None:
    assert in_state(state, **changes).recipients == recipients


@pytest.mark.parametrize(
    "changes, locales",
    [
        ({}, ("ja",)),
        ({"audience": READERS_OF_BOTH}, ("ja", "en")),
        pytest.param({"audience": replace(AUDIENCE, locales={"en": 0, "ja": 5})}, ("ja",), id="no reader"),
        pytest.param(
            {
                "audience": READERS_OF_BOTH,
                "version": replace(
                    in_state("open").version, texts={"ja": in_state("open").version.texts["ja"]}
                ),
            },
            ("ja",),
            id="no text",
        ),
    ],
)
def test_the_languages_are_those_that_customers_get(
    changes: dict[str, Any], locales: tuple[Locale, ...]
) -> None:
    assert in_state("open", **changes).locales() == locales


def test_deliveries_are_counted_by_state() -> None:
    data = in_state("sending", counts={"sent": 3, "failed": 2, "queued": 1})
    assert (data.deliveries("sent"), data.deliveries("failed", "unknown"), data.deliveries()) == (3, 2, 0)


@pytest.mark.parametrize(
    "state, changes, surprises",
    [
        ("open", {}, ()),
        ("late, smaller list", {}, ("list_size",)),
        ("open", {"notice": notice(override="why")}, ("override",)),
        ("open", {"repeated_at": NOW - timedelta(minutes=9)}, ("repeat",)),
        pytest.param("individual", {"previous_count": 12_408}, (), id="a batch is compared with nothing"),
    ],
)
def test_what_an_approver_may_not_expect(
    state: str, changes: dict[str, Any], surprises: tuple[str, ...]
) -> None:
    assert in_state(state, **changes).surprises == surprises


@pytest.mark.parametrize("state, seconds", [("open", 10), ("late, smaller list", 30)])
def test_a_surprise_makes_the_hold_longer(state: str, seconds: int) -> None:
    assert in_state(state).hold_seconds == seconds


def test_only_errors_are_errors() -> None:
    both = (*OPEN["warning"]["findings"], *OPEN["error"]["findings"])
    assert in_state("open", findings=both).errors == OPEN["error"]["findings"]
    assert in_state("warning").errors == ()


def test_two_people_must_approve_where_the_policy_says_so() -> None:
    assert not in_state("open").two_people
    assert in_state("second person").two_people
    assert in_state("individual", service=SERVICE).two_people


def test_the_list_is_the_approved_one_while_its_digest_is() -> None:
    assert not in_state("stopped, list changed").same_list
    assert in_state("stopped, list changed", audience=AUDIENCE).same_list
