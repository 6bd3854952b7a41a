"""How the pages say times, numbers, names and reports, in the reader's language and the service's zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bridge.core import dates, reasons, reports
from bridge.core.kinds import spec_of
from bridge.core.model import Kind
from bridge.core.next_notice import FIRST
from bridge.core.settings import Person
from bridge.core.values import Locale
from bridge.web.words import WORDS

_EARLY_EN = ("first report", "second report", "third report")


@dataclass(frozen=True, slots=True)
class Phrasing:
    """Calling it with a key of `WORDS` gives the sentence; the methods give what fills its fields.

    For `n` = 1 it is the sentence under `<key>_1`, where there is one: English has a singular.
    """

    lang: Locale
    zone: ZoneInfo
    now: datetime
    people: Mapping[str, Person]

    def __call__(self, key: str, **fields: Any) -> str:
        one = f"{key}_1" if str(fields.get("n")) == "1" else key
        return WORDS.get(one, WORDS[key])[self.lang].format(**fields)

    def number(self, n: int) -> str:
        """12408 is `12,408`."""
        return f"{n:,}"

    def clock(self, at: datetime) -> str:
        """`02:25`, with its day when that is not today."""
        local = at.astimezone(self.zone)
        if local.date() == self.now.astimezone(self.zone).date():
            return f"{local:%H:%M}"
        return f"{self.day(local.date())} {local:%H:%M}"

    def spoken(self, at: datetime) -> str:
        """The time inside a sentence: `2時25分`, `02:25`; with its day when that is not today."""
        if self.lang == "en":
            return self.clock(at)
        local = at.astimezone(self.zone)
        day = "" if local.date() == self.now.astimezone(self.zone).date() else self.day(local.date())
        return f"{day}{local.hour}時{local.minute:02}分"

    def to_the_second(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    def dated_to_the_second(self, at: datetime) -> str:
        """`02:15:04`, with its day when that is not today."""
        return self.clock(at).replace(f"{at.astimezone(self.zone):%H:%M}", self.to_the_second(at))

    def day(self, day: date) -> str:
        """`11月24日(火)`, `Tue 24 Nov`."""
        if self.lang == "en":
            return f"{day:%a} {day.day} {day:%b}"
        return f"{day.month}月{day.day}日({dates.WEEKDAYS['ja'][day.weekday()]})"

    def moment(self, at: datetime, about: str = "") -> str:
        """`11月24日(火)3時32分`, `Tue 24 Nov, 03:32`."""
        local = at.astimezone(self.zone)
        if self.lang == "en":
            return f"{self.day(local.date())}, {about}{local:%H:%M}"
        return f"{self.day(local.date())}{local.hour}時{local.minute:02}分{about}"

    def about(self, at: datetime) -> str:
        """The same for a time that is not exact: `11月24日(火)2時10分頃`, `Tue 24 Nov, about 02:10`."""
        return self.moment(at, "about " if self.lang == "en" else "頃")

    def rough(self, length: timedelta) -> str:
        """What is left or over, rounded down: minutes, from two hours on hours, from two days on days."""
        return dates.rough(length, self.lang)

    def exactly(self, length: timedelta) -> str:
        """`6分40秒`, `6 min 40 s`."""
        return dates.exactly(length, self.lang)

    def person(self, actor: str | None) -> str:
        """`丸山さん`; the bridge for nobody, the policy; a source or a former person by its own name."""
        if actor in (None, "bridge"):
            return self("robot")
        if actor == "policy":
            return self("policy")
        known = self.people.get(actor or "")
        return self("person", name=known.name) if known else actor or ""

    def persons(self, people: Iterable[str]) -> str:
        """`丸山さんと佐藤さん`."""
        return self("and").join(self.person(person) for person in people)

    def report(self, kind: Kind, number: int | None) -> str:
        """`第一報`, `復旧報告`, `second report`."""
        n = number or (1 if kind == FIRST else 2)
        if self.lang == "en" and spec_of(kind).numbered and n <= len(_EARLY_EN):
            return _EARLY_EN[n - 1]
        return reports.title(kind, n, self.lang)

    def begun(self, words: str) -> str:
        """The words where a sentence begins: `First report sent`."""
        return words[:1].upper() + words[1:]

    def reason(self, reason: str | None) -> str:
        """A dismissal's reason: one of the choices in words, or what the person wrote."""
        return reasons.in_words(reason or "other", self.lang)
