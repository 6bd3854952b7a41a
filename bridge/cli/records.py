"""What `bridge check` reads in the records of the bridge, beside one that may be running."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bridge import clock
from bridge.config import Config
from bridge.errors import BridgeError
from bridge.keys import load_keys
from bridge.store.read_only import read_only
from bridge.store.tx import Tx

T = TypeVar("T")


def recorded(config: Config, query: Callable[[Tx], T]) -> T | None:
    """What the database tells; None while there is none, or none that can be read: another check says so."""
    url = config.database_url
    if not config.key_file.exists():  # reading it would make one
        return None
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    try:
        keys = load_keys(config.key_file).audit
        with read_only(url, clock.now) as (connection, now):
            return query(Tx(connection, now, keys))
    except (BridgeError, OSError):
        return None
