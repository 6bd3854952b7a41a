"""The wording check finds what a careful company would not sign. It is pure; docs/wording.md describes it."""

from bridge.wording.check import check
from bridge.wording.kept import check_again
from bridge.wording.model import Context, Finding, Letter, Term
from bridge.wording.repair import apply
from bridge.wording.rule import Rule
from bridge.wording.rules import all_rules
from bridge.wording.terms import parse_terms

__all__ = [
    "Context",
    "Finding",
    "Letter",
    "Rule",
    "Term",
    "all_rules",
    "apply",
    "check",
    "check_again",
    "parse_terms",
]
