"""The schema, step by step: Alembic revisions, run by the bridge itself in one transaction.

A new step: change tables.py, then `python -m bridge.store.migrations.new "why"`, then read what it wrote.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from bridge.errors import StorageRefused
from bridge.store.dialect import VERSION_TABLE
from bridge.store.tables import metadata

_ONE_AT_A_TIME = Lock()  # Alembic's `op` and `context` belong to the whole process


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which schema to which; `before` is null for an empty database."""

    before: str | None
    after: str


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def refuse_unusable_schema(connection: Connection) -> str | None:
    """The database's schema, null when there is none. Raises StorageRefused for one that `migrate` would refuse."""
    current = check_version(connection)
    if current is None:
        _refuse_foreign(connection)
    elif current == newest(connection):
        _refuse_incomplete(connection)
    return current


def migrate(connection: Connection) -> Migrated:
    """Brings the schema to this version's, inside the caller's transaction, which holds the lock "schema".

    Raises StorageRefused when the database is a newer version's, is not ours, or is damaged.
    """
    config = alembic_config(connection)
    before, after = check_version(connection), newest(connection)
    if before is None:
        _refuse_foreign(connection)
    if before != after:
        with _ONE_AT_A_TIME:
            command.upgrade(config, "head")
    _refuse_incomplete(connection)
    return Migrated(before, after)


def newest(connection: Connection) -> str:
    """The schema that this version of the bridge works with."""
    head = ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
    assert head is not None
    return head


def check_version(connection: Connection) -> str | None:
    """The database's schema, null when there is none. Raises StorageRefused for one of a newer version."""
    script = ScriptDirectory.from_config(alembic_config(connection))
    current = MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE}
    ).get_current_revision()
    known = [revision.revision for revision in script.walk_revisions()]
    if current is not None and current not in known:
        raise StorageRefused(
            f"the database has schema {current}, of a newer version of the bridge; this one knows "
            f"{known[0]} at most. Run the newer version, or restore a backup from before its first start"
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
