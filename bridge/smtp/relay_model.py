"""What is known of one mail server: whether it works, how fast and how wide it is, and whom it refuses. Pure.

An answer goes in, and what the lane makes of it comes out, with a named reason (`Outcome.why`). Both lanes share one
model, because the server counts their mails and connections together. Times are seconds of a monotonic clock.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bridge.smtp.breaker import PROBES, Breaker
from bridge.smtp.meaning import alike, meaning
from bridge.smtp.outcome import Outcome
from bridge.smtp.pace import Pace
from bridge.smtp.refusals import Refusals
from bridge.smtp.width import Width

LETTERS = 64  # whose refusals are remembered
SILENT_FOR = 180.0  # seconds of "too fast" without one mail taken, after which the server is of no use
WORKING = Breaker()
_NO_LETTER: Mapping[str, Refusals] = {}


class Answer(NamedTuple):
    """What became of one mail. `letter`: the notice whose letter it is; None for a mail to the on-call."""

    outcome: Outcome
    address: str
    letter: str | None
    begun_at: float
    now: float


class RelayModel(NamedTuple):
    """`letters`: the refusals of each letter. `taken_at`: when the server took the last mail.

    `failing_since`: when it first failed us after that; None while it did not. `slow`: words of this server that
    turned out to mean its pace.
    """

    pace: Pace
    width: Width
    breaker: Breaker = WORKING
    letters: Mapping[str, Refusals] = _NO_LETTER
    taken_at: float | None = None
    failing_since: float | None = None
    slow: frozenset[str] = frozenset()

    def answered(self, answer: Answer) -> tuple[Outcome, "RelayModel"]:
        """What the lane makes of an answer, and the model after it."""
        about = meaning(answer.outcome)
        if about == "pace" or (about == "later" and alike(answer.outcome.words) in self.slow):
            return self._slower(answer)
        if about == "unknown":
            return answer.outcome, self
        well = self._heard(answer.now, taken=about == "taken", to_customer=answer.letter is not None)
        if answer.letter is None:
            return answer.outcome, well
        before = self.letters.get(answer.letter, Refusals())
        if about == "taken" and before.knows(answer.address):
            return answer.outcome, well
        words = "" if about == "taken" else alike(answer.outcome.words)
        refusals = before.after(about, words, answer.address)
        if about == "later" and refusals.about_pace():
            return self._replace(slow=self.slow | {refusals.later})._slower(answer)
        if refusals.about_us(about):
            return answer.outcome._replace(why="about_us"), well.forget(answer.letter)
        if refusals is before:
            return answer.outcome, well
        return answer.outcome, well._remember(answer.letter, refusals)

    def _slower(self, answer: Answer) -> tuple[Outcome, "RelayModel"]:
        slower = self.pace.refused(answer.begun_at, answer.now)
        if answer.letter is None:
            slower = slower.gives_way(answer.now)
        too_fast = answer.outcome._replace(state="queued", why="too_fast")
        return too_fast, self._replace(pace=slower).failing(answer.now)

    def forget(self, letter: str) -> "RelayModel":
        """A letter was stopped, or is tried anew: its refusals begin anew, too."""
        return self._replace(letters={name: one for name, one in self.letters.items() if name != letter})

    def unreachable(self, now: float, error: str, probes: tuple[float, ...] = PROBES) -> "RelayModel":
        """The server could not be reached, or dropped a new connection."""
        return self._replace(breaker=self.breaker.failed(now, error, probes)).failing(now)

    def reached(self, now_open: int) -> "RelayModel":
        """A connection was set up; `now_open` counts it."""
        return self._replace(breaker=self.breaker.reached(), width=self.width.opened(now_open))

    def failing(self, now: float) -> "RelayModel":
        """Something failed that no recipient is the reason of."""
        return self if self.failing_since is not None else self._replace(failing_since=now)

    def useless_for(self, now: float) -> float:
        """Seconds since the server stopped to be of use: it cannot be reached, or has said "too fast" for long."""
        if self.breaker.since is not None:
            return now - self.breaker.since
        since = self.failing_since
        return now - since if since is not None and now - since > SILENT_FOR else 0.0

    def took_within(self, seconds: float, now: float) -> bool:
        """Whether it took a mail so lately."""
        return self.taken_at is not None and now - self.taken_at < seconds

    def _heard(self, now: float, *, taken: bool, to_customer: bool) -> "RelayModel":
        """The server answered for a mail: it works."""
        if not taken:
            return self._replace(breaker=WORKING)
        pace = self.pace.accepted(now) if to_customer else self.pace
        return RelayModel(pace, self.width, WORKING, self.letters, now, None, self.slow)

    def _remember(self, letter: str, refusals: Refusals) -> "RelayModel":
        others = [(name, one) for name, one in self.letters.items() if name != letter]
        return self._replace(letters=dict([*others[1 - LETTERS :], (letter, refusals)]))
