"""What was read out of the history is in columns; the outbox's state `eod` is called `in_doubt`."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from bridge.store.dialect import Json, Utc

revision = "0003"
down_revision = "0002"

incidents = sa.table(
    "incidents",
    sa.column("id"),
    sa.column("resolved_at", Utc()),
    sa.column("truncated"),
    sa.column("ended_by"),
    sa.column("firing_at_end"),
)
notices = sa.table(
    "notices",
    sa.column("id"),
    sa.column("kind"),
    sa.column("state"),
    sa.column("superseded_by"),
    sa.column("closed_reason"),
)
versions = sa.table(
    "versions",
    sa.column("notice_id"),
    sa.column("version"),
    sa.column("edited_by"),
    sa.column("facts", Json),
    sa.column("origin"),
    sa.column("template_problem"),
    sa.column("batch", Json),
)
events = sa.table(
    "events",
    sa.column("incident_id"),
    sa.column("seq"),
    sa.column("at", Utc()),
    sa.column("actor"),
    sa.column("action"),
    sa.column("detail", Json),
)
outbox = sa.table("outbox", sa.column("state"))

Rows = list[dict[str, Any]]  # the parameters of an UPDATE, one dict a row


def upgrade() -> None:
    op.add_column("incidents", sa.Column("truncated", sa.Integer(), server_default="0", nullable=False))
    op.add_column("incidents", sa.Column("ended_by", sa.Text(), nullable=True))
    op.add_column("incidents", sa.Column("firing_at_end", sa.Integer(), nullable=True))
    op.add_column("notices", sa.Column("closed_reason", sa.Text(), nullable=True))
    op.add_column("versions", sa.Column("origin", sa.Text(), server_default="bridge", nullable=False))
    op.add_column("versions", sa.Column("template_problem", sa.Text(), nullable=True))
    op.add_column("versions", sa.Column("batch", Json, nullable=True))
    connection = op.get_bind()
    fill_truncated(connection)
    fill_ends(connection)
    fill_closed_reasons(connection)
    fill_origins(connection)
    move_batches(connection)
    rename_eod(connection)


def fill_truncated(connection: sa.Connection) -> None:
    """The most alerts that a source left out of one post."""
    most: dict[str, int] = {}
    for row in history(connection, "alerts"):
        most[row.incident_id] = max(most.get(row.incident_id, 0), row.detail.get("truncated", 0))
    found = [{"b_id": incident_id, "truncated": n} for incident_id, n in most.items() if n]
    set_in(connection, incidents, found, "id")


def fill_ends(connection: sa.Connection) -> None:
    """Who ended an incident by hand; not where it fired again, or ended by itself, after that."""
    ended_at = {
        row.id: row.resolved_at
        for row in connection.execute(sa.select(incidents.c.id, incidents.c.resolved_at))
    }
    found = [
        {"b_id": row.incident_id, "ended_by": row.actor, "firing_at_end": row.detail.get("firing", 0)}
        for row in history(connection, "ended_by_hand")
        if row.at == ended_at[row.incident_id]
    ]
    set_in(connection, incidents, found, "id")


def fill_closed_reasons(connection: sa.Connection) -> None:
    """A notice without a successor was given up because the alerts fired again."""
    closed = sa.update(notices).where(notices.c.state == "superseded")
    connection.execute(
        closed.values(
            closed_reason=sa.case((notices.c.superseded_by.is_(None), "fires_again"), else_="replaced")
        )
    )


def fill_origins(connection: sa.Connection) -> None:
    """Who wrote a version, and what was wrong with its template; a person's wording keeps the problem of before."""
    answered = {version_of(row) for row in history(connection, "edited") if row.detail.get("rendered")}
    failed = {version_of(row): row.detail["problem"] for row in history(connection, "template_failed")}
    query = sa.select(versions.c.notice_id, versions.c.version, versions.c.edited_by)
    found: Rows = []
    problems: dict[str, str | None] = {}  # of each notice's last version so far
    for row in connection.execute(query.order_by(versions.c.notice_id, versions.c.version)):
        key = (row.notice_id, row.version)
        origin = "bridge" if row.edited_by is None else "answers" if key in answered else "person"
        problem = problems.get(row.notice_id) if origin == "person" else failed.get(key)
        problems[row.notice_id] = problem
        if origin != "bridge" or problem:
            found.append(
                {"b_notice_id": key[0], "b_version": key[1], "origin": origin, "template_problem": problem}
            )
    set_in(connection, versions, found, "notice_id", "version")


def move_batches(connection: sa.Connection) -> None:
    """An individual batch's rows and letters stood among its facts."""
    query = sa.select(versions.c.notice_id, versions.c.version, versions.c.facts)
    batches = query.join(notices, notices.c.id == versions.c.notice_id).where(notices.c.kind == "individual")
    found: Rows = []
    for row in connection.execute(batches):
        facts = {key: value for key, value in row.facts.items() if key not in ("rows", "letters")}
        batch = {"rows": row.facts["rows"], "letters": row.facts["letters"]}
        found.append({"b_notice_id": row.notice_id, "b_version": row.version, "facts": facts, "batch": batch})
    set_in(connection, versions, found, "notice_id", "version")


def rename_eod(connection: sa.Connection) -> None:
    connection.execute(sa.update(outbox).where(outbox.c.state == "eod").values(state="in_doubt"))
    op.drop_index("ix_outbox_claimed", table_name="outbox")
    op.create_index(
        "ix_outbox_claimed",
        "outbox",
        ["owner"],
        unique=False,
        sqlite_where=sa.text("state IN ('sending', 'in_doubt')"),
        postgresql_where=sa.text("state IN ('sending', 'in_doubt')"),
    )


def history(connection: sa.Connection, action: str) -> Iterator[Any]:
    """Every event of this action, in the order in which they happened to each incident."""
    query = sa.select(events).where(events.c.action == action)
    yield from connection.execute(query.order_by(events.c.incident_id, events.c.seq))


def version_of(event: Any) -> tuple[str, int]:
    return event.detail["notice"], event.detail["version"]


def set_in(connection: sa.Connection, table: sa.TableClause, rows: Rows, *keys: str) -> None:
    """Write each of these rows' values. `b_` and a key's name stand for what the row is found by."""
    if rows:
        where = [table.c[key] == sa.bindparam(f"b_{key}") for key in keys]
        values = {
            name: sa.bindparam(name, type_=table.c[name].type)
            for name in rows[0]
            if not name.startswith("b_")
        }
        connection.execute(sa.update(table).where(*where).values(values), rows)
