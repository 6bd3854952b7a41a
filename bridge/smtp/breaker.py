"""When a mail server that does not work is tried again.

Pure. Times are seconds of a clock that never goes back, so that a corrected wall clock cannot silence probes.
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
    """Closed while `retry_at` is None. Open, nobody may try before `retry_at`.

    `failures` in a row set the pace; only an answered mail resets it, so a server that accepts connections
    and then drops every mail is not hammered either. `since`: when it opened. `error`: why, for people.
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
        """The server could not be reached, trusted or logged into, or it dropped us.

        Several connections that fail together are one failure.
        """
        if self.retry_at is not None and now < self.retry_at:
            return replace(self, error=error)
        wait = probes[min(self.failures, len(probes) - 1)]
        since = now if self.since is None else self.since
        return Breaker(self.failures + 1, self.refusals, now + wait, since, error)

    def bars(self, now: float) -> bool:
        """Whether even a connection that stands is of no use: the server refuses every mail, and no try is due."""
        return self.refusals == REFUSALS and not self.allows(now)

    def reached(self, now: float) -> "Breaker":
        """A connection is set up and logged in: closed, but not yet trusted to carry mail."""
        return self if self.bars(now) else replace(self, retry_at=None, since=None, error="")

    def answered(self, outcome: Outcome, now: float) -> "Breaker":
        """The server answered for one mail."""
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
