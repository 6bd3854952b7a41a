"""Wrong guesses are slowed down; nobody is locked out by the guesses of others."""

import time
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request

from bridge.web.rate_limit import KEPT, Guesses, Rate, client


def asked_from(address: str, forwarded: str = "") -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "client": (address, 1), "headers": headers})


@pytest.mark.parametrize(
    "times, exceeded",
    [
        pytest.param([0, 1, 2], [False, False, True], id="the third within a minute is one too many"),
        pytest.param([0, 1, 60], [False, False, False], id="a minute later it begins anew"),
        pytest.param(
            [0, 1, 59.9, 60, 61, 62], [False, False, True, False, False, True], id="and counts anew"
        ),
    ],
)
def test_a_rate_counts_by_the_minute(times: list[float], exceeded: list[bool]) -> None:
    rate = Rate(per_minute=2)
    assert [rate.exceeded("a", now) for now in times] == exceeded


def test_one_key_does_not_count_for_another() -> None:
    rate = Rate(per_minute=1)
    assert [rate.exceeded(key, 0) for key in ("a", "b", "a", "b")] == [False, False, True, True]


@given(others=st.integers(0, KEPT + 50), times=st.integers(1, 3))
@example(others=KEPT - 1, times=2)
@example(others=KEPT, times=1)
def test_a_key_is_forgotten_when_as_many_others_came_after_it_as_are_kept(others: int, times: int) -> None:
    rate = Rate(per_minute=1)
    rate.exceeded("first", 0)
    for key in range(others):
        for _ in range(times):
            rate.exceeded(str(key), 0)
    assert rate.exceeded("first", 0) == (others < KEPT)


def waits(work: Coroutine[Any, Any, None]) -> bool:
    """Whether it comes to a point where it waits, instead of going through at once."""
    try:
        work.send(None)
    except StopIteration:
        return False
    work.close()
    return True


async def test_only_guesses_beyond_the_rate_wait() -> None:
    guesses = Guesses(per_minute=2, delay=60)
    asked = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1"]
    assert [waits(guesses.wrong(asked_from(one))) for one in asked] == [False, False, False, True]


async def test_a_late_answer_comes_after_its_delay() -> None:
    began = time.monotonic()
    await Guesses(per_minute=0, delay=0.1).wrong(asked_from("192.0.2.1"))
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize(
    "address, key",
    [
        pytest.param("192.0.2.1", "192.0.2.1", id="an address"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", id="all that one customer has"),
        pytest.param("::ffff:192.0.2.1", "::ffff:192.0.2.1", id="an IPv4 address on an IPv6 socket"),
        pytest.param("/run/bridge.sock", "/run/bridge.sock", id="no address"),
    ],
)
def test_a_client_is_its_address_or_its_network(address: str, key: str) -> None:
    assert client(asked_from(address)) == key


def test_who_is_asking_is_not_taken_from_a_header() -> None:
    assert client(asked_from("192.0.2.1", forwarded="203.0.113.9")) == "192.0.2.1"
