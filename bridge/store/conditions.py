"""What a database must be before the bridge works with it: one list, for opening it and for looking at it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sqlalchemy import URL, Connection, select
from sqlalchemy.exc import SQLAlchemyError

from bridge.errors import StorageRefused
from bridge.store.migrations import refuse_unusable_schema
from bridge.store.read_only import read_only_engine
from bridge.store.sqlite_file import refuse_unfit_file
from bridge.store.tables import meta


def refuse_unfit(connection: Connection) -> None:
    """Raises StorageRefused for a database that is corrupt, or that cannot hold letters."""
    for condition in _CONDITIONS[connection.dialect.name]:
        condition(connection)


def look_at(url: URL, *, whole: bool = True) -> frozenset[str]:
    """The ids of the keys that a database was begun with; none for one that is not begun.

    `whole`: also whether a file is corrupt, which reads all of it.

    Changes nothing, and waits for nobody. Raises StorageRefused where opening the database would, and
    SQLAlchemyError where it cannot be reached.
    """
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        refuse_unfit_file(path)
        if not path.exists():
            return frozenset()
    engine = read_only_engine(url)
    try:
        with engine.connect() as connection, connection.execution_options(purpose="read").begin():
            if whole or url.get_backend_name() != "sqlite":
                refuse_unfit(connection)
            if refuse_unusable_schema(connection) is None:
                return frozenset()
            begun = connection.execute(select(meta.c.value).where(meta.c.key == "key")).scalar_one_or_none()
            return frozenset((begun or "").split())
    finally:
        engine.dispose()


def words_of(error: SQLAlchemyError) -> str:
    """The driver's own words on one line: SQLAlchemy's may repeat the url, and a password with it."""
    return " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())


def _corrupt(connection: Connection) -> None:
    finding = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if finding != "ok":
        raise StorageRefused(f"the database is corrupt: {finding}. Restore it from a backup")


def _encoding(connection: Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise StorageRefused(
            f"the database's encoding is {encoding}: letters need one created with UTF8. "
            "Make it anew: createdb -E UTF8 -T template0 -O bridge bridge"
        )


_CONDITIONS: Mapping[str, Iterable[Callable[[Connection], None]]] = {
    "sqlite": (_corrupt,),
    "postgresql": (_encoding,),
}
