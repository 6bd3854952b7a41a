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
    """Where a rule found something. The offsets are into `page.raw`."""

    page: FieldText
    start: int
    end: int
    replacement: str | None = None

    @classmethod
    def of(
        cls, page: FieldText, match: re.Match[str], replacement: str | None = None, group: str | int = 0
    ) -> "Hit":
        """The hit of a match in `page.flow`, or of one group of that match."""
        return cls(page, *page.span(*match.span(group)), replacement)


Find = Callable[[Sheet, Context], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One row of a family's table. `scope` is how much the rule needs before it can judge: with `text` any piece
    of a letter will do, the others need a whole subject, body or letter, or the address lines.
    `good` and `bad` are examples; the tests try them. The folder of the family sets `locales`."""

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
        """Whether the rule is for letters of this kind in this language."""
        return locale in self.locales and bool(self.letters & classes_of(kind))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of letters that the rule is limited to. Empty: it reads every letter."""
        return kinds_in(self.letters)
