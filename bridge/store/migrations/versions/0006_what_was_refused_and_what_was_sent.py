"""Mails to the on-call about no notice; why an alert was ignored; when a sending's first round was over."""

import sqlalchemy as sa
from alembic import op

from bridge.store.dialect import Json, Utc

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("notices", sa.Column("first_round_at", Utc(), nullable=True))
    op.add_column("notices", sa.Column("last_accept_at", Utc(), nullable=True))
    op.add_column("ignored", sa.Column("labels", Json, nullable=True))
    op.add_column("ignored", sa.Column("nearest", Json, nullable=True))
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("notice_id", existing_type=sa.Text(), nullable=True)
