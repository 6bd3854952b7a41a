"""Whatever a server says at whatever moment: `sent` means it took the mail, `queued` that it did not."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.smtp.connect import SmtpError
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Mail, Relay
from bridge.smtp.session import Envelope, Limits
from bridge.smtp.settings import RelaySettings
from tests.faults.smtp_server import CLOSE, MailServer

LIMITS = Limits(connect=0.05, greeting=0.05, pipelined=0.05, command=0.05, body=0.05, final=0.05, quit=0.05)
WORDS = st.sampled_from(
    [
        "220 hi",
        "250 ok",
        "251 ok",
        "354 go",
        "421 closing",
        "450 later",
        "550 no",
        "552 full",
        "250-more",
        "nonsense",
    ]
)
ANSWER = st.one_of(WORDS, st.just(CLOSE), st.tuples(WORDS, WORDS), st.tuples(WORDS, st.just(CLOSE)))
# Not inside the content: what a server says there, unasked, cannot be told from its answer to the dot.
MOMENTS = st.sampled_from(["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT", "QUIT"])


async def listen() -> None:
    """A `before_data` that takes as long as it takes to read what the server says."""
    for _ in range(100):
        await asyncio.sleep(0)


async def deliver(answers: dict[str, object], offers: tuple[str, ...]) -> tuple[list[Outcome], MailServer]:
    outcomes = []
    async with MailServer(answers=answers, offers=offers) as server:
        relay = Relay(RelaySettings(host="127.0.0.1", port=server.port, security="none"), 1, LIMITS)
        for n in range(2):
            try:
                envelope = Envelope("support@example.jp", f"c{n}@example.jp")
                outcomes.append(await relay.send(Mail(envelope, b"x\r\n", listen)))
            except SmtpError:
                break
        await relay.close()
    return outcomes, server


@settings(max_examples=150)
@given(
    answers=st.dictionaries(MOMENTS, ANSWER, max_size=3),
    offers=st.sampled_from([("8BITMIME",), ("PIPELINING",)]),
)
def test_no_answer_of_a_server_is_taken_for_more_than_it_says(answers, offers):
    outcomes, server = asyncio.run(deliver(answers, offers))
    for n, outcome in enumerate(outcomes):
        taken = [mail for mail in server.mails if mail.to == (f"c{n}@example.jp",)]
        if outcome.state == "sent":
            assert len(taken) == 1
        elif outcome.state != "unknown":
            assert taken == []
