"""The recording SMTP server, tried with the standard library's client."""

import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.certificates import self_signed
from tests.parts.sink import Sink, sink
from tests.parts.smtp import Fault, Rules, Session

LETTER = b"Subject: hello\r\n\r\n.a line that begins with a dot\r\n"


@pytest.fixture
def server() -> Iterator[Sink]:
    with sink() as running:
        yield running


def send(port: int, to: str = "maruyama@example.jp") -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.sendmail("support@example.jp", [to], LETTER)


def test_it_records_envelope_and_bytes(server: Sink) -> None:
    send(server.port)
    (mail,) = server.wait_for("maruyama@example.jp")
    assert (mail.sender, mail.to, mail.raw) == ("support@example.jp", ("maruyama@example.jp",), LETTER)


@pytest.mark.parametrize(
    "stage, fault, error, taken",
    [
        pytest.param("CONNECT", Fault(say=b"421 busy"), smtplib.SMTPConnectError, 0, id="busy"),
        pytest.param("MAIL", Fault(drop=True), smtplib.SMTPServerDisconnected, 0, id="lost before DATA"),
        pytest.param("RCPT", Fault(say=b"550 who?"), smtplib.SMTPRecipientsRefused, 0, id="refused"),
        pytest.param("BODY", Fault(drop=True), smtplib.SMTPServerDisconnected, 0, id="lost in the body"),
        pytest.param("DOT", Fault(say=b"451 later"), smtplib.SMTPDataError, 0, id="refused after the dot"),
        pytest.param("DOT", Fault(drop=True), smtplib.SMTPServerDisconnected, 1, id="taken, answer lost"),
        pytest.param("DOT", Fault(drop=True, lost=True), smtplib.SMTPServerDisconnected, 0, id="not taken"),
    ],
)
def test_a_fault_shows_at_its_stage(
    server: Sink, stage: str, fault: Fault, error: type[Exception], taken: int
) -> None:
    server.rules = Rules(reply=lambda seen, _: fault if seen == stage else None)
    with pytest.raises(error):
        send(server.port)
    assert len(server.mails) == taken


def test_a_fault_may_look_at_the_recipient(server: Sink) -> None:
    def reply(stage: str, session: Session) -> Fault | None:
        return Fault(say=b"550 5.1.1 no such user") if stage == "RCPT" and "sato" in session.to[-1] else None

    server.rules = Rules(reply=reply)
    send(server.port, "maruyama@example.jp")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(server.port, "sato@example.jp")


def test_it_can_be_down_for_a_while(server: Sink) -> None:
    server.refuse_connections()
    with pytest.raises(ConnectionRefusedError):
        send(server.port)
    server.accept_connections()
    send(server.port)


def test_it_asks_for_a_login_inside_tls(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "127.0.0.1")
    trust = ssl.create_default_context(cafile=certificate.certificate)
    with (
        sink(Rules(tls=certificate.for_server(), users={"bridge": "secret"})) as server,
        smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client,
    ):
        client.starttls(context=trust)
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("support@example.jp", ["sato@example.jp"], LETTER)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("bridge", "wrong")
        client.login("bridge", "secret")
        client.sendmail("support@example.jp", ["sato@example.jp"], LETTER)
        assert [(seen.tls, seen.user) for seen in server.sessions] == [(True, "bridge")]
