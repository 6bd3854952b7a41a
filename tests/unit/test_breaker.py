"""A mail server that does not work is probed at a calm pace, and never costs a recipient an attempt."""

import pytest

from bridge.smtp.breaker import LOGIN_PROBES, Breaker
from bridge.smtp.outcome import Outcome

SENT = Outcome("sent", 250, "ok", "dot")
NO_SUCH_USER = Outcome("failed", 550, "5.1.1 no such user", "RCPT")
GREYLISTED = Outcome("deferred", 450, "4.2.0 greylisted", "RCPT")
SENDER_REFUSED = Outcome("failed", 550, "sender refused", "MAIL")
ACCESS_DENIED = Outcome("failed", 554, "5.7.1 Relay access denied", "RCPT")


def waits(breaker: Breaker, tries: int, probes: tuple[float, ...] | None = None) -> list[float]:
    """How long it waits before each of `tries` failing tries, each made as soon as it is allowed."""
    now, seen = 0.0, []
    for _ in range(tries):
        breaker = breaker.failed(now, "refused", probes) if probes else breaker.failed(now, "refused")
        assert breaker.retry_at is not None
        seen.append(breaker.retry_at - now)
        now = breaker.retry_at
    return seen


def after(breaker: Breaker, outcomes: list[Outcome]) -> Breaker:
    for each in outcomes:
        breaker = breaker.answered(each, now=0.0)
    return breaker


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
        breaker = breaker.reached(now + 60)
    assert paces == [5, 15, 30]


def test_answered_mail_makes_all_well():
    assert after(Breaker().failed(0.0, "refused").reached(5.0), [SENT]) == Breaker()


def test_down_time_counts_from_the_first_failure():
    assert Breaker().failed(7.0, "refused").failed(20.0, "refused").since == 7.0


@pytest.mark.parametrize(
    "refusal, opens",
    [
        pytest.param(SENDER_REFUSED, True, id="MAIL refused"),
        pytest.param(ACCESS_DENIED, True, id="policy against us"),
        pytest.param(NO_SUCH_USER, False, id="unknown users"),
        pytest.param(GREYLISTED, False, id="greylisting"),
    ],
)
def test_server_that_refuses_us_five_times_in_a_row_counts_as_down(refusal, opens):
    assert after(Breaker(), [refusal] * 4).allows(0.0)
    assert after(Breaker(), [refusal] * 5).allows(0.0) is not opens


def test_one_accepted_mail_between_refusals_keeps_it_closed():
    assert after(Breaker(), [ACCESS_DENIED] * 4 + [SENT] + [ACCESS_DENIED] * 4).allows(0.0)


def test_after_a_probe_one_more_refusal_is_enough():
    breaker = after(Breaker(), [SENDER_REFUSED] * 5).reached(5.0)
    assert not breaker.answered(SENDER_REFUSED, now=5.0).allows(19.9)


def test_a_connection_set_up_too_late_does_not_vouch_for_a_server_that_refuses_everything():
    refusing = after(Breaker(), [SENDER_REFUSED] * 5)
    assert refusing.reached(4.9) == refusing
    assert [refusing.bars(now) for now in (4.9, 5.0)] == [True, False]


def test_a_failed_connection_beside_a_good_one_bars_nobody():
    assert not Breaker().failed(0.0, "421 too many connections").bars(0.1)
    assert Breaker().failed(0.0, "421 too many connections").reached(0.1).allows(0.2)
