"""All rules, found by folder.

A family is a module with a table `RULES`. In `shared/` it reads letters in every language, in `ja/` or `en/`
letters in that language. A new family, and a new language, is in no list. They are imported for the first letter
that is checked: what compiles their expressions takes longer than all else that a command does.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from bridge.wording.rule import EVERY_LOCALE, Rule

PACKAGE = "bridge.wording"
SHARED = "shared"


def _found() -> Iterator[Rule]:
    """Every row of every family, with the languages of the folder that the family is in."""
    for folder in iter_modules(import_module(PACKAGE).__path__):
        if folder.ispkg:
            locales = EVERY_LOCALE if folder.name == SHARED else frozenset({folder.name})
            yield from (replace(rule, locales=locales) for rule in _rules_in(f"{PACKAGE}.{folder.name}"))


def _rules_in(folder: str) -> Iterator[Rule]:
    """The rows of the families in a folder. A module without a table only helps others."""
    for module in iter_modules(import_module(folder).__path__):
        yield from getattr(import_module(f"{folder}.{module.name}"), "RULES", ())


@cache
def all_rules() -> tuple[Rule, ...]:
    """Sorted by id, so that their order does not depend on files. docs/wording.md has the same order."""
    return tuple(sorted(_found(), key=lambda rule: rule.id))
