"""The words of the wording check: a letter, what is known about it, a rule, a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Literal, NamedTuple

from bridge.core.values import Locale

if TYPE_CHECKING:
    from bridge.wording.terms import Term
    from bridge.wording.text import FieldText, Sheet

Field = Literal["subject", "body"]
Severity = Literal["error", "warning", "info"]
Scope = Literal["text", "subject", "body", "full", "mail"]
Part = Literal["sentence", "subject", "full"]

FIRST, UPDATE, RECOVERY, FINAL, INDIVIDUAL = "first", "update", "recovery", "final", "individual"
REPORTS = frozenset({FIRST, UPDATE})
RECOVERIES = frozenset({RECOVERY, FINAL})
EVERY_KIND: frozenset[str] = frozenset()
"""No restriction: the rule also reads a letter of a kind nobody has heard of."""

JAPAN = timezone(timedelta(hours=9), "JST")


@dataclass(frozen=True)
class Letter:
    """One letter as the reader gets it. `kind`: first, update, recovery, final or individual."""

    kind: str
    subject: str
    body: str
    locale: str = "ja"


@dataclass(frozen=True)
class Context:
    """What the bridge knows besides the text. Everything unknown stays empty, and its rules stay silent."""

    now: datetime | None = None  # aware; relative dates and promises are read against it
    zone: tzinfo = JAPAN  # the letter's own clock
    service: str = ""  # as customers know it
    short_name: str = ""  # a subject may name the service by this instead
    report_no: int | None = None  # the number of a first report or an update
    promise: datetime | None = None  # the next report, to be offered when the printed one has passed
    eta_confirmed: bool = False  # somebody gave a basis for the estimate
    cause_confirmed: bool = False
    staff: tuple[str, ...] = ()
    other_customers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()  # our own mail domains
    public_urls: tuple[str, ...] | None = None  # the only links allowed; None: not known
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    charset: str = "utf-8"
    wrapped: bool = True  # lines are broken for mail, so an overlong one is a mistake
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing to mend. `span` is (start, end) in the field's original text, `text` what stands there.
    `why` and `why_en` are the rule's one sentence. `replacement` takes the place of the span; None: only a
    person can mend it."""

    rule: str
    severity: Severity
    field: Field
    span: tuple[int, int]
    text: str
    why: str
    why_en: str
    replacement: str | None = None

    def because(self, locale: Locale) -> str:
        """Its sentence for a reader of that language."""
        return self.why_en if locale == "en" else self.why


class Hit(NamedTuple):
    """Where a rule found something: raw offsets into `page`."""

    page: FieldText
    start: int
    end: int
    replacement: str | None = None


Find = Callable[["Sheet", Context], Iterable[Hit]]


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
    kinds: frozenset[str] = EVERY_KIND
    scope: Scope = "text"
    locales: frozenset[str] = frozenset({"ja"})

    def reads(self, kind: str, locale: str) -> bool:
        return locale in self.locales and (not self.kinds or kind in self.kinds)


BOTH_LOCALES = frozenset({"ja", "en"})
ENGLISH = frozenset({"en"})
