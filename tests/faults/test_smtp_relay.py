"""Several mails through one relay: connections are kept, a dead server is probed and not hammered."""

import asyncio
from collections.abc import AsyncIterator
from errno import ECONNRESET

import pytest

from bridge.core.values import SecretText
from bridge.smtp.connect import LoginRefused, SmtpError, Unreachable
from bridge.smtp.outcome import Outcome
from bridge.smtp.pool import MAX_IDLE
from bridge.smtp.relay import Mail, Relay, RelayDown
from bridge.smtp.session import Envelope, Limits
from bridge.smtp.settings import RelaySettings
from bridge.smtp.train import Car, Load
from tests.faults.smtp_server import CLOSE, SILENCE, MailServer
from tests.parts.ports import free_port

PATIENT = Limits(connect=10, greeting=10, command=10, body=10, final=10, quit=10)
IMPATIENT = Limits(connect=0.3, greeting=0.3, command=0.3, body=0.3, final=0.3, quit=0.3)


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def go() -> None:
    """A `before_data` that lets the mail go."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def relays(clock: Clock) -> AsyncIterator:
    opened = []

    def open_to(server: MailServer, connections: int = 1, limits: Limits = PATIENT, **settings) -> Relay:
        target = RelaySettings(host="127.0.0.1", port=server.port, security="none", **settings)
        opened.append(Relay(target, connections, limits, clock))
        return opened[-1]

    yield open_to
    for relay in opened:
        await relay.close()


async def send(relay: Relay, n: int = 0, letter: str | None = "letter") -> Outcome:
    envelope = Envelope("support@example.jp", f"c{n}@example.jp")
    return await relay.send(Mail(envelope, b"x\r\n", go, letter))


async def states(relay: Relay, mails: int) -> list[str]:
    return [(await send(relay, n)).state for n in range(mails)]


async def test_a_server_that_cannot_even_be_named_is_unreachable_so_that_another_is_asked():
    relay = Relay(RelaySettings().model_copy(update={"host": "127.0.0.1\n"}), 1)
    with pytest.raises(Unreachable):
        await send(relay)
    assert not relay.up


async def test_of_many_that_find_a_dead_server_none_goes_on_waiting_for_a_connection():
    """Each connection that is refused beside others looks like one too many, until the last is refused as well."""
    relay = Relay(RelaySettings(host="127.0.0.1", port=free_port(), security="none"), 10)

    async def after(rounds: int) -> Outcome:
        for _ in range(rounds):
            await asyncio.sleep(0)
        return await send(relay)

    async with asyncio.timeout(10):
        found = await asyncio.gather(*(after(n % 3) for n in range(20)), return_exceptions=True)
    assert all(isinstance(each, SmtpError) for each in found)


async def test_many_mails_share_one_connection(relays):
    async with MailServer() as server:
        assert await states(relays(server), 20) == ["sent"] * 20
        assert server.connections == 1


async def test_never_more_connections_than_configured(relays):
    async with MailServer() as server:
        relay = relays(server, connections=3)
        await asyncio.gather(*(send(relay, n) for n in range(50)))
        assert len(server.mails) == 50
        assert server.connections == 3


async def test_server_that_closes_after_some_mails_is_connected_to_again(relays):
    replies = ["250 ok", "250 ok", (b"250 ok\r\n421 enough\r\n", CLOSE)] * 3
    async with MailServer(answers={"DOT": replies}) as server:
        relay = relays(server)
        assert await states(relay, 9) == ["sent"] * 9
        assert server.connections == 3
        assert relay.up


@pytest.mark.parametrize("goodbye", [("421 too many mails", CLOSE), CLOSE])
async def test_server_tired_of_a_connection_costs_the_next_mail_only_another_connection(relays, goodbye):
    async with MailServer(answers={"MAIL": ["250 ok", goodbye, "250 ok"]}) as server:
        relay = relays(server)
        assert await states(relay, 3) == ["sent"] * 3
        assert (server.connections, relay.up) == (2, True)


async def test_mail_that_ends_the_new_connection_too_is_not_taken_for_a_dead_server(relays):
    async with MailServer(answers={"RCPT": ["250 ok", CLOSE, CLOSE, "250 ok"]}) as server:
        relay = relays(server)
        assert await states(relay, 3) == ["sent", "queued", "sent"]
        assert (server.connections, relay.up) == (3, True)


async def test_password_is_proven_by_one_connection_before_others_use_it(relays):
    async with MailServer(offers=("AUTH PLAIN",), answers={"AUTH": "535 wrong"}) as server:
        relay = relays(server, connections=4, username="bridge", password="hunter2")
        await asyncio.gather(*(send(relay, n) for n in range(4)), return_exceptions=True)
        assert server.verbs().count("AUTH") == 1


async def test_every_third_refused_for_now_leaves_the_others_alone(relays):
    async with MailServer(answers={"RCPT": ["250 ok", "250 ok", "451 later"] * 4}) as server:
        assert await states(relays(server), 9) == ["sent", "sent", "deferred"] * 3


async def test_one_unknown_recipient_fails_alone(relays):
    async with MailServer(answers={"RCPT": ["250 ok", "550 no such user", "250 ok"]}) as server:
        assert await states(relays(server), 3) == ["sent", "failed", "sent"]


async def test_connection_is_never_used_again_after_a_refusal(relays):
    async with MailServer(answers={"RCPT": ["550 no such user", "250 ok"]}) as server:
        await states(relays(server), 2)
        assert server.connections == 2
        assert "RSET" not in server.verbs()


async def test_one_stuck_mail_does_not_hold_up_the_other_connection(relays):
    async with MailServer(answers={"DOT": [SILENCE, "250 ok"]}) as server:
        relay = relays(server, connections=2, limits=IMPATIENT)
        finished = [(await mail).state for mail in asyncio.as_completed([send(relay, n) for n in range(6)])]
        assert finished == ["sent"] * 5 + ["unknown"]


async def test_connection_idle_too_long_is_replaced(relays, clock):
    async with MailServer() as server:
        relay = relays(server)
        await send(relay)
        clock.now += MAX_IDLE + 1
        assert (await send(relay)).state == "sent"
        assert server.connections == 2


async def test_server_without_goodbye_does_not_hold_up_the_end(relays):
    async with MailServer(answers={"QUIT": SILENCE}) as server:
        relay = relays(server, limits=IMPATIENT)
        await send(relay)
        await relay.close()
        assert len(server.mails) == 1


GREETINGS = [
    pytest.param(CLOSE, id="closes at once"),
    pytest.param(SILENCE, id="accepts and says nothing"),
    pytest.param("554 go away", id="refuses to talk"),
    pytest.param("421 busy", id="too busy"),
    pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
    pytest.param(b"2" * 70_000, id="endless greeting"),
]


@pytest.mark.parametrize("greeting", GREETINGS)
async def test_server_that_does_not_greet_costs_no_attempt(relays, greeting):
    async with MailServer(answers={"CONNECT": greeting}) as server:
        relay = relays(server, limits=IMPATIENT)
        with pytest.raises(Unreachable):
            await send(relay)
        assert not relay.up
        assert relay.last_error


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"EHLO": ("250-mail.example.jp\r\n250 AUTH PLAIN", CLOSE)}, id="after EHLO"),
        pytest.param({"AUTH": ("235 welcome", CLOSE)}, id="after login"),
        pytest.param({"AUTH": CLOSE}, id="instead of a login"),
    ],
)
async def test_server_that_closes_while_we_introduce_ourselves_costs_no_attempt(relays, answers):
    async with MailServer(offers=("AUTH PLAIN",), answers=answers) as server:
        relay = relays(server, username="bridge", password="hunter2")
        assert await outcome_or_error(relay) in ("Unreachable", "queued")
        assert not relay.up


async def outcome_or_error(relay: Relay) -> str:
    try:
        return (await send(relay)).state
    except SmtpError as error:
        return type(error).__name__


async def test_login_challenge_that_makes_no_sense_costs_no_attempt(relays):
    nonsense = {"AUTH": "334 ###", "UNKNOWN": "what?"}
    async with MailServer(offers=("AUTH CRAM-MD5",), answers=nonsense) as server:
        with pytest.raises(Unreachable):
            await send(relays(server, username="bridge", password="hunter2"))


async def test_dead_server_is_probed_and_not_hammered(relays, clock):
    async with MailServer(answers={"CONNECT": "421 busy"}) as server:
        relay = relays(server, connections=4)
        for _ in range(600):  # ten minutes
            with pytest.raises(SmtpError):
                await send(relay)
            clock.now += 1
        assert server.connections == 13  # at 0, 5, 20 and 50 s, then every 60 s
        assert relay.useless_for == 600


async def test_probe_is_one_connection_however_many_mails_wait(relays, clock):
    async with MailServer(answers={"CONNECT": "421 busy"}) as server:
        relay = relays(server, connections=4)
        await asyncio.gather(send(relay), return_exceptions=True)
        clock.now += 5
        await asyncio.gather(*(send(relay, n) for n in range(4)), return_exceptions=True)
        assert server.connections == 2


async def test_a_server_that_was_down_is_used_again_after_its_probe_time(relays, clock):
    async with MailServer() as gone:
        relay = relays(gone)
    with pytest.raises(Unreachable):
        await send(relay)
    async with MailServer(port=gone.port):
        with pytest.raises(RelayDown) as caught:
            await send(relay)
        assert caught.value.retry_in == 5
        clock.now += 5
        assert (await send(relay)).state == "sent"
        assert (relay.up, relay.last_error, relay.useless_for) == (True, "", 0)


async def test_probe_finds_a_dead_server_when_there_is_no_mail(relays, clock):
    async with MailServer() as server:
        relay = relays(server)
        assert await relay.probe()
    clock.now += MAX_IDLE + 1
    assert not await relay.probe()
    assert not relay.up


async def test_name_that_does_not_resolve_is_unreachable(clock):
    relay = Relay(RelaySettings(host="mail.invalid", security="none"), 1, PATIENT, clock)
    with pytest.raises(Unreachable):
        await send(relay)


@pytest.mark.parametrize("moment", ["MAIL", "DATA", "DOT"])
async def test_server_that_greets_and_then_drops_every_mail_is_probed(relays, clock, moment):
    async with MailServer(answers={moment: CLOSE}) as server:
        relay = relays(server)
        for _ in range(60):
            with_error = await asyncio.gather(send(relay), return_exceptions=True)
            assert isinstance(with_error[0], RelayDown | Outcome)
            clock.now += 1
        assert server.connections == 4  # at 0, 5, 20 and 50 s
        assert not relay.up


async def test_a_server_that_refuses_every_sender_is_about_us_after_five(relays):
    async with MailServer(answers={"MAIL": "550 not you"}) as server:
        relay = relays(server)
        answers = [await send(relay, n) for n in range(5)]
        assert [each.why for each in answers] == ["", "", "", "", "about_us"]
        assert relay.up, "rings have another sender"


async def test_a_refused_connection_beside_others_lowers_their_number_and_costs_no_mail(relays):
    busy = "421 4.7.0 too many connections"
    async with MailServer(answers={"CONNECT": ["220 hello", "220 hello", busy]}) as server:
        relay = relays(server, connections=4)
        got = await asyncio.gather(*(send(relay, n) for n in range(40)))
        assert {each.state for each in got} == {"sent"}
        assert relay.up
        assert len(server.mails) == 40
        assert server.connections <= 4


async def test_one_more_connection_is_tried_again_after_a_minute(relays, clock):
    busy = "421 4.7.0 too many connections"
    async with MailServer(answers={"CONNECT": ["220 hello", busy, "220 hello"]}) as server:
        relay = relays(server, connections=2)
        for _ in range(2):  # not at once
            await asyncio.gather(*(send(relay, n) for n in range(10)))
            assert server.connections == 2
        clock.now += 61  # the idle one is too old by then
        await asyncio.gather(*(send(relay, n) for n in range(10)))
        assert server.connections == 4


async def test_a_ring_that_cannot_dial_gets_the_connection_that_a_letter_is_done_with(relays):
    busy = "421 4.7.0 too many connections"
    async with MailServer(answers={"CONNECT": ["220 hello", busy]}) as server:
        relay = relays(server, connections=1)
        letters = [asyncio.create_task(send(relay, n)) for n in range(50)]
        await letters[0]
        assert (await send(relay, 99, letter=None)).state == "sent"
        assert len(server.mails) < 50, "it did not wait behind them"
        await asyncio.gather(*letters)


async def test_a_server_that_swallows_pipelined_commands_is_spoken_to_in_lock_step(relays):
    async with MailServer(answers={"RCPT": [SILENCE, "250 ok"]}) as server:
        relay = relays(server, limits=IMPATIENT)
        assert [(await send(relay, n)).state for n in range(3)] == ["sent"] * 3
        assert server.connections == 2


async def test_too_fast_costs_no_attempt_and_slows_the_letters(relays, clock):
    throttle = "454 Throttling failure: Maximum sending rate exceeded."
    async with MailServer(answers={"DOT": ["250 ok", "250 ok", throttle, "250 ok"]}) as server:
        relay = relays(server)
        first, second, third = [await send(relay, n) for n in range(3)]
        assert (first.state, second.state) == ("sent", "sent")
        assert (third.state, third.why) == ("queued", "too_fast")
        assert relay.rate is not None


async def test_a_password_that_was_changed_in_its_file_is_used_at_the_next_login(relays, clock, tmp_path):
    file = tmp_path / "password"
    file.write_text("hunter2\n")
    async with MailServer(offers=("AUTH PLAIN",), answers={"AUTH": ["535 wrong", "235 ok"]}) as server:
        secret = SecretText("hunter2", str(file))
        relay = relays(server, username="bridge", password=secret)
        with pytest.raises(LoginRefused):
            await send(relay)
        with pytest.raises(RelayDown):
            await send(relay)
        file.write_text("correct horse\n")
        assert (await send(relay)).state == "sent"


async def test_a_servers_reason_to_refuse_a_login_is_told_without_the_secret(relays):
    words = "535 5.7.139 SmtpClientAuthentication is disabled, you sent aHVudGVyMg== or hunter2"
    async with MailServer(offers=("AUTH PLAIN",), answers={"AUTH": words}) as server:
        with pytest.raises(LoginRefused, match="disabled") as caught:
            await send(relays(server, username="bridge", password="hunter2"))
        assert "hunter2" not in str(caught.value)
        assert "aHVudGVyMg" not in str(caught.value)


async def test_a_refused_ehlo_is_told_in_the_servers_words(relays):
    answers = {"EHLO": ("421 4.7.0 Try again later, closing connection. (EHLO)", CLOSE)}
    async with MailServer(answers=answers) as server:
        with pytest.raises(Unreachable, match=r"\(EHLO\)"):
            await send(relays(server))


async def test_wrong_password_is_tried_once_in_five_minutes(relays, clock):
    async with MailServer(
        offers=("AUTH PLAIN LOGIN",), answers={"AUTH": "535 wrong: aHVudGVyMg=="}
    ) as server:
        relay = relays(server, username="bridge", password="hunter2")
        for _ in range(60):
            with pytest.raises(LoginRefused if clock.now == 1000 else RelayDown) as caught:
                await send(relay)
            assert "hunter2" not in str(caught.value)
            assert "aHVudGVyMg" not in str(caught.value)
            clock.now += 4.9
        assert server.verbs().count("AUTH") == 1
        clock.now += 20
        with pytest.raises(LoginRefused):
            await send(relay)
        assert "bridge" in relay.last_error


async def test_server_busy_at_login_is_not_a_wrong_password(relays):
    async with MailServer(offers=("AUTH PLAIN",), answers={"AUTH": "454 later"}) as server:
        with pytest.raises(Unreachable):
            await send(relays(server, username="bridge", password="hunter2"))


async def test_server_without_login_gets_no_mail_when_one_is_configured(relays):
    async with MailServer() as server:
        with pytest.raises(LoginRefused):
            await send(relays(server, username="bridge", password="hunter2"))
        assert server.verbs() == ["EHLO"]


async def test_login_is_made_once_a_connection(relays):
    async with MailServer(offers=("AUTH PLAIN",)) as server:
        relay = relays(server, username="bridge", password="hunter2")
        assert await states(relay, 3) == ["sent"] * 3
        assert [c for c in server.commands if c.startswith("AUTH")] == ["AUTH PLAIN AGJyaWRnZQBodW50ZXIy"]


async def test_server_that_knows_only_helo_is_served(relays):
    async with MailServer(answers={"EHLO": ["502 what", "250 mail.example.jp"]}) as server:
        assert (await send(relays(server))).state == "sent"
        assert server.verbs()[:2] == ["EHLO", "HELO"]


class Told:
    """What the sender of a train hears. `stop_at`: the letter that is not wanted any more."""

    def __init__(self, letters: int, stop_at: int = -1) -> None:
        self.load = Load(self.more, self.begins, self.answered)
        self.begun: list[int] = []
        self.answers: dict[int, Outcome] = {}
        self._waiting = list(range(letters))
        self._stop_at = stop_at

    def more(self) -> Car | None:
        if not self._waiting:
            return None
        n = self._waiting.pop(0)
        announced = Envelope("support@example.jp", f"c{n}@example.jp").announcement() or b""
        return Car(n, "letter", f"c{n}@example.jp", announced, b"x\r\n")

    def begins(self, car: Car) -> bool:
        if car.row == self._stop_at:
            return False
        self.begun.append(car.row)
        return True

    def answered(self, car: Car, outcome: Outcome) -> None:
        assert car.row not in self.answers, "once"
        self.answers[car.row] = outcome

    def states(self) -> list[str]:
        return [self.answers[n].state for n in sorted(self.answers)]


async def send_train(relay: Relay, told: Told) -> Told:
    while car := told.more():
        told.load.cars.append(car)
        await relay.send_train(told.load)
        if told.load.cars:
            break
    return told


async def test_a_train_goes_over_one_connection_each_letter_once(relays):
    async with MailServer() as server:
        told = await send_train(relays(server), Told(10))
        assert told.states() == ["sent"] * 10
        assert told.begun == list(range(10))
        assert [mail.to for mail in server.mails] == [(f"c{n}@example.jp",) for n in range(10)]
        assert server.connections == 1


async def test_a_train_of_which_nothing_was_answered_has_not_begun(relays):
    async with MailServer(answers={"MAIL": SILENCE}) as server:
        told = Told(3)
        with pytest.raises(RelayDown):
            await send_train(relays(server, limits=IMPATIENT), told)
        assert told.begun == []


@pytest.mark.parametrize(
    "moment, answer, state",
    [
        ("RCPT", "550 5.1.1 no such user", "failed"),
        ("RCPT", "451 greylisted", "deferred"),
        ("DOT", "554 spam", "failed"),
        ("DATA", "554 no", "failed"),
    ],
)
async def test_a_letter_of_a_train_that_is_refused_leaves_the_others_alone(relays, moment, answer, state):
    ok = {"DATA": "354 go"}.get(moment, "250 ok")
    async with MailServer(answers={moment: [ok, ok, answer, ok]}) as server:
        told = await send_train(relays(server), Told(6))
        assert told.states() == ["sent", "sent", state, "sent", "sent", "sent"]
        assert len(server.mails) == 5


async def test_a_server_that_closes_after_some_letters_gets_the_rest_over_another_connection(relays):
    tired = ("421 enough", CLOSE)
    async with MailServer(
        answers={"MAIL": ["250 ok", "250 ok", tired, "250 ok", "250 ok", tired, "250 ok"]}
    ) as server:
        relay = relays(server)
        told = await send_train(relay, Told(5))
        assert told.states() == ["sent"] * 5
        assert relay.up


async def test_only_the_letter_on_the_wire_is_in_doubt_when_the_connection_is_lost(relays):
    async with MailServer(answers={"DOT": ["250 ok", CLOSE, "250 ok"]}) as server:
        told = await send_train(relays(server), Told(4))
        assert told.states() == ["sent", "unknown", "sent", "sent"]


async def test_a_letter_that_is_not_wanted_any_more_does_not_leave_nor_do_those_after_it(relays):
    async with MailServer() as server:
        told = await send_train(relays(server), Told(6, stop_at=3))
        assert told.states() == ["sent"] * 3
        assert len(server.mails) == 3
        await server.over()
        # some servers take an orderly end for the end of the content that was announced, and have an empty mail
        assert [getattr(end, "errno", None) for end in server.ends] == [ECONNRESET]


async def test_a_train_ends_when_the_server_has_a_pace(relays):
    throttle = "454 Throttling failure: Maximum sending rate exceeded."
    async with MailServer(answers={"DOT": ["250 ok", throttle, "250 ok"]}) as server:
        relay = relays(server)
        told = await send_train(relay, Told(6))
        assert told.states() == ["sent", "queued", "sent"], "one was announced already"
        assert not relay.takes_trains


async def test_a_server_without_pipelining_gets_no_train(relays):
    async with MailServer(offers=("8BITMIME",)) as server:
        relay = relays(server)
        told = await send_train(relay, Told(3))
        assert (told.answers, relay.takes_trains) == ({}, False)
        assert server.mails == []
