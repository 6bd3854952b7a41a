"""The words of the wording check: a letter, a company's term, what is known besides the text, a finding."""

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
    """One letter as the reader gets it. `kind` is a key of `kinds.CLASSES`; the rules for all read any other."""

    kind: str
    subject: str
    body: str
    locale: str = "ja"


@dataclass(frozen=True)
class Term:
    """One term. `pattern` is a compiled RE2 expression, `replacement` may name its groups as \\1.
    `why` and `why_en` are the company's own sentence, in whatever language, or ours where it gave none."""

    id: str
    pattern: Any  # google-re2 ships no types
    replacement: str | None
    why: str
    why_en: str
    severity: Severity


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
