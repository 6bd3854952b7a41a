"""What a mail server's refusal means for people, by its enhanced status code (RFC 3463). Pure."""

import re
from typing import Literal

Meaning = Literal["no_such_address", "mailbox_full", "not_authenticated", "policy", "too_large", "unclear"]

_CODE = re.compile(r"(?<![\w.])[45]\.(\d{1,3})\.(\d{1,3})(?![\w.])")
# Microsoft and Google say with these that SPF, DKIM or DMARC is missing.
_AUTHENTICATION = frozenset({9, 20, 23, 24, 25, 26, 27, 30, 31, 32, 509, 515})


def meaning_of(reply: str) -> Meaning:
    """What the reply says; `unclear` for one without a code that says it."""
    found = _CODE.search(reply)
    if not found:
        return "unclear"
    subject, detail = int(found[1]), int(found[2])
    match subject, detail:
        case 1, 1 | 2 | 3 | 6 | 10:
            return "no_such_address"
        case 2, 1:
            return "no_such_address"
        case 2, 2:
            return "mailbox_full"
        case ((2 | 3), (3 | 4)):
            return "too_large"
        case 7, _ if detail in _AUTHENTICATION:
            return "not_authenticated"
        case 7, _:
            return "policy"
    return "unclear"


def may_help_again(meaning: Meaning) -> bool:
    """Whether sending again may help, unlike to an address that does not exist."""
    return meaning != "no_such_address"
