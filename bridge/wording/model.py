"""The values of the wording check: a letter, a company's term, what is known besides the text, a finding."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal

from bridge.core.dates import JAPAN
from bridge.core.values import Locale

Field = Literal["subject", "body"]
Severity = Literal["error", "warning", "info"]
Scope = Literal["text", "subject", "body", "full", "mail"]
Part = Literal["sentence", "subject", "full"]


@dataclass(frozen=True)
class Letter:
    """One letter as the reader gets it. A `kind` that `kinds.CLASSES` lacks gets the rules for every letter."""

    kind: str
    subject: str
    body: str
    locale: str = "ja"


@dataclass(frozen=True)
class Term:
    """One term of a company's list. `pattern` is a compiled RE2 expression. `replacement` may name its groups
    as \\1. Where the company gave a reason, in whatever language, `why` and `why_en` are both that reason."""

    id: str
    pattern: Any  # google-re2 ships no types
    replacement: str | None
    why: str
    why_en: str
    severity: Severity


@dataclass(frozen=True)
class Context:
    """What the bridge knows besides the text. What is unknown stays empty, and rules that need it find nothing."""

    now: datetime | None = None  # aware; relative dates and promises are read against it
    zone: tzinfo = JAPAN  # in which the letter's times are written
    service: str = ""  # as customers know it
    short_name: str = ""  # a subject may use this name instead
    services: tuple[str, ...] = ()  # names of all services, in any language; this one's may be among them
    signing: tuple[str, ...] = ()  # who the letter is from; another service's name may stand in these
    report_no: int | None = None  # the number of a first report or an update
    promise: datetime | None = None  # offered when the printed time has passed
    eta_confirmed: bool = False  # somebody gave a basis for the estimate
    cause_confirmed: bool = False
    staff: tuple[str, ...] = ()
    other_customers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()  # our own mail domains
    public_urls: tuple[str, ...] | None = None  # the only links allowed; None: not known
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    charset: str = "utf-8"
    wrapped: bool = True  # lines are broken for mail: an overlong line is a mistake
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing to mend. `span` is (start, end) in the field as written, and `text` is what stands there.
    `why` and `why_en` are the rule's reason, one sentence each. `replacement` is to take the place of the span;
    with None, only a person can mend it."""

    rule: str
    severity: Severity
    field: Field
    span: tuple[int, int]
    text: str
    why: str
    why_en: str
    replacement: str | None = None

    def because(self, locale: Locale) -> str:
        """The reason, for a reader of that language."""
        return self.why_en if locale == "en" else self.why
