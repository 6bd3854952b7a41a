"""Secrets that are easily guessed, read by others, or carry what nobody sees."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

from pydantic import BaseModel, SecretStr

from bridge.cli.conditions import Problem
from bridge.config import Config
from bridge.config.document import Document, Place, Value

SHORTEST = 16  # characters: 16 random ones cannot be guessed over the network
_MARK = "\ufeff"
_QUOTES = frozenset(('""', "''", "“”", "‘’", "「」"))


@dataclass(frozen=True, slots=True)
class _Secret:
    """A secret, where the file gives it, and the file that holds it alone, if one does."""

    place: Place
    value: str
    path: Path | None


def marked_secrets(config: Config) -> Iterator[Problem]:
    """What nobody sees is part of no secret, and the server would refuse it. Windows and web pages write it."""
    for place, value in _values(config, ()):
        if value.startswith(_MARK):
            yield place, "begins with a byte order mark (BOM). Save its file as UTF-8 without BOM"
            continue
        unseen = next((each for each in value if category(each) in ("Cc", "Cf") and each != "\t"), "")
        if unseen:
            yield (
                place,
                f"holds a character that nobody sees (U+{ord(unseen):04X}). Write it alone, on one line",
            )


def doubtful_secrets(config: Config, document: Document, path: Path) -> Iterator[Problem]:
    """Secrets that are short, have a space at an end or stand in quotation marks, and files that others may read.

    `path`: bridge.yaml, which `document` was read from.
    """
    inline: list[Place] = []
    for secret in _secrets(config, document, path.parent):
        if len(secret.value) < SHORTEST:
            what = f"shorter than {SHORTEST} characters, and may be guessed. Make one: openssl rand -hex 32"
            yield secret.place, what
        if secret.value != secret.value.strip():
            yield (
                secret.place,
                "has a space at its beginning or end. Remove it, if it is not part of the secret",
            )
        if len(secret.value) > 1 and secret.value[0] + secret.value[-1] in _QUOTES:
            yield (
                secret.place,
                "stands in quotation marks, which count. Remove them, if they are not part of it",
            )
        if secret.path is not None and _read_by_others(secret.path):
            yield secret.place, f"{secret.path}: others may read it. Run: chmod o= {secret.path}"
        if secret.path is None:
            inline.append(secret.place)
    if _read_by_others(path) and any(_stands_in(path, document, place) for place in inline):
        yield (), f"holds a secret, and others may read it. Run: chmod o= {path}"


def _secrets(config: Config, document: Document, folder: Path) -> Iterator[_Secret]:
    for place, value in _values(config, ()):
        in_file = (*place[:-1], f"{place[-1]}_file")
        named = _at(document.tree, in_file)
        if isinstance(named, str):
            yield _Secret(in_file, value, folder / named)
        else:
            yield _Secret(place, value, None)


def _values(holder: object, place: Place) -> Iterator[Problem]:
    """Every secret of the configuration, by the key that may give it."""
    if isinstance(holder, SecretStr):
        yield place, holder.get_secret_value()
    elif isinstance(holder, BaseModel):
        for name, field in type(holder).model_fields.items():
            yield from _values(getattr(holder, name), (*place, field.alias or name))
    elif isinstance(holder, Mapping):
        for key, child in holder.items():
            yield from _values(child, (*place, str(key)))


def _at(tree: Value, place: Place) -> Value:
    for key in place:
        tree = tree.get(str(key)) if isinstance(tree, dict) else None
    return tree


def _stands_in(path: Path, document: Document, place: Place) -> bool:
    """Whether bridge.yaml holds the secret itself, and not the name of a variable."""
    line = document.finding(place, "").line
    return "${" not in path.read_text("utf-8-sig").splitlines()[line - 1]


def _read_by_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
