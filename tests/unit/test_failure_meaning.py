"""What refusals mean, in the words in which mail servers give them."""

import pytest

from bridge.core.failure_meaning import may_help_again, meaning_of


@pytest.mark.parametrize(
    "reply, meaning",
    [
        ("550 5.1.1 User unknown", "no_such_address"),
        ("550 5.1.1 <a@example.jp>: Recipient address rejected: User unknown", "no_such_address"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", "no_such_address"),
        ("550 5.2.1 The email account that you tried to reach is disabled", "no_such_address"),
        ("452 4.2.2 The recipient's inbox is out of storage space", "mailbox_full"),
        ("552 5.3.4 Message too big", "too_large"),
        ("550 5.7.515 Access denied, sending domain example.jp does not meet", "not_authenticated"),
        ("550-5.7.26 This mail has been blocked because the sender is unauthenticated", "not_authenticated"),
        ("550 5.7.1 Message rejected as spam", "policy"),
        ("554 Transaction failed", "unclear"),
        ("550 mailbox at 10.5.1.1 unavailable", "unclear"),
        ("", "unclear"),
    ],
)
def test_a_refusal_is_read_by_its_code(reply: str, meaning: str) -> None:
    assert meaning_of(reply) == meaning


def test_nothing_helps_an_address_that_does_not_exist() -> None:
    assert not may_help_again(meaning_of("550 5.1.1 User unknown"))
    assert may_help_again(meaning_of("550 5.7.1 Message rejected"))
