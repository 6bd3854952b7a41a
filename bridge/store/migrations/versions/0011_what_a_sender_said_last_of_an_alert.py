"""What a sender said last of an alert, so that the same again is known without reading the alert."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("digest", sa.Text(), nullable=True))
