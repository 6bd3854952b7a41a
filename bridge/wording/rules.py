"""All rules, family by family. A new rule is one row in its family's table and its examples in the tests."""

from __future__ import annotations

from bridge.wording import characters, leaks, mail, names, placeholders
from bridge.wording.en import claims, letter, manner
from bridge.wording.ja import (
    dates,
    expectation,
    fields,
    honorifics,
    responsibility,
    speculation,
    subject,
    tone,
)
from bridge.wording.rule import Rule

RULES: tuple[Rule, ...] = (
    *expectation.RULES,
    *speculation.RULES,
    *responsibility.RULES,
    *placeholders.RULES,
    *subject.RULES,
    *fields.RULES,
    *leaks.RULES,
    *names.RULES,
    *honorifics.RULES,
    *tone.RULES,
    *characters.RULES,
    *dates.RULES,
    *mail.RULES,
    *claims.RULES,
    *manner.RULES,
    *letter.RULES,
)
