"""A session is its person's, for twelve hours, as long as the configuration has that person unchanged."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.sessions import LASTS, ConsoleSession, Visitor, registered, session_in, visitor_of
from bridge.core.settings import Escalation, Person
from tests.parts import midori

NIGHT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
PEOPLE = {
    key: Person.model_validate({**one, "id": key})
    for key, one in {**midori.PEOPLE, "guest": {"name": "客", "email": "guest@example.jp"}}.items()
}
SHOP = [Escalation.model_validate(midori.ESCALATION)]
BEGUN = ConsoleSession.of(PEOPLE["maruyama"], NIGHT)


def changed(**values: object) -> dict[str, Person]:
    return {**PEOPLE, "maruyama": PEOPLE["maruyama"].model_copy(update=values)}


@pytest.mark.parametrize(
    "after, there",
    [
        (timedelta(), True),
        (LASTS - timedelta(seconds=1), True),
        (LASTS, False),
        (timedelta(days=400), False),
        (-timedelta(minutes=5), True),
        (-timedelta(minutes=6), False),
    ],
)
def test_a_session_lasts_twelve_hours_and_none_comes_from_the_future(after: timedelta, there: bool) -> None:
    found = visitor_of(BEGUN, PEOPLE, SHOP, NIGHT + after)
    assert found == (Visitor(PEOPLE["maruyama"], "approve") if there else "over")


@pytest.mark.parametrize(
    "people, found",
    [
        pytest.param({"sato": PEOPLE["sato"]}, "removed", id="taken out"),
        pytest.param(changed(email="other@example.jp"), "removed", id="another address"),
        pytest.param({**PEOPLE, "maruyama": PEOPLE["sato"]}, "removed", id="somebody else under this key"),
    ],
)
def test_whoever_is_removed_is_out_at_once(people: dict[str, Person], found: str) -> None:
    assert visitor_of(BEGUN, people, SHOP, NIGHT) == found


def test_a_new_name_keeps_the_session_and_a_new_role_counts_at_once() -> None:
    people = changed(name="丸山 花子", role="view")
    assert visitor_of(BEGUN, people, SHOP, NIGHT) == Visitor(people["maruyama"], "view")


def test_nobody_without_a_role_is_let_in() -> None:
    assert visitor_of(ConsoleSession.of(PEOPLE["guest"], NIGHT), PEOPLE, SHOP, NIGHT) == "no_role"


@given(st.text(max_size=50), st.text(max_size=50), st.integers(0, 2**40))
def test_a_session_comes_back_from_its_text(person: str, entry: str, began_at: int) -> None:
    session = ConsoleSession(person, entry, began_at)
    assert session_in(session.to_text()) == session


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"person": "a"}', '{"person":"a","x":1}'])
def test_another_text_is_no_session(text: str) -> None:
    assert session_in(text) is None


@pytest.mark.parametrize(
    "address, person",
    [
        ("maruyama@example.jp", "maruyama"),
        (" Maruyama@Example.JP ", "maruyama"),
        ("maruyama@example.jp.evil.example", None),
        ("", None),
    ],
)
def test_an_address_is_known_in_whatever_case(address: str, person: str | None) -> None:
    found = registered(address, PEOPLE)
    assert (found.id if found else None) == person
