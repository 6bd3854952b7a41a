"""The wording check: what a careful company would not sign. Pure; see docs/wording.md."""

from bridge.core.wording.check import check
from bridge.core.wording.model import Context, Finding, Letter, Rule
from bridge.core.wording.repair import apply
from bridge.core.wording.rules import RULES
from bridge.core.wording.terms import Term, parse_terms

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
