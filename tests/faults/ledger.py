"""What a test reads in the outbox, or does to it, below the bridge; which must not be running on SQLite."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any

import psycopg

from tests.parts.databases import Database


def rests(database: Database) -> dict[str, timedelta]:
    """How long each deferred letter waits, from its last answer to its next try, by address."""
    rows = _ask(database, "SELECT address, updated_at, due_at FROM outbox WHERE state = 'deferred'")
    return {address: _moment(due) - _moment(updated) for address, updated, due in rows}


def misplace_the_letter(database: Database, address: str) -> None:
    """The row of one customer names a letter that is not there: whoever composes it fails."""
    change = f"UPDATE outbox SET letter = 'nowhere' WHERE address = '{address}' RETURNING id"
    assert len(_ask(database, change)) == 1


def as_if_crashed(database: Database, address: str, times: int) -> None:
    """As if the bridge had failed on one customer's letter so often, and its wait were over."""
    change = (
        f"UPDATE outbox SET crashes = {times}, due_at = updated_at WHERE address = '{address}' RETURNING id"
    )
    assert len(_ask(database, change)) == 1


def _ask(database: Database, statement: str) -> list[tuple[Any, ...]]:
    if database.setting != "sqlite":
        with psycopg.connect(database.setting) as server:
            return server.execute(statement.encode()).fetchall()
    file = sqlite3.connect(database.data_dir / "bridge.sqlite3")
    try:
        with file:
            return file.execute(statement).fetchall()
    finally:
        file.close()


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
