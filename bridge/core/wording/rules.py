"""All rules, family by family. A new rule is one row in its family's table and its examples in the tests."""

from __future__ import annotations

from bridge.core.wording import expectation

RULES = (*expectation.RULES,)
