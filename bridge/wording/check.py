"""check(letter, context): the findings of every rule that is for this letter, in the order of the text."""

from collections.abc import Iterable, Iterator

from bridge.wording.model import Context, Finding, Letter, Part, Scope, Term
from bridge.wording.repair import fitted
from bridge.wording.rule import Hit, Rule
from bridge.wording.rules import all_rules
from bridge.wording.terms import find_terms
from bridge.wording.text import Sheet, lay_out

SCOPES: dict[Part, frozenset[Scope]] = {
    "sentence": frozenset({"text", "mail"}),
    "subject": frozenset({"text", "mail", "subject"}),
    "full": frozenset({"text", "mail", "subject", "body", "full"}),
}


def check(letter: Letter, context: Context, part: Part = "full") -> tuple[Finding, ...]:
    """What should be mended before this letter is signed: first the subject, then the body, each from its start.

    `part` says how much of a letter the text is. Rules about what is missing need a full letter.
    Raises LookupError for a `context.charset` that Python does not know."""
    sheet = lay_out(letter)
    found = {each for rule in rules_for(letter, part) for each in found_by(rule, sheet, context)}
    return by_place(found | terms_in(sheet, context))


def rules_for(letter: Letter, part: Part = "full") -> Iterator[Rule]:
    """The rules that read this much of such a letter."""
    return (
        rule for rule in all_rules() if rule.scope in SCOPES[part] and rule.reads(letter.kind, letter.locale)
    )


def found_by(rule: Rule, sheet: Sheet, context: Context) -> set[Finding]:
    """The findings of one rule."""
    return {_finding(rule, hit, _replacement(hit, context)) for hit in rule.find(sheet, context)}


def terms_in(sheet: Sheet, context: Context) -> set[Finding]:
    """The findings of the company's own terms."""
    return {_finding(term, hit, hit.replacement) for term, hit in find_terms(sheet, context.terms)}


def by_place(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of the text."""
    return tuple(sorted(found, key=lambda each: (each.field == "body", each.span, each.rule)))


def _replacement(hit: Hit, context: Context) -> str | None:
    return fitted(hit) if context.wrapped and hit.page.field == "body" else hit.replacement


def _finding(source: Rule | Term, hit: Hit, replacement: str | None) -> Finding:
    page, span = hit.page, (hit.start, hit.end)
    text = page.raw[hit.start : hit.end]
    return Finding(source.id, source.severity, page.field, span, text, source.why, source.why_en, replacement)
