"""How fast a server is given letters: as fast as it takes them, or as the configuration says. Pure.

A server that says "too fast" is given fewer: what it took lately less a tenth, or half where it took nothing since
the last time. After that the pace creeps up again, and faster while it is far below what the server once took, or
where one "too fast" for long was the last: it may have been a slip. Times are seconds of a monotonic clock.
"""

from typing import NamedTuple

LEAST = 0.2  # letters a second, however often the server refuses: one every five seconds finds out when it is over
MOST = 2000.0  # above this there is nothing to keep to
MARGIN = 0.9  # of what the server took, so that it is not asked for the very last
CREEP = 0.02  # of the pace, each second
SLIP = 60.0  # seconds without another "too fast" after which it doubles each second
QUIET = 30.0  # seconds without a letter after which the count of those taken begins anew
WAITS = 1.0  # seconds that customers wait for a ring that was told "too fast"
_SLACK = 0.05  # seconds that a late letter may be made up for by the next


class Pace(NamedTuple):
    """`ceiling`: letters a second, as configured. `learned`: the same from the answers, None while none is known.

    `known`: what the server took when it last said "too fast". `next_at`: no letter before. `cut_at`: when the pace
    was cut last. `taken`: letters taken since `since`; `last_at`: the last of them.
    """

    ceiling: float | None = None
    learned: float | None = None
    known: float | None = None
    next_at: float = 0.0
    cut_at: float = float("-inf")
    taken: int = 0
    since: float = float("-inf")
    last_at: float = float("-inf")

    @property
    def rate(self) -> float | None:
        """Letters a second; None where there is no limit."""
        if self.ceiling is None or self.learned is None:
            return self.learned if self.ceiling is None else self.ceiling
        return min(self.ceiling, self.learned)

    def slot(self, now: float) -> tuple[float, "Pace"]:
        """When the next letter may begin, and the pace after it."""
        rate = self.rate
        if rate is None:
            return now, self
        begins = max(self.next_at, now - _SLACK)
        return max(begins, now), self._replace(next_at=begins + 1 / rate)

    def accepted(self, now: float) -> "Pace":
        """After the server took a letter."""
        quiet = now - self.last_at > QUIET
        # Built whole: every letter comes by here, and `_replace` takes thrice as long.
        return Pace(
            self.ceiling,
            self.learned if self.learned is None else self._crept(now),
            self.known,
            self.next_at,
            self.cut_at,
            1 if quiet else self.taken + 1,
            now if quiet else self.since,
            now,
        )

    def _crept(self, now: float) -> float | None:
        assert self.learned is not None, "creeping needs a pace"
        if self.known is None or self.learned < self.known / 2:
            grown = self.learned * 2
        else:
            elapsed = min(max(now - max(self.last_at, self.cut_at), 0.0), 1.0)
            grown = self.learned * (1 + (CREEP if now - self.cut_at < SLIP else 1.0) * elapsed)
        return grown if grown < MOST else None

    def refused(self, begun_at: float, now: float) -> "Pace":
        """After the server said "too fast" to a letter that was begun at `begun_at`.

        Those that were on their way when the pace was cut say nothing new.
        """
        if begun_at < self.cut_at:
            return self
        took = self.taken / max(now - self.since, 1.0) if self.taken else None
        if took is None:
            lower, known = (self.rate or 1.0) / 2, self.known
        else:
            lower, known = took * MARGIN, took
            if self.learned is not None:
                lower = min(self.learned, max(lower, self.learned / 2))
        lower = max(lower, LEAST)
        return self._replace(
            learned=lower, known=known, next_at=now + 1 / lower, cut_at=now, taken=0, since=now
        )

    def gives_way(self, now: float) -> "Pace":
        """After a ring was told "too fast": customers wait for it."""
        return self._replace(next_at=max(self.next_at, now + WAITS))
