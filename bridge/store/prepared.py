"""Statements that a sending runs for each handful of letters: built once, and on SQLite run past SQLAlchemy.

What SQLAlchemy does for one statement costs more there than what SQLite does for a hundred rows.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from sqlite3 import Connection as Driver
from typing import Any, Protocol

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.sql.elements import ClauseElement, TextClause

from bridge.store.dialect import dumps

_SQLITE = SQLiteDialect(paramstyle="named")


class Rows(Protocol):
    """What a statement came to."""

    @property
    def rowcount(self) -> int: ...

    def fetchall(self) -> Sequence[Any]: ...

    def fetchone(self) -> Any: ...


class Prepared:
    """One statement. On SQLite its rows are as SQLite has them: JSON and times are text."""

    def __init__(self, on_sqlite: ClauseElement, elsewhere: Executable) -> None:
        """The two may be one and the same."""
        self._elsewhere = elsewhere
        compiled = on_sqlite.compile(dialect=_SQLITE)
        text = isinstance(on_sqlite, TextClause)
        self._text = on_sqlite.text if isinstance(on_sqlite, TextClause) else str(compiled)
        self._constants: Mapping[str, Any] = {} if text else compiled.params

    def run(self, connection: Connection, params: Mapping[str, Any]) -> Rows:
        """Whoever listens to the connection's statements hears of it on SQLite, too."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._elsewhere, params)
        driver = connection.connection.driver_connection
        assert isinstance(driver, Driver)
        stored = {name: _stored(value) for name, value in params.items()}
        values = {**self._constants, **stored}
        for hears in connection.dispatch.before_cursor_execute:
            hears(connection, None, self._text, values, None, False)
        return driver.execute(self._text, values)


def stored(at: datetime) -> str:
    """A time as both databases take it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(value: str | datetime | None) -> datetime | None:
    """The time that a statement of these returned."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return stored(value)
    return dumps(value) if isinstance(value, list) else value
