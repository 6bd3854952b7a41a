"""What becomes of a claimed message after an attempt: done, tried again and when, or given up."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.model import DeliveryState
from bridge.smtp.meaning import meaning
from bridge.smtp.outcome import Outcome, retry_at
from bridge.store.claims import RING_COPIES, Claimed, DeliveryResult, doubt_wait
from bridge.store.outbox import Lane

OnUnknown = Literal["resend_once", "hold"]

POISON_AFTER = timedelta(minutes=1)  # how long a row rests that our own code failed on
POISON_TRIES = 5  # of them, after which it has failed
LOSSES = 3  # connections that one message may lose before it, and not the server, is taken to be the reason
BEHIND = 1.0  # seconds such a message waits longer than the others for a relay that is down
# Times that one message may be told "too fast" before it, and not the pace, is taken to be the reason.
TOO_FAST = 8
RING_AGAIN = timedelta(seconds=2)  # after a ring was told "too fast"


class Verdicts:
    """Of one lane. It remembers which messages cost connections, or were told "too fast", again and again."""

    def __init__(self, lane: Lane, on_unknown: Callable[[], OnUnknown], now: Callable[[], datetime]) -> None:
        self._lane = lane
        self._on_unknown = on_unknown
        self._now = now
        self._losses: Counter[int] = Counter()
        self._too_fast: Counter[int] = Counter()

    def mark(self, row: Claimed, outcome: Outcome, down: float) -> DeliveryResult:
        """What to write about a message. `down`: seconds until a relay may be tried, 0 while one works."""
        if outcome.why == "too_fast":
            return self._later(row, outcome)
        if outcome.state == "queued":
            return self._lost(row, outcome, down)
        if self._losses or self._too_fast:
            self._losses.pop(row.id, None)
            self._too_fast.pop(row.id, None)
        match outcome.state:
            case "deferred":
                wait = self._patience(row)
                return result(row, "failed" if wait is None else "deferred", outcome.words, wait)
            case "unknown":
                state: DeliveryState = "deferred" if self._once_more(row) else "unknown"
                return result(row, state, outcome.words, doubt_wait(self._lane), ambiguous=1)
            case "failed" if self._lane == "oncall" and row.kind != "ring" and meaning(outcome) == "us":
                return self._postponed(row, outcome.words)  # nothing else tells it: it waits for the repair
            case _:
                return result(row, outcome.state, outcome.words)

    def poisoned(self, row: Claimed, why: str) -> DeliveryResult:
        """A message that our own code fails on ends within half an hour, where people see it."""
        failed = row.crashes + 1 >= POISON_TRIES
        mark = result(row, "failed", why) if failed else self._postponed(row, why)
        return mark._replace(crashed=True)

    def _once_more(self, row: Claimed) -> bool:
        """Whether one copy more may be sent; of a ring, two."""
        if self._lane == "oncall":
            return row.ambiguous < RING_COPIES - 1
        return self._on_unknown() != "hold" and row.ambiguous == 0

    def _later(self, row: Claimed, outcome: Outcome) -> DeliveryResult:
        """Behind the others, and it costs no attempt; unless it is always this one that is told so."""
        self._too_fast[row.id] += 1
        if self._too_fast[row.id] < TOO_FAST:
            wait = RING_AGAIN if self._lane == "oncall" else None
            return result(row, "queued", outcome.words, wait, counted=False)
        del self._too_fast[row.id]
        if self._lane == "oncall":
            return result(row, "queued", outcome.words, 2 * RING_AGAIN, counted=False)
        return self._postponed(row, outcome.words)

    def _lost(self, row: Claimed, outcome: Outcome, down: float) -> DeliveryResult:
        """Its turn again at once, uncounted; but a mail that ends every connection must not starve the others.

        While no relay works it waits behind them: were it the first again, the relay would seem dead again.
        """
        self._losses[row.id] += 1
        if self._losses[row.id] < LOSSES:
            wait = timedelta(seconds=down + BEHIND) if down else None
            return result(row, "queued", outcome.words, wait, counted=False)
        del self._losses[row.id]
        return self._postponed(row, outcome.words)

    def _postponed(self, row: Claimed, why: str) -> DeliveryResult:
        wait = self._patience(row)
        if wait is None:
            return result(row, "failed", why)
        return result(row, "deferred", why, max(wait, POISON_AFTER))

    def _patience(self, row: Claimed) -> timedelta | None:
        """How long a deferred message rests; None when it was tried for long enough."""
        now = self._now()
        again = retry_at(row.attempts, row.first_at, now)
        return None if again is None else again - now


def result(
    row: Claimed,
    state: DeliveryState,
    reply: str = "",
    wait: timedelta | None = None,
    *,
    counted: bool = True,
    ambiguous: int = 0,
) -> DeliveryResult:
    """What to write about a claimed message."""
    rest = wait or timedelta()
    return DeliveryResult(
        row.id,
        row.fence,
        row.notice_id,
        row.lane,
        state,
        reply,
        rest,
        counted,
        ambiguous,
        ring_to=row.person if row.kind == "ring" else None,
    )


def unsent(row: Claimed, words: str = "") -> DeliveryResult:
    """It was not tried, and keeps its turn."""
    return result(row, "queued", words, counted=False)
