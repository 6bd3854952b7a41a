"""What is known of a mail server, over any sequence of its answers: no lane stops for ever, no ring is starved."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.smtp.meaning import alike, meaning
from bridge.smtp.outcome import Outcome, outcome
from bridge.smtp.pace import LEAST, MOST, Pace
from bridge.smtp.refusals import KNOWN_WORDS, SAME_WORDS
from bridge.smtp.relay_model import Answer, RelayModel
from bridge.smtp.width import Width

SENT = Outcome("sent", 250, "2.0.0 queued", "dot")
THROTTLED = Outcome("deferred", 454, "Throttling failure: Maximum sending rate exceeded.", "dot")
GREYLISTED = Outcome("deferred", 450, "4.2.0 greylisted", "RCPT")
UNKNOWN_USER = Outcome("failed", 550, "5.1.1 user unknown", "RCPT")
QUOTA = Outcome("failed", 550, "5.4.5 Daily user sending quota exceeded.", "dot")
SILENT = Outcome("unknown", 0, "no reply within 600 s", "")
LOST = Outcome("queued", 0, "the server closed the connection", "")
ANSWERS = [SENT, THROTTLED, GREYLISTED, UNKNOWN_USER, QUOTA, SILENT, LOST]


def fresh(rate: float | None = None) -> RelayModel:
    return RelayModel(Pace(ceiling=rate), Width(6))


def run(outcomes: list[Outcome], domains: int = 1000, model: RelayModel | None = None) -> list[Outcome]:
    """What the lane makes of these answers to one letter, each to another recipient."""
    model, told = model or fresh(), []
    for n, each in enumerate(outcomes):
        answer = Answer(each, f"c{n}@customer{n % domains}.example", "letter", float(n), n + 0.5)
        one, model = model.answered(answer)
        told.append(one)
    return told


# --- about us or about the recipient


@pytest.mark.parametrize(
    "words",
    [
        "550 5.4.5 Daily user sending quota exceeded.",
        "550 The from address does not match a verified Sender Identity. Mail cannot be sent",
        "554 Message rejected: Email address is not verified. The following identities failed",
        "554 5.2.252 SendAsDenied; support@example.jp not allowed to send as support@example.jp",
        "550 5.1.8 <support@example.jp>: Sender address rejected: Domain not found",
        "550 5.1.90 Your message can't be sent because you've reached your daily limit",
        "554 5.7.1 <c@customer.example>: Relay access denied",
        "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        "530 5.7.0 Authentication required",
        "550 Domain example.jp has exceeded the max emails per hour (100/100 (100%)) allowed",
        "554 Sending paused for this account. For more information, see the documentation",
        "550 Your account has been temporarily suspended",
        "550 You have reached your hourly sending limit",
    ],
)
def test_words_that_are_known_to_be_about_us_stop_a_letter_after_five(words):
    refusal = outcome(int(words[:3]), dot_written=True, reply=words[4:], stage="dot")
    told = run([refusal] * KNOWN_WORDS)
    assert [one.why for one in told] == [""] * (KNOWN_WORDS - 1) + ["about_us"]


def test_the_same_words_to_ten_recipients_stop_a_letter_whatever_they_are():
    refusals = [
        Outcome("failed", 550, f"5.1.1 <c{n}@x{n}.example>: no such user id{n}7", "RCPT") for n in range(10)
    ]
    assert [one.why for one in run(refusals)] == [""] * (SAME_WORDS - 1) + ["about_us"]


def test_one_that_is_taken_between_shows_that_it_is_not_about_us():
    assert "about_us" not in {one.why for one in run(([UNKNOWN_USER] * 9 + [SENT]) * 20)}


def test_a_quota_that_is_used_up_after_twenty_stops_the_letter():
    told = run([SENT] * 20 + [QUOTA] * 10, domains=1)
    assert [one.why for one in told].index("about_us") == 20 + KNOWN_WORDS - 1


def test_one_domain_that_refuses_is_about_that_domain_where_others_are_served():
    model = fresh()
    for n in range(20):
        _, model = model.answered(Answer(SENT, f"c{n}@good{n}.example", "letter", 0.0, float(n)))
    for n in range(500):
        one, model = model.answered(Answer(QUOTA, f"c{n}@bad.example", "letter", 0.0, float(n)))
        assert one.why == ""


def test_three_domains_that_refuse_one_after_the_other_are_not_us_where_others_are_served():
    model, told = fresh(), []
    for n in range(20):
        _, model = model.answered(Answer(SENT, f"c{n}@good{n}.example", "letter", 0.0, float(n)))
    for n in range(75):
        one, model = model.answered(Answer(UNKNOWN_USER, f"c{n}@bad{n // 25}.example", "letter", 0.0, 0.0))
        told.append(one.why)
    assert set(told) == {""}


def test_a_list_of_one_domain_that_is_refused_stops_too():
    assert [one.why for one in run([UNKNOWN_USER] * 30, domains=1)].index("about_us") == SAME_WORDS - 1


def test_words_that_put_off_five_in_a_row_after_others_were_taken_are_the_pace():
    later = Outcome("deferred", 451, "4.3.0 Temporary local problem - please try later", "dot")
    told = run([SENT] * 20 + [later] * 7 + [SENT, later])
    assert [one.why for one in told] == [""] * 24 + ["too_fast"] * 3 + ["", "too_fast"]
    assert {one.why for one in run([later] * 100)} == {""}, "where none was taken, each is put off by itself"
    assert {one.why for one in run([SENT, SENT, later] * 100)} == {""}
    model = fresh()
    for n in range(20):
        _, model = model.answered(Answer(SENT, f"c{n}@good{n}.example", "letter", 0.0, float(n)))
    for n in range(50):
        one, model = model.answered(Answer(later, f"c{n}@slow.example", "letter", 0.0, 0.0))
        assert one.why == "", "one domain that is not there now says nothing of the others"


def test_what_one_letter_is_refused_with_says_nothing_of_another():
    model = fresh()
    for n in range(50):
        answer = Answer(QUOTA, f"c{n}@x{n}.example", f"letter{n % 20}", 0.0, float(n))
        one, model = model.answered(answer)
        assert one.why == ""


@given(st.lists(st.sampled_from([SENT, THROTTLED, GREYLISTED, SILENT, LOST]), max_size=60))
def test_temporary_answers_never_stop_a_letter(outcomes):
    assert "about_us" not in {one.why for one in run(outcomes)}


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("550 5.1.1 <a1@x.example>: unknown", "550 5.1.1 <b2@y.example>: unknown", True),
        ("550 mailbox a1b2 of host mx1.x.example", "550 mailbox z9 of host mx2.y.example", True),
        ("550 5.1.1 unknown", "550 5.2.1 unknown", False),
        (
            "550 no (abcdefab-abcd-abcd-abcd-abcdefabcdef)",
            "550 no (1bcdefab-abcd-2bcd-abcd-abcdefabcdef)",
            True,
        ),
        ("550 unknown", "554 unknown", False),
        ("550 no such user", "550 quota exceeded", False),
    ],
)
def test_words_are_compared_without_what_names_one_recipient(one, other, same):
    assert (alike(one) == alike(other)) is same


@pytest.mark.parametrize(
    "code, words, stage, about",
    [
        (454, "Throttling failure: Maximum sending rate exceeded.", "dot", "pace"),
        (450, "4.7.1 Error: too much mail from 192.0.2.1", "MAIL", "pace"),
        (
            421,
            "4.4.2 Message submission rate for this client has exceeded the configured limit",
            "MAIL",
            "pace",
        ),
        (421, "closing", "RCPT", "pace"),
        (451, "4.7.0 come back", "RCPT", "pace"),
        (451, "4.3.2 not now", "dot", "pace"),
        (452, "4.5.3 too many recipients", "RCPT", "pace"),
        (432, "waiting", "dot", "pace"),
        (450, "4.2.0 greylisted", "RCPT", "recipient"),
        (451, "4.7.1 Greylisting in action, please come back later", "RCPT", "recipient"),
        (452, "4.2.2 The email account that you tried to reach is over quota", "RCPT", "recipient"),
        (451, "later", "dot", "later"),
        (451, "4.3.0 Temporary local problem - please try later", "RCPT", "later"),
        (530, "5.7.0 Authentication required", "MAIL", "us"),
        (550, "5.1.1 user unknown", "RCPT", "refused"),
        (550, "no", "MAIL", "us"),
        (554, "5.7.1 Relay access denied", "RCPT", "us"),
        (250, "ok", "dot", "taken"),
    ],
)
def test_an_answer_is_about_the_pace_the_recipient_or_us(code, words, stage, about):
    assert meaning(outcome(code, dot_written=stage == "dot", reply=words, stage=stage)) == about


# --- any sequence of answers


@given(st.lists(st.tuples(st.sampled_from(ANSWERS), st.booleans()), max_size=80))
def test_after_any_answers_letters_go_on_within_seconds_and_at_their_pace(steps):
    model, now = fresh(), 0.0
    for n, (answer, ring) in enumerate(steps):
        now += 0.1
        letter = None if ring else "letter"
        told, model = model.answered(Answer(answer, f"c{n}@x{n}.example", letter, now - 0.05, now))
        assert told.state == answer.state or (told.state, told.why) == ("queued", "too_fast")
        begins, _ = model.pace.slot(now)
        assert begins - now <= 1 / LEAST + 0.1, "no sequence makes a lane stop for ever"
        assert model.pace.rate is None or LEAST <= model.pace.rate <= MOST
        assert model.breaker.allows(now), "answers alone never bar the server"


@given(st.lists(st.sampled_from(ANSWERS), max_size=40))
def test_no_answer_to_a_mail_to_the_on_call_slows_its_own_kind_down(outcomes):
    model = fresh()
    for n, each in enumerate(outcomes):
        told, model = model.answered(Answer(each, "sato@example.jp", None, n, n))
        assert told.why in ("", "too_fast")
    assert model.letters == {}


@given(st.lists(st.tuples(st.sampled_from(["open", "refused", "later"]), st.integers(0, 6)), max_size=60))
def test_some_connection_is_always_allowed(steps):
    width, now = Width(6), 0.0
    for what, others in steps:
        now += 1.0
        if what == "open":
            width = width.opened(others)
        elif what == "refused":
            width = width.refused(others, now)
        else:
            now += 600.0
        assert width.allows(0, now), "where none is open, one may always be tried"
        assert width.allows(5, now + 601.0), "and after ten minutes one more"
        assert not width.allows(6, now)


def test_a_refused_connection_lowers_the_number_and_is_tried_again_ever_more_seldom():
    width = Width(6).refused(2, 0.0)
    assert [width.allows(n, 1.0) for n in (0, 1, 2, 3)] == [True, True, False, False]
    assert width.allows(2, 60.0)
    assert not width.refused(2, 60.0).allows(2, 179.0)
    assert width.opened(3).allows(3, 61.0), "it takes more again: soon the next is tried"


# --- the pace


def bucket(rate: float, burst: float):
    """A server that takes `rate` letters a second."""
    left, last = burst, 0.0

    def takes(now: float) -> bool:
        nonlocal left, last
        left, last = min(burst, left + (now - last) * rate), now
        if left < 1:
            return False
        left -= 1
        return True

    return takes


def window(most: int, seconds: float):
    """A server that takes so many letters in a window of time."""
    begun, n = 0.0, 0

    def takes(now: float) -> bool:
        nonlocal begun, n
        if now - begun > seconds:
            begun, n = now, 0
        n += 1
        return n <= most

    return takes


def seconds_for(letters: int, takes, pace: Pace, delay: float = 0.02) -> tuple[float, int]:
    """How long one connection after another is done with these letters, and how often it was refused."""
    now, done, refused = 0.0, 0, 0
    while done < letters:
        begins, pace = pace.slot(now)
        now = begins + delay / 4  # as four connections do
        if takes(begins):
            pace, done = pace.accepted(now), done + 1
        else:
            pace, refused = pace.refused(begins, now), refused + 1
        assert now < 7200
    return now, refused


@pytest.mark.parametrize("letters, rate", [(300, 5), (3000, 14), (3000, 50), (100, 1)])
def test_a_server_with_a_pace_is_kept_busy_and_seldom_asked_in_vain(letters, rate):
    took, refused = seconds_for(letters, bucket(rate, rate), Pace())
    assert took <= 1.3 * letters / rate
    assert refused < letters / 10


def test_a_server_with_a_window_gets_its_letters_in_each():
    took, refused = seconds_for(300, window(100, 60.0), Pace())
    assert took < 200
    assert refused < 60


def test_one_slip_does_not_slow_a_long_letter_down():
    refused_once = iter([True] * 3 + [False])
    took, _ = seconds_for(12_000, lambda now: next(refused_once, True), Pace(), delay=0.01)
    assert took < 100


def test_a_configured_pace_is_kept_from_the_first_letter_on():
    took, refused = seconds_for(300, bucket(5, 5), Pace(ceiling=5.0))
    assert refused == 0
    assert 59 <= took < 62


def test_letters_that_were_on_their_way_when_the_pace_was_cut_say_nothing_new():
    pace = Pace(learned=100.0).refused(10.0, 10.5)
    assert pace.refused(10.4, 10.6) == pace
    assert pace.refused(10.6, 10.7) != pace


def test_customers_wait_for_a_ring_that_was_told_too_fast():
    _, model = fresh().answered(Answer(THROTTLED, "sato@example.jp", None, 0.0, 1.0))
    assert model.pace.slot(1.0)[0] >= 2.0


def test_a_server_that_only_says_too_fast_is_told_of_after_minutes_and_not_before():
    model = fresh()
    for now in (0.0, 60.0, 120.0):
        _, model = model.answered(Answer(THROTTLED, "c@x.example", "letter", now, now))
        assert model.useless_for(now) == 0
    assert model.useless_for(200.0) == 200.0
    _, model = model.answered(Answer(SENT, "c@x.example", "letter", 200.0, 201.0))
    assert model.useless_for(202.0) == 0


def test_a_server_that_cannot_be_reached_is_useless_at_once_and_not_after_it_answers():
    down = fresh().unreachable(10.0, "refused")
    assert down.useless_for(25.0) == 15.0
    assert replace(down, breaker=down.breaker.reached()).useless_for(26.0) == 0
