"""The same check for a letter that is looked at again and again: only the rules that ask the time read it anew.

A rule says by reading `now` or `promise` that its findings may be others in a minute. What it reads before that are
the letter and the rest of the context, so a rule that has not asked the time of them once never does.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from bridge.wording.check import by_place, found_by, rules_for, terms_in
from bridge.wording.model import Context, Finding, Letter
from bridge.wording.rule import Rule
from bridge.wording.text import Sheet, lay_out

LETTERS = 200  # more than wait for people at a time
_TIMES = ("now", "promise")
_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is true of a letter at any time, and the rules that have to look again."""

    sheet: Sheet
    findings: frozenset[Finding]
    timed: tuple[Rule, ...]


class _Watched:
    """A context that notes whether it was asked the time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.asked = False

    def __getattr__(self, name: str) -> Any:
        self.asked = self.asked or name in _TIMES
        return getattr(self._context, name)


def check_again(letter: Letter, context: Context) -> tuple[Finding, ...]:
    """What `check` says of a full letter, at less cost from the second time on."""
    times: dict[str, Any] = {name: _SOME_TIME for name in _TIMES if getattr(context, name) is not None}
    kept = _kept(letter, replace(context, **times))
    now = (found for rule in kept.timed for found in found_by(rule, kept.sheet, context))
    return by_place({*kept.findings, *now})


@lru_cache(maxsize=LETTERS)
def _kept(letter: Letter, context: Context) -> _Kept:
    sheet, timed = lay_out(letter), list[Rule]()
    findings = set(terms_in(sheet, context))
    for rule in rules_for(letter):
        watched = _Watched(context)
        found = found_by(rule, sheet, cast(Context, watched))
        if watched.asked:
            timed.append(rule)
        else:
            findings |= found
    return _Kept(sheet, frozenset(findings), tuple(timed))
