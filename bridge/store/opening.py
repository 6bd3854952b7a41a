"""Opening the database: whether it may be used at all, and bringing it to this version's schema."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, make_url

from bridge.errors import StorageRefused
from bridge.store.dialect import Dialect, Postgresql, Sqlite
from bridge.store.tables import metadata


@dataclass(frozen=True, slots=True)
class Database:
    """An open database and how to let go of it."""

    engine: Engine
    dialect: Dialect
    close: Callable[[], None]


def open_database(url: str | URL) -> Database:
    url = make_url(url)
    match url.get_backend_name():
        case "sqlite":
            path = Path(url.database or "")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            dialect: Dialect = Sqlite(path)
        case "postgresql":
            dialect = Postgresql(url)
        case other:
            raise StorageRefused(
                f"{other} is not a database the bridge knows. Use sqlite or postgresql://..."
            )
    engine = dialect.engine()
    with engine.connect().execution_options(purpose="write") as connection, connection.begin():
        metadata.create_all(connection)
    return Database(engine, dialect, engine.dispose)
