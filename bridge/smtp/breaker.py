"""When a mail server that does not work is tried again. Pure.

Times are seconds of a monotonic clock, so that a corrected wall clock cannot delay a probe.
"""

import re
from dataclasses import dataclass, replace

from bridge.smtp.outcome import Outcome

PROBES = (5.0, 15.0, 30.0, 60.0)  # seconds until the next try, the last for ever
LOGIN_PROBES = (300.0,)  # a wrong password tried often locks the account
REFUSALS = 5  # in a row, blaming us and not a recipient, before the server counts as refusing everything
_POLICY = re.compile(r"[45]\.7\.")  # RFC 3463: security or policy, as in "5.7.1 Relay access denied"


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed while `retry_at` is None; while it is open, nobody may try before `retry_at`.

    The number of `failures` in a row sets the pace. Only an answered mail resets it, so that a server that accepts
    connections and drops every mail is not tried too often. `since`: when it opened. `error`: why, for people.
    """

    failures: int = 0
    refusals: int = 0
    retry_at: float | None = None
    since: float | None = None
    error: str = ""

    def allows(self, now: float) -> bool:
        """Whether the server may be tried at `now`."""
        return self.retry_at is None or now >= self.retry_at

    def failed(self, now: float, error: str, probes: tuple[float, ...] = PROBES) -> "Breaker":
        """The breaker after the server could not be reached, trusted or logged into, or dropped a connection.

        Several connections that fail together are one failure.
        """
        if self.retry_at is not None and now < self.retry_at:
            return replace(self, error=error)
        wait = probes[min(self.failures, len(probes) - 1)]
        since = now if self.since is None else self.since
        return Breaker(self.failures + 1, self.refusals, now + wait, since, error)

    def bars(self, now: float) -> bool:
        """Whether an open connection is of no use now: the server refuses every mail, and no try is due."""
        return self.refusals == REFUSALS and not self.allows(now)

    def reached(self, now: float) -> "Breaker":
        """The breaker after a connection was set up and logged in. The pace stays until a mail is answered."""
        return self if self.bars(now) else replace(self, retry_at=None, since=None, error="")

    def answered(self, outcome: Outcome, now: float) -> "Breaker":
        """The breaker after the server answered for one mail."""
        if not _blames_us(outcome):
            return self if self == Breaker() else Breaker()
        refused = replace(self, refusals=min(self.refusals + 1, REFUSALS))
        if refused.refusals < REFUSALS:
            return refused
        return refused.failed(now, f"it refuses every mail: {outcome.words}")


def _blames_us(outcome: Outcome) -> bool:
    """Whether a refusal is about the sender or this machine, and so would meet every recipient."""
    if outcome.state == "sent":
        return False
    return outcome.stage == "MAIL" or _POLICY.match(outcome.reply) is not None
