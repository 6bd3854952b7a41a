"""What keeps the bridge from starting: one list.

`bridge serve` goes through it before it makes anything, and `bridge check` by day.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bridge.config import Config
from bridge.config.document import Place
from bridge.errors import ConfigError, StorageRefused
from bridge.keys import load_keys, no_key_file, other_database
from bridge.store.conditions import look_at, words_of

Problem = tuple[Place, str]
Check = Callable[[Config], Iterator[Problem]]


def key_file(config: Config) -> Iterator[Problem]:
    """Whether a signing key exists or can be made, readable by its owner alone."""
    path, place = config.key_file, _place_of_key(config)
    if not path.exists():  # created on the first start, if it can be
        if folder := unwritable(path.parent):
            yield place, no_key_file(path, f"this user cannot write to {folder}")
        return
    try:
        load_keys(path)
    except ConfigError as error:
        yield place, str(error)


def database(config: Config, *, opens_next: bool = False) -> Iterator[Problem]:
    """Whether the database can be used by this version, and was begun with our key.

    `opens_next`: it is opened after this, which reads all of a file again and tells of whatever is wrong there.
    """
    url = config.database_url
    if url.get_backend_name() == "sqlite" and (folder := unwritable(Path(url.database or "").parent)):
        yield (
            ("server", "data_dir"),
            f"{folder} cannot be written by this user. Change its owner or name another",
        )
        return
    try:
        begun = look_at(url, whole=not opens_next)
    except StorageRefused as error:
        yield ("database",), str(error)
    except SQLAlchemyError as error:
        if opens_next:
            return
        shown = url.set(query={})  # the query may hold a password too
        words = words_of(error).removesuffix(".")
        yield ("database",), f"{shown} cannot be opened: {words}. Start it or correct the url"
    else:
        yield from _other_key(config, begun)


CONDITIONS: tuple[tuple[str, Check], ...] = (
    ("key_file", key_file),
    ("database", partial(database, opens_next=True)),
)


def refuse_to_start(config: Config) -> None:
    """Raises StorageRefused with everything that keeps the bridge from starting."""
    found = [what for _, check in CONDITIONS for _, what in check(config)]
    if found:
        raise StorageRefused("\n".join(found))


def unwritable(folder: Path) -> Path | None:
    """The folder, or the nearest above it that is there, if this user can make nothing in it."""
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    return None if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK) else nearest


def _other_key(config: Config, begun: frozenset[str]) -> Iterator[Problem]:
    """A key file that is missing, or another one, beside a database that was begun with a key."""
    path, place = config.key_file, _place_of_key(config)
    if not path.exists():
        if begun:
            yield place, f"{path}: missing, and the database was begun with a key. Restore its key file"
        return
    try:
        keys = load_keys(path)
    except ConfigError:
        return  # a finding of `key_file`
    if why := other_database(path, keys, begun):
        yield place, why


def _place_of_key(config: Config) -> Place:
    return "server", "key_file" if config.server.key_file else "data_dir"
