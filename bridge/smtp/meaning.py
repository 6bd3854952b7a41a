"""What an answer is about: the pace, the recipient, or us. Pure. (docs/design.md §11)

Codes alone do not tell: 450 is greylisting at one server and "too much mail" at the next, and 550 a mailbox that
does not exist or a quota that is used up. The words are read where they are known, and a pattern over several
recipients tells the rest (`refusals.py`).
"""

import re
from typing import Literal

from bridge.smtp.outcome import Outcome

Meaning = Literal["taken", "pace", "recipient", "later", "refused", "us", "unknown"]
"""`taken`: accepted. `pace`: too fast for now, whoever it was to. `recipient`: not now, for this one alone.
`later`: not now, and the words do not tell which of the two.
`refused`: for good, and the words do not tell because of whom. `us`: for good, and the words tell that it is because
of the sender or this machine. `unknown`: no answer about the mail."""

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_PACE_CODES = frozenset({421, 432, 454})
_PACE_ENHANCED = re.compile(r"4\.(?:7\.\d+|4\.2|3\.2)")
_PACE_WORDS = re.compile(
    r"throttl|too many|too much|too fast|\brate\b|\blimit|exceed|slow down|insufficient system", re.IGNORECASE
)
# The recipient's own trouble: greylisting, and a mailbox that is full, locked or not known at the moment.
_RECIPIENT_ENHANCED = re.compile(r"4\.[12]\.\d+")
_RECIPIENT_WORDS = re.compile(r"gr[ea]y[- ]?list|over ?quota|mailbox|\bfull\b", re.IGNORECASE)

# Gmail's quota, Exchange Online's SendAsDenied, a sender that is not known, its daily limit; policy (RFC 3463).
_US_ENHANCED = re.compile(r"5\.(?:7\.\d+|4\.5|2\.252|1\.8|1\.90)")
_US_WORDS = re.compile(
    r"verified sender|not verified|unverified|sender address rejected|sending (?:quota|paused)|not allowed to send"
    r"|(?:hourly|daily|weekly|monthly) (?:\w+ ){0,2}(?:limit|quota)|max(?:imum)? (?:\w+ ){0,3}per (?:hour|day|month)"
    r"|helo command rejected|relay(?:ing)? (?:access )?denied|authentication (?:is )?required|must authenticate"
    r"|account (?:\w+ ){0,3}(?:suspended|disabled|blocked|locked)|blocked using|black-?list|block-?list",
    re.IGNORECASE,
)

_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_NAME = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|<[^\s<>]*>|\b[\w-]+(?:\.[\w-]+)+\b|\b\w*\d\w*\b"
)


def meaning(outcome: Outcome) -> Meaning:
    """What one answer is about, as far as it tells by itself."""
    if outcome.state == "sent":
        return "taken"
    if outcome.state == "deferred" or (outcome.state == "queued" and 400 <= outcome.code <= 499):
        return _temporary(outcome)
    if outcome.state == "failed" and outcome.code:
        return "us" if _about_us(outcome) else "refused"
    return "unknown"


def alike(words: str) -> str:
    """The words without what differs from one recipient or moment to the next: addresses, names, ids and numbers.

    The code that the words begin with stays, and an enhanced code.
    """
    code, rest = words[:3], words[3:]
    enhanced = " ".join(dict.fromkeys(_ENHANCED.findall(rest)))
    return " ".join(f"{code} {enhanced} {_NAME.sub('…', _ADDRESS.sub('…', rest))}".lower().split())


def _temporary(outcome: Outcome) -> Meaning:
    if outcome.code in _PACE_CODES or outcome.stage == "MAIL":
        return "pace"
    found = _ENHANCED.search(outcome.reply)
    enhanced = found[1] if found else ""
    if _RECIPIENT_ENHANCED.fullmatch(enhanced) or _RECIPIENT_WORDS.search(outcome.reply):
        return "recipient"
    if _PACE_ENHANCED.fullmatch(enhanced) or _PACE_WORDS.search(outcome.reply):
        return "pace"
    return "later"


def _about_us(outcome: Outcome) -> bool:
    found = _ENHANCED.search(outcome.reply)
    if found and _US_ENHANCED.fullmatch(found[1]):
        return True
    return outcome.stage == "MAIL" or _US_WORDS.search(outcome.reply) is not None
