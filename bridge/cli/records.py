"""What `bridge check` reads in the records of the bridge, once, beside one that may be running."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bridge import clock
from bridge.config import Config
from bridge.core.drill import Drill
from bridge.core.watchdog import SenderState
from bridge.errors import BridgeError
from bridge.keys import load_keys
from bridge.stages.watch import senders
from bridge.store.read_only import read_only
from bridge.store.tx import Tx


@dataclass(frozen=True, slots=True)
class CheckedRecords:
    """What the database tells `at` that moment. `drills`: the last of each service, by service."""

    at: datetime
    senders: tuple[SenderState, ...]
    drills: Mapping[str, Drill]


def read_records(config: Config) -> CheckedRecords | None:
    """None while there is no database, or none that can be read: another check says so."""
    url = config.database_url
    if not config.key_file.exists():  # reading it would make one
        return None
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    try:
        keys = load_keys(config.key_file).audit
        with read_only(url, clock.now) as (connection, now):
            tx = Tx(connection, now, keys)
            return CheckedRecords(now, tuple(senders(tx, config)), tx.drills.last_of_each())
    except (BridgeError, OSError):
        return None
