"""Which letter an on-call mail is about, named as a lock screen can show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from bridge.core import dates, reports
from bridge.core.customer_words import shortened
from bridge.core.model import Kind
from bridge.core.settings import Service
from bridge.core.values import Locale, LocalText

NAME_CHARS: dict[Locale, int] = {
    "ja": 12,
    "en": 24,
}  # characters of a service's name that a lock screen shows


@dataclass(frozen=True, slots=True)
class LetterRef:
    """Which letter a mail is about."""

    name: LocalText
    kind: Kind
    number: int | None
    zone: ZoneInfo

    @classmethod
    def of(cls, service: Service, kind: Kind, number: int | None) -> Self:
        """From the service's settings; `number` is the report's, for first and update."""
        return cls(service.short_name or service.name, kind, number, service.timezone)

    def title(self, locale: Locale) -> str:
        """`みどりショップ第一報`, `Midori Shop 1st report`."""
        name, report = self.service(locale), reports.title(self.kind, self.number, locale)
        return f"{name} {report}" if locale == "en" else f"{name}{report}"

    def after(self, label: str, locale: Locale) -> str:
        """The title behind a label; a label that is the report's name is not followed by it again."""
        named = label.casefold() == reports.title(self.kind, self.number, locale).casefold()
        return self.service(locale) if named else self.title(locale)

    def service(self, locale: Locale) -> str:
        """The service's name, cut where a lock screen would."""
        return shortened(self.name.get(locale), NAME_CHARS[locale] + 1)

    def to_the_second(self, at: datetime, now: datetime, locale: Locale) -> str:
        """`02:15:04`; with its day as in `clock`."""
        local = at.astimezone(self.zone)
        return self.clock(at, now, locale).replace(dates.clock(at, self.zone, locale), f"{local:%H:%M:%S}")

    def clock(self, at: datetime, now: datetime, locale: Locale) -> str:
        """`2:25`; with its day when that is not the day of `now`."""
        return clock_of_day(at, now, self.zone, locale)


def clock_of_day(at: datetime, now: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """`2:25`; with its day when that is not the day of `now` in the zone."""
    time = dates.clock(at, zone, locale)
    day = at.astimezone(zone)
    if day.date() == now.astimezone(zone).date():
        return time
    return f"{day.month}月{day.day}日 {time}" if locale == "ja" else f"{time} on {day.day} {day:%b}"
