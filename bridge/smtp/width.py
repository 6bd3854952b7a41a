"""How many connections a server takes at once, learned from those that it refused. Pure.

Times are seconds of a monotonic clock.
"""

from dataclasses import dataclass, replace

AGAIN = (60.0, 120.0, 300.0, 600.0)  # seconds until one more is tried, the last for ever


@dataclass(frozen=True, slots=True)
class Width:
    """`most`: as configured. `learned`: how many the server took, None while it refused none.

    `retry_at`: when one more is tried. `refusals`: one after the other.
    """

    most: int
    learned: int | None = None
    retry_at: float = 0.0
    refusals: int = 0

    def allows(self, others: int, now: float) -> bool:
        """Whether one more connection may be tried beside `others`."""
        if others >= self.most:
            return False
        return self.learned is None or others < self.learned or now >= self.retry_at

    def refused(self, others: int, now: float) -> "Width":
        """After one more was refused while `others` work. With none, the fault is not their number."""
        if not others:
            return self
        wait = AGAIN[min(self.refusals, len(AGAIN) - 1)]
        return replace(self, learned=others, retry_at=now + wait, refusals=self.refusals + 1)

    def opened(self, now_open: int) -> "Width":
        """After one more was taken; `now_open` counts it."""
        if self.learned is None or now_open <= self.learned:
            return self
        if now_open >= self.most:
            return Width(self.most)
        return replace(self, learned=now_open, refusals=0)
