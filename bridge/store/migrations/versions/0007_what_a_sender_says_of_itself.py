"""When the sender said what it says of an alert, and why an alert ended without a measurement."""

import sqlalchemy as sa
from alembic import op

from bridge.store.dialect import Utc

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("as_of", Utc(), nullable=True))
    op.add_column("alerts", sa.Column("end_note", sa.Text(), server_default="", nullable=False))
