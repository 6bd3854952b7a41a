"""A database as `bridge serve` is told of it, and what only a test does to it: ending a wait."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import psycopg

_END_WAITS = "UPDATE outbox SET due_at = updated_at WHERE state = 'deferred'"


@dataclass(frozen=True)
class Database:
    """`setting` is what bridge.yaml says: `sqlite`, in the data folder, or a URL."""

    setting: str
    data_dir: Path

    def let_waits_end(self) -> None:
        """As if the minutes had gone by until deferred mails are tried again. The bridge must not run on SQLite."""
        if self.setting != "sqlite":
            with psycopg.connect(self.setting) as server:
                server.execute(_END_WAITS)
            return
        with sqlite3.connect(self.data_dir / "bridge.sqlite3") as file:
            file.execute(_END_WAITS)
        file.close()
