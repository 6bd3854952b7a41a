"""Rows of the outbox by hundreds: one statement over a list of rows, instead of one for each.

The list travels as JSON. The two databases differ in how they take it apart; SQLite must also be kept from the index
over `owner`, with which it reads all claims for each row.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Select, Text, bindparam, cast, func, select, text, update
from sqlalchemy.sql.elements import TextClause

from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Alert
from bridge.store.dialect import Utc, dumps, skip_locked
from bridge.store.prepared import Prepared, moment, stored
from bridge.store.tables import alerts, outbox
from bridge.store.transaction import ListStatement, Transaction

_UNDECIDED = ", ".join(f"'{state}'" for state in sorted(UNDECIDED))
_LETTER = ("n integer", "address text", "letter text", "refs text", "message_id text")
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
_ALERT = (
    "incident_id text",
    "source text",
    "fingerprint text",
    "status text",
    "labels jsonb",
    "annotations jsonb",
    "starts_at timestamptz",
    "ends_at timestamptz",
    "url text",
    "began_at timestamptz",
    "last_end timestamptz",
    "by_hand boolean",
    "as_of timestamptz",
    "end_note text",
    "words text",
    "digest text",
)
_PUT = """
    INSERT INTO alerts ({names})
    SELECT {names} FROM {rows} AS r WHERE true
    ON CONFLICT (incident_id, source, fingerprint) DO UPDATE SET {replaced}
"""
_ADD = """
    INSERT INTO outbox
        (notice_id, lane, kind, n, address, letter, detail, refs, message_id, state, due_at, updated_at)
    SELECT :notice_id, 'customers', 'letter', r.n, r.address, r.letter, '{{}}', r.refs, r.message_id,
        'queued', {now}, {now}
    FROM {rows} AS r WHERE true ON CONFLICT DO NOTHING
"""
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
"""
_IN_DOUBT = """
    SELECT id, fence FROM outbox, {rows} AS r
    WHERE outbox.id = r.row_id AND outbox.fence = r.of_fence AND {owner} = :me AND state = 'in_doubt'
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
    names = [name for name, _ in named]
    replaced = ", ".join(f"{name} = excluded.{name}" for name in names)
    return text(
        template.format(
            rows=rows, owner=owner, now=now, undecided=_UNDECIDED, names=", ".join(names), replaced=replaced
        )
    )


_EACH = func.json_each(bindparam("ids")).table_valued("value")
Letter = tuple[int, str, str, str, str]
"""To a customer: its number, the address, the frozen letter's key, the thread, the Message-ID."""


def _prepared(template: str, columns: Sequence[str]) -> Prepared:
    return Prepared(_statement(template, columns, "sqlite"), _statement(template, columns, "postgresql"))


_ADDED = _prepared(_ADD, _LETTER)
_MARKED = _prepared(_MARK, _RESULT)
_DOUBTED = _prepared(_MARK_IN_DOUBT, _CLAIM)
_DOUBTFUL = _prepared(_IN_DOUBT, _CLAIM)


PUT_ALERTS = ListStatement(
    alerts, {name: _statement(_PUT, _ALERT, name) for name in ("sqlite", "postgresql")}, key=3
)
"""Insert or replace these alerts."""


def alert_row(incident_id: str, alert: Alert, words: str, digest: str | None) -> tuple[Any, ...]:
    """A row of `PUT_ALERTS`, with the columns that are no part of the alert."""
    return (
        incident_id,
        alert.source,
        alert.fingerprint,
        alert.status,
        alert.labels,
        alert.annotations,
        stored(alert.starts_at),
        alert.ends_at and stored(alert.ends_at),
        alert.url,
        alert.began_at and stored(alert.began_at),
        alert.last_end and stored(alert.last_end),
        alert.by_hand,
        alert.as_of and stored(alert.as_of),
        alert.end_note,
        words,
        digest,
    )


def add_letters(tx: Transaction, notice_id: str, letters: Sequence[Letter]) -> None:
    """Queue these, due now; one that is there already stays as it is."""
    params = {"rows": dumps(letters), "notice_id": notice_id, "now": stored(tx.now)}
    tx.run(_ADDED, params)


