"""The sender against a real Postfix: what it takes, it relays as written, and its refusals are understood."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bridge.letters.mime import Letterhead, freeze, message_id, wire
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Mail, Relay
from bridge.smtp.session import Envelope
from bridge.smtp.settings import RelaySettings
from tests.parts.postfix import Postfix, postfix
from tests.parts.sink import Sink, sink

SUBJECT = "【重要】【障害報告】みどりショップ ログインできない事象(第一報)"
BODY = "お客様各位\n\n.\n..\n平素より みどりショップをご利用いただき、誠にありがとうございます。\n"
LETTER = freeze(
    Letterhead("みどりショップ", "support@example.jp", datetime(2026, 11, 24, 1, 20, tzinfo=UTC)),
    SUBJECT,
    BODY,
)


@pytest.fixture(scope="module")
def customers() -> Iterator[Sink]:
    with sink() as inbox:
        yield inbox


@pytest.fixture(scope="module")
def server(customers: Sink) -> Iterator[Postfix]:
    with postfix(customers) as running:
        yield running


async def go() -> None:
    """A `before_data` that lets the mail go."""


async def send(server: Postfix, *addresses: str) -> list[Outcome]:
    relay = Relay(RelaySettings(host="127.0.0.1", port=server.port, security="none"), 2)
    try:
        return [await relay.send(Mail(Envelope("support@example.jp", to), copy(to), go)) for to in addresses]
    finally:
        await relay.close()


def copy(address: str) -> bytes:
    return wire(LETTER.message(address, message_id("notice", address, "example.jp")))


async def test_letter_arrives_as_written(server, customers):
    assert [each.state for each in await send(server, "maruyama@example.jp")] == ["sent"]
    (mail,) = customers.wait_for("maruyama@example.jp")
    assert mail.subject == SUBJECT
    assert mail.text.replace("\r\n", "\n") == BODY
    assert mail.message["Message-ID"] == message_id("notice", "maruyama@example.jp", "example.jp")
    assert mail.to == ("maruyama@example.jp",)


async def test_many_letters_share_a_connection(server, customers):
    addresses = [f"customer{n}@example.jp" for n in range(50)]
    assert {each.state for each in await send(server, *addresses)} == {"sent"}
    for address in addresses:
        (mail,) = customers.wait_for(address)
        assert mail.message["To"] == address


async def test_greylisting_and_unknown_users_are_understood_in_mid_stream(server, customers):
    refusals = {"grey@example.jp": "450 4.2.0 greylisted", "gone@example.jp": "550 5.1.1 no such user"}
    server.decide(lambda address, _attempt: refusals.get(address))
    results = await send(
        server, "a@example.jp", "grey@example.jp", "b@example.jp", "gone@example.jp", "c@example.jp"
    )
    assert [each.state for each in results] == ["sent", "deferred", "sent", "failed", "sent"]
    assert "no such user" in results[3].reply


@pytest.mark.parametrize("address", ["foo..bar@docomo.ne.jp", "foo.@ezweb.ne.jp", ".foo@docomo.ne.jp"])
async def test_carrier_addresses_are_taken(server, customers, address):
    assert [each.state for each in await send(server, address)] == ["sent"]
