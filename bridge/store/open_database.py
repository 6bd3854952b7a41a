"""Opening the database: whether it may be used at all, and bringing it to this version's schema."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bridge.errors import StorageDown, StorageRefused
from bridge.log import Logger
from bridge.store.conditions import refuse_unfit
from bridge.store.dialect import Dialect, postgresql
from bridge.store.migrations import Migrated, migrate
from bridge.store.sqlite import Sqlite
from bridge.store.sqlite_file import SqliteFile

log = Logger(__name__)

_SETTINGS = """
    SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes')
"""
_CORRUPT = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
_READ_ONLY = {"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH"}


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """An open database, what opening did to its schema, and how to let go of it."""

    engine: Engine
    dialect: Dialect
    migrated: Migrated
    close: Callable[[], None]


def open_database(url: str | URL) -> OpenDatabase:
    """`sqlite:///path` or `postgresql://...`. Raises StorageRefused or, out of reach, StorageDown."""
    url = make_url(url)
    match url.get_backend_name():
        case "sqlite":
            return _open_sqlite(Path(url.database or ""))
        case "postgresql":
            return _open_postgresql(url)
        case other:
            raise StorageRefused(
                f"{other} is not a database that the bridge knows: sqlite or postgresql://..."
            )


def _open_sqlite(path: Path) -> OpenDatabase:
    file = SqliteFile(path)
    dialect = Sqlite(path, file.identity)
    engine = dialect.engine()

    def close() -> None:
        engine.dispose()
        file.release()

    try:
        migrated = _prepare(engine, dialect)
        file.mark_created()
    except Exception as error:
        close()
        raise _explained(error, str(path)) from None
    return OpenDatabase(engine, dialect, migrated, close)


def _open_postgresql(url: URL) -> OpenDatabase:
    dialect = postgresql(url)
    engine = dialect.engine()
    try:
        migrated = _prepare(engine, dialect, _warn_unsafe)
    except Exception as error:
        engine.dispose()
        raise _explained(error, f"PostgreSQL database {url.database}") from None
    return OpenDatabase(engine, dialect, migrated, engine.dispose)


def _prepare(
    engine: Engine, dialect: Dialect, inspect: Callable[[Connection], None] | None = None
) -> Migrated:
    """Looks at the database, then migrates it while every other instance waits."""
    with engine.connect() as connection:
        connection.execution_options(purpose="migrate")
        with connection.begin():
            refuse_unfit(connection)
            if inspect is not None:
                inspect(connection)
            dialect.lock(connection, ("schema",), wait=True)
            migrated = migrate(connection)
    if migrated.before not in (None, migrated.after):
        log.info("migrated", before=migrated.before, after=migrated.after)
    return migrated


def _warn_unsafe(connection: Connection) -> None:
    """Warn of settings with which the server may lose commits. Its owner may choose them, but should know."""
    for row in connection.exec_driver_sql(_SETTINGS):
        if row.setting == "off":
            log.warning(
                "database_unsafe",
                setting=f"{row.name} = off",
                risk="a power cut can lose acknowledged alerts",
            )


def _explained(error: Exception, where: str) -> Exception:
    """The error in words for people. Only the driver's own words are kept: a DSN holds a password."""
    if isinstance(error, StorageRefused) and where not in str(error):
        return StorageRefused(f"{where}: {error}")
    if not isinstance(error, SQLAlchemyError):
        return error
    cause = (isinstance(error, DBAPIError) and error.orig) or error
    words = " ".join(str(cause).split())
    name = str(getattr(cause, "sqlite_errorname", ""))
    if name in _CORRUPT:
        return StorageRefused(f"{where} is corrupt ({words}). Restore it from a backup")
    if name in _READ_ONLY:
        return StorageRefused(f"{where} cannot be written ({words}). Check the permissions of its folder")
    return StorageDown(f"{where} cannot be opened now: {words}")
