"""The timer looks only at incidents that changed, or whose time has come."""

import sqlalchemy as sa
from alembic import op

from bridge.store.dialect import Utc

revision = "0010"
down_revision = "0009"

_UNFINISHED = sa.text("state != 'closed'")


def upgrade() -> None:
    op.add_column("incidents", sa.Column("look_at", Utc(), nullable=True))
    op.add_column("incidents", sa.Column("changes", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_incidents_look_at",
        "incidents",
        ["look_at"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
