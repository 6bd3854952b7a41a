"""Every sentence of the pages: one TOML file a language, all with the same keys (docs/design.md §16 says what for).

Numbers come already grouped (12,408).
"""

import tomllib
from collections import ChainMap
from collections.abc import Mapping
from importlib.resources import files

from bridge.core.values import LOCALES, Locale

Sentence = Mapping[Locale, str]
"""The same sentence in each language; `{}` fields are filled in by the views."""


def _table(*names: str) -> dict[str, Sentence]:
    """These tables of every language's file, by key. Raises KeyError for a key that only some files have."""
    tables = {lang: dict(ChainMap(*(_FILES[lang][name] for name in names))) for lang in LOCALES}
    keys = dict.fromkeys(key for table in tables.values() for key in table)
    return {key: {lang: table[key] for lang, table in tables.items()} for key in keys}


_FILES = {lang: tomllib.loads((files(__name__) / f"{lang}.toml").read_text("utf-8")) for lang in LOCALES}

WORDS = _table("words", "console")
STOP_REASONS = _table("stop_reasons")
RECORD_REASONS = _table("record_reasons")
"""Why a letter was stopped whose record may miss what was sent since, on its card."""
EVENTS = _table("events")
"""What the history says of an event's action. An action that is not here shows by its own name."""
