"""An alert fires and ends more than once, a person may end it by hand, and its words for customers are asked for."""

import sqlalchemy as sa
from alembic import op

from bridge.store.alerts import words_of
from bridge.store.dialect import Json, Utc

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("began_at", Utc(), nullable=True))
    op.add_column("alerts", sa.Column("last_end", Utc(), nullable=True))
    op.add_column("alerts", sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("alerts", sa.Column("words", sa.Text(), server_default="{}", nullable=False))
    _fill_words()


def _fill_words() -> None:
    alerts = sa.table(
        "alerts",
        sa.column("incident_id"),
        sa.column("source"),
        sa.column("fingerprint"),
        sa.column("annotations", Json),
        sa.column("words"),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(alerts)).all():
        if (words := words_of(row.annotations)) != "{}":
            key = (
                alerts.c.incident_id == row.incident_id,
                alerts.c.source == row.source,
                alerts.c.fingerprint == row.fingerprint,
            )
            connection.execute(sa.update(alerts).where(*key).values(words=words))
