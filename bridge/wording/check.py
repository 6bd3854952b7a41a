"""check(letter, context): every rule that reads this kind of letter, in the order of the text."""

from __future__ import annotations

from bridge.wording.model import Context, Finding, Letter, Part, Scope
from bridge.wording.repair import fitted
from bridge.wording.rule import Hit, Rule
from bridge.wording.rules import RULES
from bridge.wording.terms import REASON, REASON_EN, find_terms
from bridge.wording.text import Sheet, lay_out

SCOPES: dict[Part, frozenset[Scope]] = {
    "sentence": frozenset({"text", "mail"}),
    "subject": frozenset({"text", "mail", "subject"}),
    "full": frozenset({"text", "mail", "subject", "body", "full"}),
}


def check(letter: Letter, context: Context, part: Part = "full") -> tuple[Finding, ...]:
    """What should be mended before this letter is signed, by place. `part` says how much of a letter
    the text is: rules about what is missing need all of it."""
    sheet = lay_out(letter)
    found = {
        _finding(rule, hit, context)
        for rule in RULES
        if rule.scope in SCOPES[part] and rule.reads(letter.kind, letter.locale)
        for hit in rule.find(sheet, context)
    }
    found.update(_company_terms(sheet, context))
    return tuple(sorted(found, key=lambda each: (each.field == "body", each.span, each.rule)))


def _finding(rule: Rule, hit: Hit, context: Context) -> Finding:
    text = hit.page.raw[hit.start : hit.end]
    replacement = fitted(hit) if context.wrapped and hit.page.field == "body" else hit.replacement
    return Finding(
        rule.id,
        rule.severity,
        hit.page.field,
        (hit.start, hit.end),
        text,
        rule.why,
        rule.why_en,
        replacement,
    )


def _company_terms(sheet: Sheet, context: Context) -> list[Finding]:
    return [
        Finding(
            term.id,
            term.severity,
            hit.page.field,
            (hit.start, hit.end),
            hit.page.raw[hit.start : hit.end],
            term.reason or REASON,
            term.reason or REASON_EN,
            hit.replacement,
        )
        for term, hit in find_terms(sheet, context.terms)
    ]
