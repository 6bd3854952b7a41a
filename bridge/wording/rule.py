"""A rule of the wording check, and what it finds."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, get_args

from bridge.core.values import Locale
from bridge.wording.kinds import KindClass, classes_of, kinds_in
from bridge.wording.model import Context, Scope, Severity
from bridge.wording.text import FieldText, Sheet

EVERY_LOCALE: frozenset[str] = frozenset(get_args(Locale))


class Hit(NamedTuple):
    """Where a rule found something: raw offsets into `page`."""

    page: FieldText
    start: int
    end: int
    replacement: str | None = None

    @classmethod
    def of(
        cls, page: FieldText, match: re.Match[str], replacement: str | None = None, group: str | int = 0
    ) -> "Hit":
        """Where a match of the page's flow, or one group of it, stands in the text as written."""
        return cls(page, *page.span(*match.span(group)), replacement)


Find = Callable[[Sheet, Context], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One row of the table. `scope` says how much text the rule needs to judge: `text` reads anything
    that is there, the others need a whole subject, body, letter, or the address lines.
    `good` and `bad` are shown to people and tried by the tests."""

    id: str
    severity: Severity
    find: Find
    why: str
    why_en: str
    good: str
    bad: str
    letters: KindClass = KindClass.ANY
    scope: Scope = "text"
    locales: frozenset[str] = EVERY_LOCALE

    def reads(self, kind: str, locale: str) -> bool:
        """Whether the rule is one for letters of this kind in this language."""
        return locale in self.locales and bool(self.letters & classes_of(kind))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of letters that the rule is limited to. Empty: it reads every letter."""
        return kinds_in(self.letters)
