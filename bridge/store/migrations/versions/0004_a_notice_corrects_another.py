"""A notice may correct an earlier one, and go to those whom that one reached."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("notices", sa.Column("corrects", sa.Text(), nullable=True))
    op.add_column("notices", sa.Column("corrected_by", sa.Text(), nullable=True))
    op.add_column("notices", sa.Column("retracts", sa.Boolean(), server_default=sa.false(), nullable=False))
