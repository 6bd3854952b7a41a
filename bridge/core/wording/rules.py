"""All rules, family by family. A new rule is one row in its family's table and its examples in the tests."""

from __future__ import annotations

from bridge.core.wording import (
    characters,
    dates,
    english,
    english_letter,
    english_manner,
    expectation,
    fields,
    honorifics,
    leaks,
    mail,
    names,
    placeholders,
    responsibility,
    speculation,
    subject,
    tone,
)
from bridge.core.wording.model import Rule

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
    *english.RULES,
    *english_manner.RULES,
    *english_letter.RULES,
)
