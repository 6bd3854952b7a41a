"""One mail against a server that misbehaves: every fault has its state, and no fault is taken for success."""

import asyncio

import pytest

from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Mail, Relay
from bridge.smtp.session import Abandoned, Envelope, Limits
from bridge.smtp.settings import RelaySettings
from tests.faults.smtp_server import CLOSE, SILENCE, MailServer

PATIENT = Limits(connect=10, greeting=10, command=10, body=10, final=10, quit=10)
IMPATIENT = Limits(connect=10, command=0.3, body=0.3, final=0.3, quit=0.3)
ENVELOPE = Envelope("support@example.jp", "maruyama@example.jp")
CONTENT = b"Subject: x\r\n\r\nbody\r\n..\r\n"
LOCK_STEP = ("8BITMIME",)
PIPELINED = ("PIPELINING", "8BITMIME")

both_ways = pytest.mark.parametrize("offers", [LOCK_STEP, PIPELINED], ids=["lock-step", "pipelined"])


async def go() -> None:
    """A `before_data` that lets the mail go."""


async def sent_to(server: MailServer, envelope=ENVELOPE, before_data=go, limits=PATIENT) -> Outcome:
    relay = Relay(RelaySettings(host="127.0.0.1", port=server.port, security="none"), 1, limits)
    try:
        return await relay.send(Mail(envelope, CONTENT, before_data))
    finally:
        await relay.close()


@both_ways
async def test_mail_arrives_as_written(offers):
    async with MailServer(offers=offers) as server:
        result = await sent_to(server)
    assert result == Outcome("sent", 250, "2.0.0 queued as 4F2A", "dot")
    [mail] = server.mails
    assert (mail.sender, mail.to) == ("support@example.jp", ("maruyama@example.jp",))
    assert mail.raw == b"Subject: x\r\n\r\nbody\r\n.\r\n"


REFUSALS = [
    pytest.param("MAIL", "450 try later", "queued", id="MAIL refused for now"),
    pytest.param("MAIL", "550 sender refused", "failed", id="MAIL refused"),
    pytest.param("MAIL", "421 too many mails", "queued", id="421 to MAIL is about the connection"),
    pytest.param("MAIL", "530 log in first", "failed", id="530 to MAIL is about us"),
    pytest.param("RCPT", "451 greylisted", "deferred", id="greylisted"),
    pytest.param("RCPT", "452 too many", "queued", id="452"),
    pytest.param("RCPT", "552 too many", "queued", id="552 is temporary"),
    pytest.param("RCPT", "550 no such user", "failed", id="RCPT refused"),
    pytest.param("RCPT", "421 closing", "queued", id="421 to RCPT"),
    pytest.param("DATA", "451 not now", "deferred", id="DATA refused for now"),
    pytest.param("DATA", "554 no", "failed", id="DATA refused"),
    pytest.param("DATA", "250 what", "queued", id="DATA answered out of step"),
    pytest.param("DOT", "451 later", "deferred", id="4xx after the dot"),
    pytest.param("DOT", "452 disk full", "deferred", id="452 after the dot"),
    pytest.param("DOT", "554 spam", "failed", id="5xx after the dot"),
    pytest.param("DOT", ("421 closing", CLOSE), "queued", id="421 after the dot"),
    pytest.param("DOT", "354 what", "unknown", id="nonsense after the dot"),
]


@both_ways
@pytest.mark.parametrize("moment, answer, state", REFUSALS)
async def test_refusal_has_its_state_and_the_servers_words(offers, moment, answer, state):
    async with MailServer(offers=offers, answers={moment: answer}) as server:
        result = await sent_to(server)
    words = answer[0] if isinstance(answer, tuple) else answer
    assert (result.state, f"{result.code} {result.reply}") == (state, words)
    assert server.mails == []


@both_ways
@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
async def test_silence_before_the_dot_ends_the_connection(offers, moment):
    async with MailServer(offers=offers, answers={moment: SILENCE}) as server:
        result = await sent_to(server, limits=IMPATIENT)
    assert result == Outcome("queued", 0, "no reply within 0.3 s")


FAULTS = pytest.mark.parametrize(
    "fault",
    [
        pytest.param(CLOSE, id="closes"),
        pytest.param((b"25", CLOSE), id="half a reply"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="garbage"),
        pytest.param(b"250-one\r\n550 two\r\n", id="two codes in one reply"),
        pytest.param(b"2" * 70_000, id="endless line"),
        pytest.param(b"250-more\r\n" * 10_000, id="endless reply"),
        pytest.param(b"\xff\xfe\0\r\n", id="binary"),
    ],
)


@both_ways
@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
@FAULTS
async def test_lost_before_the_content_is_certainly_not_accepted(offers, moment, fault):
    async with MailServer(offers=offers, answers={moment: fault}) as server:
        result = await sent_to(server, before_data=listen)
        assert (result.state, result.code) == ("queued", 0)
        assert server.mails == []


@FAULTS
async def test_lost_inside_the_content_is_never_taken_for_accepted(fault):
    async with MailServer(answers={"BODY": fault}) as server:
        result = await sent_to(server)
        assert result.state == "unknown" or (result.state == "queued" and server.mails == [])


async def listen() -> None:
    """A `before_data` that takes as long as it takes to read what the server says."""
    for _ in range(100):
        await asyncio.sleep(0)


