"""Alembic's entry: runs the revisions over the connection that `migrate` or `write_revision` hands in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from bridge.store.dialect import VERSION_TABLE, Json, Utc
from bridge.store.tables import metadata


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Writes our own column types by their names."""
    if kind != "type" or not (item is Json or isinstance(item, Utc)):
        return False
    autogen.imports.add("from bridge.store.dialect import Json, Utc")
    return "Json" if item is Json else "Utc"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_item=render_item,
)
context.run_migrations()
