"""An incident may be a drill."""

import sqlalchemy as sa
from alembic import op

from bridge.store.dialect import Utc

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("incidents", sa.Column("mode", sa.Text(), server_default="real", nullable=False))
    op.create_table(
        "drills",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("ring_at", Utc(), nullable=False),
        sa.Column("surprise", sa.Text(), nullable=True),
        sa.Column("began_at", Utc(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drills")),
    )
