"""Where a letter says otherwise than the alerts do. Pure.

A letter's facts are what its text tells. For a text that a person typed, `facts_told_by` finds out which of the
present facts it tells; the others stay as they were when the text was last known to tell them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bridge.core.dates import clock, whole_minute
from bridge.core.facts import Facts
from bridge.core.kinds import spec_of
from bridge.core.values import Locale, LocalText

Untrue = Literal["ended", "not_named", "still_fires", "started"]

_GOES_ON = re.compile("継続中|[(]continuing[)]")
_IS_OVER = re.compile(
    "(?:復旧|回復|解消)(?:を確認)?(?:いた|致)?しました"
    "|has been restored|has recovered|recovery has been confirmed"
)
_WORKS_AGAIN = re.compile("^(?:復旧を確認した範囲[：:]|Confirmed as recovered:).*$", re.MULTILINE)
_MEASURED = re.compile(r"[0-9０-９]+(?:[.．][0-9０-９]+)?(?=\s*(?:%|％|パーセント|ミリ秒|秒|ms|件))")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing that the letter tells otherwise. `told` and `now`: the moments that differ; a None goes on.

    `impacts`: what is affected and not named. `firing`: how many alerts no source has ended.
    """

    untrue: Untrue
    told: datetime | None = None
    now: datetime | None = None
    impacts: tuple[LocalText, ...] = ()
    firing: int = 0


def contradictions(told: Facts, now: Facts, text: str, firing: int) -> list[Contradiction]:
    """What a letter of the facts `told`, whose text is `text`, says otherwise than the facts of now.

    `firing`: how many alerts no source has ended, those that a person ended by hand among them.
    """
    found: list[Contradiction] = []
    tells_end = told.recovered_at is not None or spec_of(told.kind).tells_recovery
    if firing and (tells_end or _claims_end(now, text)):
        found.append(Contradiction("still_fires", firing=firing))
    elif now.recovered_at and _minute(told.recovered_at) != _minute(now.recovered_at):
        found.append(Contradiction("ended", told.recovered_at, now.recovered_at))
    if missing := tuple(impact for impact in now.impacts if not _named(impact, told, text)):
        found.append(Contradiction("not_named", impacts=missing))
    if _minute(told.started_at) != _minute(now.started_at):
        found.append(Contradiction("started", told.started_at, now.started_at))
    return found


def same_for_customers(told: Facts, now: Facts) -> bool:
    """Whether nothing in what is affected differs but the measured numbers in its words."""
    return all(
        _keys(getattr(told, name)) == _keys(getattr(now, name)) for name in ("impacts", "recovered_impacts")
    )


def facts_told_by(text: str, was: Facts, now: Facts, locale: Locale) -> Facts:
    """The facts of now, as far as a person's text tells them; what it does not tell stays as it was."""
    impacts = tuple(impact for impact in now.impacts if _named(impact, was, text))
    return now.model_copy(
        update={
            "impacts": impacts,
            "started_at": _told_start(text, was, now, locale),
            "recovered_at": _told_end(text, was, now, locale),
            "promise_at": was.promise_at,
        }
    )


def _told_start(text: str, was: Facts, now: Facts, locale: Locale) -> datetime:
    if _prints(text, now.started_at, now, locale) or not _prints(text, was.started_at, now, locale):
        return now.started_at
    return was.started_at


def _told_end(text: str, was: Facts, now: Facts, locale: Locale) -> datetime | None:
    if now.recovered_at is None:
        return was.recovered_at if _IS_OVER.search(text) else None
    if _GOES_ON.search(text):
        return None
    other = was.recovered_at if _minute(was.recovered_at) != _minute(now.recovered_at) else None
    if other and _prints(text, other, now, locale) and not _prints(text, now.recovered_at, now, locale):
        return other
    return now.recovered_at


def _prints(text: str, at: datetime, facts: Facts, locale: Locale) -> bool:
    """Whether the text has this minute of the clock in it, as letters write it."""
    zone = ZoneInfo(facts.zone)
    hour, minute = clock(at, zone, "ja").split(":")
    return clock(at, zone, locale) in text or re.search(rf"(?<!\d){hour}時{minute}分", text) is not None


def _claims_end(now: Facts, text: str) -> bool:
    """Whether the text says that all is well. A part that works again may be told so."""
    return now.recovered_at is None and not now.recovered_impacts and _IS_OVER.search(text) is not None


def _named(impact: LocalText, told: Facts, text: str) -> bool:
    if impact_key(impact) in _keys(told.impacts):
        return True
    packed = "".join(_WORKS_AGAIN.sub("", text).split())
    return any("".join(words.split()) in packed for words in (impact.ja, impact.en) if words)


def impact_key(impact: LocalText) -> str:
    """What makes one impact the same as another: its words without the numbers that were measured."""
    return unmeasured(impact.ja)


def unmeasured(words: str) -> str:
    """Words for customers without the numbers that were measured, which move with each post."""
    return _MEASURED.sub("#", words)


def _keys(impacts: Iterable[LocalText]) -> set[str]:
    return {impact_key(impact) for impact in impacts}


def _minute(at: datetime | None) -> datetime | None:
    return at and whole_minute(at)
