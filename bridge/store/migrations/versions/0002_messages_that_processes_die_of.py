"""How many processes died with a message in their hands."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("crashes", sa.Integer(), server_default="0", nullable=False))
