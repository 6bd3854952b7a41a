"""The counts of finished letters are kept; incidents are found by their service, also after thousands of them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_UNFINISHED = sa.text("state != 'closed'")
_COUNTED = """
    INSERT INTO delivery_counts (notice_id, state, n)
    SELECT outbox.notice_id, outbox.state, count(*) FROM outbox JOIN notices ON notices.id = outbox.notice_id
    WHERE outbox.lane = 'customers' AND notices.state = 'sent' GROUP BY outbox.notice_id, outbox.state
"""
_SUMMED = "INSERT INTO delivery_totals (state, n) SELECT state, sum(n) FROM delivery_counts GROUP BY state"


def upgrade() -> None:
    _count()
    op.drop_index("ix_incidents_follow_up", table_name="incidents")
    op.create_index("ix_incidents_service", "incidents", ["service", "received_at", "id"])
    op.create_index(
        "ix_incidents_unfinished",
        "incidents",
        ["service", "received_at"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )


def _count() -> None:
    op.create_table(
        "delivery_counts",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_delivery_counts_notice_id"),
        sa.PrimaryKeyConstraint("notice_id", "state", name="pk_delivery_counts"),
    )
    op.create_table(
        "delivery_totals",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_delivery_totals"),
    )
    op.execute(_COUNTED)
    op.execute(_SUMMED)
