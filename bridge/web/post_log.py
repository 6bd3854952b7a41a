"""What this process has heard of each source since it began: for people who wonder whether anything arrives."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

REFUSED_KEPT = 20  # of each source, the last ones


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A post that was not taken: our answer, and where it came from."""

    source: str
    at: datetime
    client: str
    status: int
    why: str


@dataclass(slots=True)
class Heard:
    """Of one source: how many posts were taken, how many turned away, and the last of these."""

    posts: int = 0
    turned_away: int = 0
    last_turned_away: deque[TurnedAway] = field(default_factory=lambda: deque(maxlen=REFUSED_KEPT))


class PostLog:
    """Everything since `began_at`, by source."""

    def __init__(self, began_at: datetime) -> None:
        self.began_at = began_at
        self._heard: dict[str, Heard] = {}

    def of(self, source: str) -> Heard:
        """What was heard of a source that is listed in the configuration."""
        return self._heard.setdefault(source, Heard())

    def took(self, source: str) -> None:
        self.of(source).posts += 1

    def turned_away(self, post: TurnedAway) -> None:
        heard = self.of(post.source)
        heard.turned_away += 1
        heard.last_turned_away.append(post)
