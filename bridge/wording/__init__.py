"""The wording check: what a careful company would not sign. Pure; see docs/wording.md."""

from bridge.wording.check import check
from bridge.wording.model import Context, Finding, Letter, Rule
from bridge.wording.repair import apply
from bridge.wording.rules import RULES
from bridge.wording.terms import Term, parse_terms

__all__ = [
    "RULES",
    "Context",
    "Finding",
    "Letter",
    "Rule",
    "Term",
    "apply",
    "check",
    "parse_terms",
]