def mark(tx: Transaction, rows: Sequence[Sequence[Any]], instance_id: str) -> None:
    """Write results: id, fence, state, reply, due, uncount, doubt, crash. A claim that was lost changes nothing."""
    params = {"rows": dumps(rows), "me": instance_id, "now": stored(tx.now)}
    tx.run(_MARKED, params)


def mark_in_doubt(
    tx: Transaction, claims: Sequence[tuple[int, int]], instance_id: str
) -> set[tuple[int, int]]:
    """Move (id, fence) from sending to in_doubt; returns those that are in doubt now."""
    asked = {"rows": dumps(claims), "me": instance_id}
    if tx.run(_DOUBTED, {**asked, "now": stored(tx.now)}).rowcount == len(claims):
        return set(claims)
    return {(row_id, fence) for row_id, fence in tx.run(_DOUBTFUL, asked).fetchall()}


def _packed(columns: Iterable[ColumnElement[Any]]) -> dict[str, Select[tuple[str]]]:
    """Rows as one text of JSON, in the words of each database; what is JSON itself is text in it.

    Taken apart by itself, each column of each row costs more. And with each row that SQLite steps to, the interpreter
    goes to another thread and back.
    """
    as_text = [cast(one, Text) if isinstance(one.type, JSON) else one for one in columns]
    return {
        "sqlite": select(func.json_group_array(func.json_array(*as_text))),
        "postgresql": select(cast(func.json_agg(func.json_build_array(*as_text)), Text)),
    }


class Fetch:
    """Rows of the outbox."""

    def __init__(self, which: ColumnElement[bool], columns: Sequence[Column[Any]]) -> None:
        packed = _packed(columns)
        self._rows = Prepared(packed["sqlite"].where(which), packed["postgresql"].where(which))
        self._readers = _readers(columns)

    def run(self, tx: Transaction, params: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """The rows, by the columns in their order."""
        return _unpacked(tx.run(self._rows, params).fetchone()[0], self._readers)


_Readers = Sequence[tuple[int, Callable[[str], Any]]]


def _readers(columns: Sequence[Column[Any]]) -> _Readers:
    """What takes the texts of these columns apart that are more than text."""
    found = [(place, _READS.get(type(column.type))) for place, column in enumerate(columns)]
    return [(place, reads) for place, reads in found if reads]


_READS: Mapping[type, Callable[[str], Any]] = {Utc: moment, JSON: json.loads}


def _unpacked(packed: str | None, readers: _Readers) -> Sequence[Sequence[Any]]:
    rows: list[list[Any]] = json.loads(packed or "[]")
    for place, reader in readers:
        read = cache(reader)  # the rows of a letter differ in little
        for row in rows:
            if row[place] is not None:
                row[place] = read(row[place])
    return rows


class UpdateAndFetch:
    """Changes rows of the outbox, and reads them as they are then. Built once, and run again and again."""

    def __init__(
        self, due: Select[tuple[int]], values: Mapping[str, Any], columns: Sequence[Column[Any]]
    ) -> None:
        taken = update(outbox).where(outbox.c.id.in_(skip_locked(due))).values(values).returning(*columns)
        # Where SQLite asks first, PostgreSQL does all at once.
        self._begin = Prepared(
            select(func.json_group_array(due.subquery().c.id)), _packed(taken.cte("taken").c)["postgresql"]
        )
        those = outbox.c.id.in_(select(_EACH.c.value))
        change = update(outbox).where(those).values(values)
        self._update = Prepared(change, change)
        self._fetch = Fetch(those, columns)
        self._readers = _readers(columns)

    def run(self, tx: Transaction, params: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """The rows that were changed, by the columns in their order."""
        found = tx.run(self._begin, params).fetchone()[0]
        if tx.connection.dialect.name != "sqlite":
            return _unpacked(found, self._readers)
        if found == "[]":
            return []
        tx.run(self._update, {**params, "ids": found})
        return self._fetch.run(tx, {"ids": found})
