"""What the on-call is told about those who send alerts, rather than about a letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from bridge.core import dates
from bridge.core.values import Locale
from bridge.oncall.letter_ref import clock_of_day
from bridge.oncall.message import without_links


@dataclass(frozen=True, slots=True)
class RefusedSender:
    """Alerts came that could not be taken, about whatever service. `status`, `title` and `field`: our answer."""

    template: ClassVar[str] = "refused"
    source: str
    at: datetime
    now: datetime
    status: int
    title: str
    field: str
    zone: ZoneInfo

    def words(self, locale: Locale) -> Mapping[str, object]:
        return {
            "source": self.source,
            "at": clock_of_day(self.at, self.now, self.zone, locale),
            "status": self.status,
            "title": without_links(self.title),
            "field": without_links(self.field),
        }


@dataclass(frozen=True, slots=True)
class SilentSender:
    """A sender posts no more.

    `posted_at`: its last post. `wrong_since`: posts with a wrong credential arrive since then. `firing`: how many of
    its alerts fire.
    """

    template: ClassVar[str] = "silent"
    source: str
    posted_at: datetime
    now: datetime
    zone: ZoneInfo
    wrong_since: datetime | None
    firing: int

    def words(self, locale: Locale) -> Mapping[str, object]:
        wrong = self.wrong_since
        return {
            "source": self.source,
            "length": dates.duration(self.now - self.posted_at, locale),
            "posted": clock_of_day(self.posted_at, self.now, self.zone, locale),
            "wrong": clock_of_day(wrong, self.now, self.zone, locale) if wrong else "",
            "firing": f"{self.firing:,}" if self.firing else "",
        }


@dataclass(frozen=True, slots=True)
class SenderHeard:
    """A sender posts again. `told_at`: when people were told that it did not."""

    template: ClassVar[str] = "heard"
    source: str
    posted_at: datetime
    told_at: datetime
    now: datetime
    zone: ZoneInfo

    def words(self, locale: Locale) -> Mapping[str, object]:
        return {
            "source": self.source,
            "posted": clock_of_day(self.posted_at, self.now, self.zone, locale),
            "told": clock_of_day(self.told_at, self.now, self.zone, locale),
        }
