"""Reading a database from another process than the bridge's: nothing is written, locked or migrated."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from bridge.errors import StorageDown
from bridge.store.dialect import Dialect
from bridge.store.sqlite import Sqlite


def read_only_engine(url: URL) -> Engine:
    """An engine that cannot write: SQLite opened so, PostgreSQL by the purpose of its transactions."""
    if url.get_backend_name() != "sqlite":
        from bridge.store.postgresql import Postgresql  # its driver costs those nothing who have SQLite

        return Postgresql(url).engine()
    path = Path(url.database or "")
    dialect: Dialect = Sqlite(path)
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True),
        execution_options={"dialect": dialect},
    )


@contextmanager
def read_only(url: URL, clock: Callable[[], datetime]) -> Iterator[tuple[Connection, datetime]]:
    """One reading transaction and its moment. Raises StorageDown when the database cannot be read."""
    engine = read_only_engine(url)
    try:
        with engine.connect() as connection:
            connection.execution_options(purpose="read")
            with connection.begin():
                yield connection, clock()
    except SQLAlchemyError as error:
        words = " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())
        raise StorageDown(f"{url.render_as_string()} cannot be read: {words}") from None
    finally:
        engine.dispose()
