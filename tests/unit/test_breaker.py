"""A mail server that does not work is probed at a calm pace, and never costs a recipient an attempt."""

import pytest

from bridge.smtp.breaker import LOGIN_PROBES, Breaker


def waits(breaker: Breaker, tries: int, probes: tuple[float, ...] | None = None) -> list[float]:
    """How long it waits before each of `tries` failing tries, each made as soon as it is allowed."""
    now, seen = 0.0, []
    for _ in range(tries):
        breaker = breaker.failed(now, "refused", probes) if probes else breaker.failed(now, "refused")
        assert breaker.retry_at is not None
        seen.append(breaker.retry_at - now)
        now = breaker.retry_at
    return seen


def test_dead_server_is_probed_after_5_15_30_and_then_every_60_seconds():
    assert waits(Breaker(), 6) == [5, 15, 30, 60, 60, 60]


def test_wrong_password_is_tried_once_in_five_minutes():
    assert waits(Breaker(), 3, LOGIN_PROBES) == [300, 300, 300]


@pytest.mark.parametrize("now, allowed", [(4.9, False), (5.0, True), (1e9, True)])
def test_nobody_tries_before_the_probe(now, allowed):
    assert Breaker().failed(0.0, "refused").allows(now) is allowed


def test_connections_that_fail_together_are_one_failure():
    breaker = Breaker().failed(0.0, "refused").failed(0.1, "refused").failed(4.0, "timed out")
    assert (breaker.failures, breaker.retry_at, breaker.error) == (1, 5.0, "timed out")


def test_server_that_connects_but_drops_every_mail_is_probed_ever_slower():
    breaker, paces = Breaker(), []
    for now in (0.0, 100.0, 200.0):
        breaker = breaker.failed(now, "dropped")
        paces.append(breaker.retry_at - now)
        breaker = breaker.reached()
    assert paces == [5, 15, 30]


def test_down_time_counts_from_the_first_failure():
    assert Breaker().failed(7.0, "refused").failed(20.0, "refused").since == 7.0


def test_what_waits_for_a_repaired_server_goes_at_once():
    breaker = Breaker().failed(0.0, "refused").failed(5.0, "refused").tried_anew()
    assert breaker.allows(5.1)
    assert breaker.error == "refused"
    assert Breaker().tried_anew() == Breaker()
