"""A database as `bridge serve` is told of it, and what only a test does to it: ending a wait."""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import psycopg

_CLAIMED = "SELECT count(*) FROM outbox WHERE state IN ('sending', 'in_doubt')"
_END_WAITS = (
    "UPDATE outbox SET due_at = updated_at WHERE state = 'deferred'",
    # Killed twice in its last moment, a ring is in doubt and may not have come; the next one does, minutes later.
    "UPDATE rings SET due_at = planned_at WHERE state = 'pending' AND notice_id IN"
    " (SELECT notice_id FROM outbox WHERE kind = 'ring' AND state = 'unknown')",
)


@dataclass(frozen=True)
class Database:
    """`setting` is what bridge.yaml says: `sqlite`, in the data folder, or a URL."""

    setting: str
    data_dir: Path

    def claimed(self) -> int:
        """How many mails some instance, or a dead one, has in its hands."""
        if self.setting != "sqlite":
            with psycopg.connect(self.setting) as server:
                return int(server.execute(_CLAIMED).fetchall()[0][0])
        with contextlib.closing(sqlite3.connect(self.data_dir / "bridge.sqlite3")) as file:
            return int(file.execute(_CLAIMED).fetchone()[0])

    def let_waits_end(self) -> None:
        """As if the minutes had gone by until deferred mails are tried again, and whoever may not have been rung is.

        The bridge must not run on SQLite.
        """
        if self.setting != "sqlite":
            with psycopg.connect(self.setting) as server:
                for statement in _END_WAITS:
                    server.execute(statement)
            return
        with contextlib.closing(sqlite3.connect(self.data_dir / "bridge.sqlite3")) as file:
            for statement in _END_WAITS:
                file.execute(statement)
            file.commit()
