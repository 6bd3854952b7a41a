"""When a mail server that cannot be reached is tried again. Pure.

Times are seconds of a monotonic clock, so that a corrected wall clock cannot delay a probe.
"""

from dataclasses import dataclass, replace

PROBES = (5.0, 15.0, 30.0, 60.0)  # seconds until the next try, the last for ever
LOGIN_PROBES = (300.0,)  # a wrong password tried often locks the account


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed while `retry_at` is None; while it is open, nobody may try before `retry_at`.

    The number of `failures` in a row sets the pace. Only an answered mail resets it, so that a server that accepts
    connections and drops every mail is not tried too often. `since`: when it opened. `error`: why, for people.
    """

    failures: int = 0
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
        return Breaker(self.failures + 1, now + wait, since, error)

    def reached(self) -> "Breaker":
        """The breaker after a connection was set up and logged in. The pace stays until a mail is answered."""
        return replace(self, retry_at=None, since=None, error="")

    def tried_anew(self) -> "Breaker":
        """The breaker after its cause may be gone: the next try is due, whatever was waited for."""
        return self if self.retry_at is None else replace(self, failures=0, retry_at=float("-inf"))