@both_ways
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(CLOSE, id="closes"),
        pytest.param((b"25", CLOSE), id="half a reply"),
        pytest.param(b"garbage\r\n", id="garbage"),
        pytest.param(b"250-more\r\n" * 10_000, id="endless reply"),
    ],
)
async def test_lost_after_the_dot_is_unknown(offers, fault):
    async with MailServer(offers=offers, answers={"DOT": fault}) as server:
        result = await sent_to(server)
    assert (result.state, result.code) == ("unknown", 0)


async def test_silence_after_the_dot_is_unknown():
    async with MailServer(answers={"DOT": SILENCE}) as server:
        result = await sent_to(server, limits=IMPATIENT)
    assert result == Outcome("unknown", 0, "no reply within 0.3 s")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"250-2.0.0 queued\r\n250-as\r\n250 4F2A\r\n", id="several lines"),
        pytest.param(b"250 2.0.0 queued as 4F2A\n", id="bare line feed"),
        pytest.param(b"250 2.0.0 queued as 4F2A\r\n421 and now I close\r\n", id="then an unasked 421"),
        pytest.param((b"250 2.0.0 queued as 4F2A\r\n", CLOSE), id="then closed without goodbye"),
        pytest.param(b"250 2.0.0 queued as 4F2A\r\nGARBAGE\r\n", id="then garbage"),
    ],
)
async def test_answered_mail_stays_sent_whatever_follows(reply):
    async with MailServer(answers={"DOT": reply}) as server:
        result = await sent_to(server)
    assert (result.state, result.reply) == ("sent", "2.0.0 queued as 4F2A")


@both_ways
@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
async def test_reply_too_many_never_becomes_a_sent(offers, moment):
    good = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go"}.get(moment)
    extra = (good, "250 unasked") if good else "250 unasked"
    async with MailServer(offers=offers, answers={moment: extra}) as server:
        result = await sent_to(server, before_data=listen)
    assert result.state == "queued"
    assert server.mails == []


async def test_refusal_counts_when_the_server_closes_right_after_it():
    async with MailServer(answers={"RCPT": ("550 no such user", CLOSE)}) as server:
        assert (await sent_to(server)).state == "failed"


@both_ways
async def test_nothing_of_an_abandoned_mail_leaves(offers):
    async def too_late() -> None:
        raise Abandoned("somebody has decided meanwhile")

    async with MailServer(offers=offers) as server:
        with pytest.raises(Abandoned):
            await sent_to(server, before_data=too_late)
    assert "DATA" not in server.verbs()


async def test_nothing_of_a_cancelled_mail_leaves():
    waiting = asyncio.Event()

    async def wait() -> None:
        waiting.set()
        await asyncio.Event().wait()

    async with MailServer() as server:
        task = asyncio.create_task(sent_to(server, before_data=wait))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert "DATA" not in server.verbs()


async def test_slow_server_within_its_time_is_waited_for():
    async with MailServer(answers={"DOT": (b"250-still working\r\n", b"250 done\r\n")}) as server:
        assert (await sent_to(server)).state == "sent"


async def test_server_that_does_not_read_is_left_before_the_dot():
    async with MailServer(answers={"BODY": SILENCE}) as server:
        relay = Relay(RelaySettings(host="127.0.0.1", port=server.port, security="none"), 1, IMPATIENT)
        result = await relay.send(Mail(ENVELOPE, b"x" * 76 + b"\r\n" + b"y" * 50_000_000, go))
    assert result == Outcome("queued", 0, "the server did not take the mail within 0.3 s")


@pytest.mark.parametrize("address", ["foo..bar@docomo.ne.jp", "foo.@ezweb.ne.jp", ".foo@docomo.ne.jp"])
@pytest.mark.parametrize("code", [501, 553])
async def test_carrier_address_is_tried_as_it_is_and_then_once_in_quotes(address, code):
    local, domain = address.split("@")
    async with MailServer(answers={"RCPT": [f"{code} syntax", "250 ok"]}) as server:
        result = await sent_to(server, Envelope("support@example.jp", address))
    assert result.state == "sent"
    assert [c for c in server.commands if c.startswith("RCPT")] == [
        f"RCPT TO:<{address}>",
        f'RCPT TO:<"{local}"@{domain}>',
    ]


async def test_carrier_address_refused_both_ways_has_failed():
    async with MailServer(answers={"RCPT": "553 syntax"}) as server:
        result = await sent_to(server, Envelope("support@example.jp", "foo.@ezweb.ne.jp"))
    assert result == Outcome("failed", 553, "syntax", "RCPT")


async def test_international_address_asks_for_smtputf8():
    async with MailServer() as server:
        result = await sent_to(server, Envelope("support@example.jp", "佐藤@例え.jp"))
    assert result.state == "sent"
    assert "MAIL FROM:<support@example.jp> BODY=8BITMIME SMTPUTF8" in server.commands
    assert "RCPT TO:<佐藤@xn--r8jz45g.jp>" in server.commands


async def test_international_address_fails_alone_where_smtputf8_is_missing():
    async with MailServer(offers=PIPELINED) as server:
        result = await sent_to(server, Envelope("support@example.jp", "佐藤@example.jp"))
    assert result.state == "failed"
    assert "SMTPUTF8" in result.reply
    assert "MAIL" not in server.verbs()


@pytest.mark.parametrize(
    "address", ["", "a@example.jp> NOTIFY=NEVER <b@example.jp", "a@example.jp\r\nRSET", "a@x.jp,b@x.jp"]
)
async def test_address_that_is_not_one_address_never_reaches_the_wire(address):
    async with MailServer() as server:
        result = await sent_to(server, Envelope("support@example.jp", address))
    assert result.state == "failed"
    assert server.verbs() == ["EHLO", "QUIT"]
