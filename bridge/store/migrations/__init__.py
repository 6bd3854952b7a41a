"""The schema, step by step: Alembic revisions, run by the bridge itself in one transaction.

A new step: change tables.py, then `python -m bridge.store.migrations.new "why"`, then read what it wrote.

Alembic is imported when there is a step to take: a start with nothing to do, and an empty database, which gets
today's tables at once, would wait for it longer than for all the rest of the store.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, select

from bridge.errors import StorageRefused
from bridge.store.dialect import VERSION_TABLE
from bridge.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

_ONE_AT_A_TIME = Lock()  # Alembic's `op` and `context` belong to the whole process
_FOLDER = Path(__file__).parent
# As Alembic makes it (alembic.runtime.migration, `MigrationContext`).
_VERSION = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which schema to which; `before` is null for an empty database."""

    before: str | None
    after: str


def alembic_config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def refuse_unusable_schema(connection: Connection) -> str | None:
    """The database's schema, null when there is none. Raises StorageRefused for one that `migrate` would refuse."""
    current = check_version(connection)
    if current is None:
        _refuse_foreign(connection)
    elif current == newest():
        _refuse_incomplete(connection)
    return current


def migrate(connection: Connection) -> Migrated:
    """Brings the schema to this version's, inside the caller's transaction, which holds the lock "schema".

    Raises StorageRefused when the database is a newer version's, is not ours, or is damaged.
    """
    before, after = check_version(connection), newest()
    if before is None:
        _refuse_foreign(connection)
        metadata.create_all(connection)
        _VERSION.create(connection, checkfirst=True)
        connection.execute(_VERSION.insert(), {"version_num": after})
    elif before != after:
        step_by_step(connection)
    _refuse_incomplete(connection)
    return Migrated(before, after)


def step_by_step(connection: Connection) -> None:
    """Take every step that the database has not taken."""
    from alembic import command

    with _ONE_AT_A_TIME:
        command.upgrade(alembic_config(connection), "head")


def newest() -> str:
    """The schema that this version of the bridge works with."""
    return _known()[-1]


def _known() -> list[str]:
    """The schemas of this version and those before it: the name of a step's file begins with its number."""
    return sorted(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def check_version(connection: Connection) -> str | None:
    """The database's schema, null when there is none. Raises StorageRefused for one of a newer version."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    current: str | None = connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()
    if current is not None and current not in _known():
        raise StorageRefused(
            f"the database has schema {current}, of a newer version of the bridge; this one knows "
            f"{newest()} at most. Run the newer version, or restore a backup from before its first start"
        )
    return current


def _refuse_foreign(connection: Connection) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if taken:
        raise StorageRefused(
            f"the database holds tables of our names, but no schema version: {', '.join(taken)}. "
            "Name an empty database, or restore this one from a backup"
        )


def _refuse_incomplete(connection: Connection) -> None:
    present = {
        f"{table}.{column['name']}"
        for (_, table), columns in inspect(connection).get_multi_columns().items()
        for column in columns
    }
    wanted = {str(column) for table in metadata.tables.values() for column in table.columns}
    missing = sorted(wanted - present)
    if missing:
        raise StorageRefused(
            f"the database's schema is damaged: {', '.join(missing)} is missing. Restore it from a backup"
        )
