"""Several mails through one relay: connections are kept, a dead server is probed and not hammered."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.smtp.connect import LoginRefused, SmtpError, Unreachable
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import MAX_IDLE, Relay, RelayDown
from bridge.smtp.session import Envelope, Limits
from bridge.smtp.settings import RelaySettings
from tests.faults.smtp_server import CLOSE, SILENCE, MailServer

PATIENT = Limits(connect=10, command=10, body=10, final=10, quit=10)
IMPATIENT = Limits(connect=0.3, command=0.3, body=0.3, final=0.3, quit=0.3)


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


async def send(relay: Relay, n: int = 0) -> Outcome:
    return await relay.send(Envelope("support@example.jp", f"c{n}@example.jp"), b"x\r\n", go)


async def states(relay: Relay, mails: int) -> list[str]:
    return [(await send(relay, n)).state for n in range(mails)]


async def test_a_server_that_cannot_even_be_named_is_unreachable_so_that_another_is_asked():
    relay = Relay(RelaySettings().model_copy(update={"host": "127.0.0.1\n"}), 1)
    with pytest.raises(Unreachable):
        await send(relay)
    assert not relay.up


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
        assert relay.down_for == 600


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
        assert (relay.up, relay.last_error, relay.down_for) == (True, "", 0)


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


async def test_server_that_refuses_every_sender_fails_few_recipients(relays, clock):
    async with MailServer(answers={"MAIL": "550 not you"}) as server:
        relay = relays(server)
        results = []
        for _ in range(60):
            results += await asyncio.gather(send(relay), return_exceptions=True)
            clock.now += 1
        failed = [each for each in results if isinstance(each, Outcome)]
        assert len(failed) < 12
        assert "550 not you" in relay.last_error
        assert server.connections == len(failed)


async def test_server_that_refuses_every_sender_meets_no_more_than_five_and_those_under_way(relays, clock):
    async with MailServer(answers={"MAIL": "550 not you"}) as server:
        relay = relays(server, connections=4)
        results = await asyncio.gather(*(send(relay) for _ in range(60)), return_exceptions=True)
        assert sum(isinstance(each, Outcome) for each in results) <= 5 + 3
        assert all(isinstance(each, Outcome | RelayDown) for each in results)
        assert server.verbs().count("MAIL") <= 5 + 3


async def test_connections_that_stand_rest_too_while_the_server_refuses_every_mail(relays, clock):
    senders = ["250 ok"] * 4 + ["550 not you"]
    async with MailServer(answers={"MAIL": senders}) as server:
        relay = relays(server, connections=4)
        assert [each.state for each in await asyncio.gather(*map(send, [relay] * 4))] == ["sent"] * 4
        await asyncio.gather(*map(send, [relay] * 5), return_exceptions=True)
        asked = server.verbs().count("MAIL")
        with pytest.raises(RelayDown):
            await send(relay)
        assert server.verbs().count("MAIL") == asked


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
