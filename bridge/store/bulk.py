"""Claims moved on by hundreds: one statement over a list of rows, instead of one for each.

The list travels as JSON. The two databases differ in how they take it apart; SQLite must also be kept from the index
over `owner`, with which it reads all claims for each row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.sql.elements import TextClause

from bridge.core.lifecycle import UNDECIDED
from bridge.store.dialect import dumps
from bridge.store.transaction import Transaction

_UNDECIDED = ", ".join(f"'{state}'" for state in sorted(UNDECIDED))
_CLAIM = ("row_id bigint", "of_fence integer")
_RESULT = (
    *_CLAIM,
    "to_state text",
    "words text",
    "due timestamptz",
    "uncount integer",
    "doubt integer",
    "crash integer",
)
_MARK = """
    UPDATE outbox SET state = r.to_state, reply = r.words, due_at = r.due, attempts = attempts - r.uncount,
        ambiguous = ambiguous + r.doubt, crashes = crashes + r.crash, owner = NULL, updated_at = {now}
    FROM {rows} AS r
    WHERE outbox.id = r.row_id AND outbox.fence = r.of_fence AND {owner} = :me AND state IN ('sending', 'in_doubt')
"""
_MARK_IN_DOUBT = """
    UPDATE outbox SET state = 'in_doubt', updated_at = {now}
    FROM {rows} AS r
    WHERE outbox.id = r.row_id AND outbox.fence = r.of_fence AND {owner} = :me AND state = 'sending'
        AND (lane = 'oncall' AND kind <> 'ring' OR EXISTS (
            SELECT 1 FROM notices AS n WHERE n.id = outbox.notice_id AND (
                outbox.lane = 'customers' AND n.state = 'sending'
                OR outbox.kind = 'ring' AND n.state IN ({undecided}))))
    RETURNING id, fence
"""


def _statement(template: str, columns: Sequence[str], dialect: str) -> TextClause:
    named = [column.split() for column in columns]
    if dialect == "sqlite":
        taken = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, (name, _) in enumerate(named))
        rows = f"(SELECT {taken} FROM json_each(:rows))"  # noqa: S608  names of ours
        owner, now = "+outbox.owner", ":now"
    else:
        taken = ", ".join(f"CAST(value ->> {n} AS {kind}) AS {name}" for n, (name, kind) in enumerate(named))
        rows = f"(SELECT {taken} FROM jsonb_array_elements(CAST(:rows AS jsonb)))"  # noqa: S608
        owner, now = "outbox.owner", "CAST(:now AS timestamptz)"
    return text(template.format(rows=rows, owner=owner, now=now, undecided=_UNDECIDED))


_DIALECTS = ("sqlite", "postgresql")
_MARKS = {name: _statement(_MARK, _RESULT, name) for name in _DIALECTS}
_DOUBTS = {name: _statement(_MARK_IN_DOUBT, _CLAIM, name) for name in _DIALECTS}


def stored(at: datetime) -> str:
    """A time as both databases take it."""
    return at.isoformat(timespec="microseconds")


def mark(tx: Transaction, rows: Sequence[Sequence[Any]], instance_id: str) -> None:
    """Write results: id, fence, state, reply, due, uncount, doubt, crash. A claim that was lost changes nothing."""
    params = {"rows": dumps(rows), "me": instance_id, "now": stored(tx.now)}
    tx.execute(_MARKS[tx.connection.dialect.name], params)


def mark_in_doubt(
    tx: Transaction, claims: Sequence[tuple[int, int]], instance_id: str
) -> set[tuple[int, int]]:
    """Move (id, fence) from sending to in_doubt; returns those that did."""
    params = {"rows": dumps(claims), "me": instance_id, "now": stored(tx.now)}
    return {(row.id, row.fence) for row in tx.execute(_DOUBTS[tx.connection.dialect.name], params)}
