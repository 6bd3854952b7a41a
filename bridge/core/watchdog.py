"""Whether a sender has fallen silent: no alarm is good news only while somebody could raise one. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.settings import ZERO

AGAIN_AFTER = timedelta(hours=6)
"""A sender that stays silent is told of again after this long."""
STORM_OVER = timedelta(minutes=10)
"""Posts with a wrong credential belong together while no more than this lies between two of them."""
SenderNews = Literal["silent", "heard"]


@dataclass(frozen=True, slots=True)
class SenderState:
    """What is known of one source. All times are of this side.

    `allowed`: how long it may be silent, null for ever. `posted_at`: its last post with the right credential,
    whatever was in it. `told_at`: when people were last told that it is silent, null since it is heard again.
    `wrong_since` and `wrong_at`: the first and the last of the posts with a wrong credential that go on. `firing`:
    how many of its alerts fire.
    """

    source: str
    allowed: timedelta | None
    posted_at: datetime | None = None
    told_at: datetime | None = None
    wrong_since: datetime | None = None
    wrong_at: datetime | None = None
    firing: int = 0

    def silent_for(self, now: datetime) -> timedelta | None:
        """Since its last post; None before the first."""
        return max(now - self.posted_at, ZERO) if self.posted_at else None

    def turned_away_since(self, now: datetime) -> datetime | None:
        """Since when posts arrive with a wrong credential, and none with the right one."""
        if self.wrong_since is None or self.wrong_at is None or now - self.wrong_at > STORM_OVER:
            return None
        return None if self.posted_at and self.posted_at > self.wrong_at else self.wrong_since


def is_silent(sender: SenderState, listening_since: datetime, now: datetime) -> bool:
    """Whether it says nothing for longer than it may. While nobody listened, it could not be heard."""
    if sender.allowed is None or sender.posted_at is None:
        return False
    return now - max(sender.posted_at, listening_since) > sender.allowed


def news_of(sender: SenderState, listening_since: datetime, now: datetime) -> SenderNews | None:
    """What people are told of it now, if anything."""
    if is_silent(sender, listening_since, now):
        due = sender.told_at is None or now - sender.told_at >= AGAIN_AFTER
        return "silent" if due else None
    back = sender.told_at and sender.posted_at and sender.posted_at >= sender.told_at
    return "heard" if back else None
