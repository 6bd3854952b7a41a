"""Wrong guesses are slowed down; nobody is locked out by the guesses of others."""

import time

import pytest
from hypothesis import given
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


@given(st.lists(st.integers(0, 3 * KEPT), max_size=20))
def test_what_is_remembered_has_a_limit(keys: list[int]) -> None:
    rate = Rate(per_minute=1)
    for key in [*range(KEPT + 50), *keys]:
        rate.exceeded(str(key), 0)
    assert len(rate._windows) == KEPT


async def test_only_guesses_beyond_the_rate_wait() -> None:
    guesses, began = Guesses(per_minute=2, delay=0.1), time.monotonic()
    for _ in range(2):
        await guesses.wrong(asked_from("192.0.2.1"))
    await guesses.wrong(asked_from("192.0.2.2"))
    assert time.monotonic() - began < 0.1
    await guesses.wrong(asked_from("192.0.2.1"))
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
def test_who_is_asking(address: str, key: str) -> None:
    assert client(asked_from(address)) == key


def test_who_is_asking_is_not_taken_from_a_header() -> None:
    assert client(asked_from("192.0.2.1", forwarded="203.0.113.9")) == "192.0.2.1"
