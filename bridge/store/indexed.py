"""Conditions written as the partial indexes have them, so that a database sees that an index holds what is asked for.

SQLite takes no such index for a value that is sent as a parameter, and then reads every row that was ever written.
"""

from typing import Any

from sqlalchemy import ColumnClause, literal_column, not_

from bridge.store.tables import incidents, notices, outbox


def written(*values: str) -> list[ColumnClause[Any]]:
    """The right side of an IN, written into the statement once and for all."""
    return [literal_column(f"'{value}'") for value in values]


# Of the outbox: what a lane may claim, and what one has claimed.
WAITING = outbox.c.state.in_(written("queued", "deferred"))
CLAIMED = outbox.c.state.in_(written("sending", "in_doubt"))
# Of the notices: those that wait for people, for their hold or for the mail server.
OPEN_NOTICE = not_(notices.c.state.in_(written("sent", "dismissed", "superseded")))
# Of the incidents: those that are not closed.
UNFINISHED = incidents.c.state != literal_column("'closed'")
