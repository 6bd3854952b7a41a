"""The private Postfix, tried with the standard library's client."""

import smtplib

import pytest

from tests.parts.postfix import postfix
from tests.parts.sink import sink

LETTER = "Subject: hello\r\n\r\nbody\r\n"


def test_postfix_relays_to_the_sink_and_refuses_whom_it_is_told_to() -> None:
    with sink() as customers, postfix(customers) as relay:
        relay.decide(
            lambda address, attempt: "450 4.2.0 greylisted" if attempt == 1 and "sato" in address else None
        )
        with smtplib.SMTP("127.0.0.1", relay.port, timeout=10) as client:
            client.sendmail("support@example.jp", ["maruyama@example.jp"], LETTER)
            with pytest.raises(smtplib.SMTPRecipientsRefused, match="greylisted"):
                client.sendmail("support@example.jp", ["sato@example.jp"], LETTER)
            client.sendmail("support@example.jp", ["sato@example.jp"], LETTER)
        (mail,) = customers.wait_for("maruyama@example.jp")
        assert "by relay.example.jp (Postfix)" in mail.message["Received"].replace("\n", "")
        assert len(customers.wait_for("sato@example.jp")) == 1
