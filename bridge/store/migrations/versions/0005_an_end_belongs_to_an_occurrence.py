"""An alert fires and ends more than once, and a person may end it by hand."""

import sqlalchemy as sa
from alembic import op

from bridge.store.dialect import Utc

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("began_at", Utc(), nullable=True))
    op.add_column("alerts", sa.Column("last_end", Utc(), nullable=True))
    op.add_column("alerts", sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False))
