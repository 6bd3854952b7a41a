"""What a mail server's answer means for one recipient, and when it is tried again. Pure."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Result = Literal["queued", "sent", "deferred", "failed", "unknown"]
Stage = Literal["", "MAIL", "RCPT", "DATA", "dot"]
Why = Literal["", "too_fast", "about_us"]

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15))
THEN_EVERY = timedelta(minutes=30)
GIVE_UP_AFTER = timedelta(hours=24)
_TEMPORARY_5XX = frozenset({552})  # "too many recipients" of old servers: RFC 5321 4.5.3.1.10


class Outcome(NamedTuple):
    """How one attempt ended.

    The state `queued`: the server cannot have accepted the mail, and the recipient is not the reason; the attempt
    does not count. `code`: the server's, 0 when it gave none. `reply`: the server's words, or the bridge's where
    the server said nothing. `stage`: the command that was answered. `why`: what the answers of several recipients
    tell together. `too_fast`: it costs no attempt, and the lane has slowed down; `about_us`: the letter is to be
    stopped (bridge/smtp/relay_model.py).
    """

    state: Result
    code: int = 0
    reply: str = ""
    stage: Stage = ""
    why: Why = ""

    @property
    def words(self) -> str:
        """For people: the server's code and words, or the bridge's words."""
        return f"{self.code} {self.reply}".strip() if self.code else self.reply


def outcome(code: int, *, dot_written: bool, reply: str = "", stage: Stage = "") -> Outcome:
    """What the server's reply means for one recipient.

    Only 250 to the final dot is `sent`. 4xx, 452 and 552 among them, are `deferred`, other 5xx `failed`. No
    reply (0), or one that makes no sense here, is `unknown` after the dot and `queued` before it. Raises
    ValueError for a code outside 0, 200-599.
    """
    if code != 0 and not 200 <= code <= 599:
        raise ValueError(f"{code} is not an SMTP reply code")
    return Outcome(_result(code, dot_written), code, reply, stage)


def _result(code: int, dot_written: bool) -> Result:
    if code in _TEMPORARY_5XX or 400 <= code <= 499:
        return "deferred"
    if code >= 500:
        return "failed"
    if not dot_written:
        return "queued"
    return "sent" if code == 250 else "unknown"


def retry_at(attempts: int, first_at: datetime, now: datetime) -> datetime | None:
    """When a deferred recipient is tried again after `attempts` (from 1) tries. None: not any more.

    1, 2, 5 and 15 minutes, then every 30, until 24 hours after the first try.
    """
    if now - first_at >= GIVE_UP_AFTER:
        return None
    return now + (RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else THEN_EVERY)
