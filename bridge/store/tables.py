"""The tables of docs/design.md §10. The migrations create exactly these; a test compares both.

Times are UTC (`Utc`, in dialect.py). Ids are UUID text, except the outbox, whose rows are many.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bridge.store.dialect import Json, Utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

instances = Table(
    "instances",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seen_at", Utc, nullable=False),
    Column("boot", Text, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("resolved_at", Utc),
    Column("promise_at", Utc),
    Column("final_at", Utc),
    Column("follows", Text),
    Column("truncated", Integer, nullable=False, server_default="0"),
    Column("ended_by", Text),
    Column("firing_at_end", Integer),
    Column("mode", Text, nullable=False, server_default="real"),
    Column("look_at", Utc),  # when the timer looks for a duty; null: now
    Column(
        "changes", Integer, nullable=False, server_default="0"
    ),  # what a look has seen of it and its notices
    Index("ix_incidents_received_at", "received_at", "id"),
    Index("ix_incidents_service", "service", "received_at", "id"),
    Index(
        "ix_incidents_look_at",
        "look_at",
        sqlite_where=text("state != 'closed'"),
        postgresql_where=text("state != 'closed'"),
    ),
    Index(
        "ix_incidents_unfinished",
        "service",
        "received_at",
        sqlite_where=text("state != 'closed'"),
        postgresql_where=text("state != 'closed'"),
    ),
)
Index(
    "uq_incidents_one_open",
    incidents.c.service,
    unique=True,
    sqlite_where=text("state IN ('open', 'settling')"),
    postgresql_where=text("state IN ('open', 'settling')"),
)

drills = Table(
    "drills",
    metadata,
    Column("id", Text, primary_key=True),  # of its incident, too
    Column("service", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("ring_at", Utc, nullable=False),
    Column("surprise", Text),
    Column("began_at", Utc),
    Column("ended_at", Utc),
    Column("ended", Text),
)

alerts = Table(
    "alerts",
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("labels", Json, nullable=False),
    Column("annotations", Json, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc),
    Column("url", Text, nullable=False),
    Column("began_at", Utc),
    Column("last_end", Utc),
    Column("by_hand", Boolean, nullable=False, server_default=false()),
    # The annotations for customers, as JSON text with sorted keys: a letter asks for the distinct ones.
    Column("words", Text, nullable=False, server_default="{}"),
    Column("as_of", Utc),  # the sender's time of what it said last
    Column("end_note", Text, nullable=False, server_default=""),
    Column("digest", Text),  # of what its sender said last; null where somebody else changed it since
)

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("base_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("drafted_at", Utc, nullable=False),
    Column("number", Integer),
    Column("approved_version", Integer),
    Column("approved_by", Text),
    Column("approved_at", Utc),
    Column("send_at", Utc),
    Column("sending_at", Utc),
    Column("finished_at", Utc),
    Column("decided_by", Text),
    Column("decided_at", Utc),
    Column("reason", Text),
    Column("override", Text),
    Column("acknowledged_by", Text),
    Column("acknowledged_at", Utc),
    Column("superseded_by", Text),
    Column("stop_reason", Text),
    Column("audience", Text),
    Column("audience_digest", Text),
    Column("recipients", Integer),
    Column("owner", Text),  # the instance that loads the list into the outbox
    Column("first_accept_at", Utc),
    Column("closed_reason", Text),
    Column("corrects", Text),
    Column("corrected_by", Text),
    Column("retracts", Boolean, nullable=False, server_default=false()),
    Column("first_round_at", Utc),
    Column("last_accept_at", Utc),
    UniqueConstraint("incident_id", "number"),
    Index(
        "ix_notices_state",
        "state",
        sqlite_where=text("state NOT IN ('sent', 'dismissed', 'superseded')"),
        postgresql_where=text("state NOT IN ('sent', 'dismissed', 'superseded')"),
    ),
)

versions = Table(
    "versions",
    metadata,
    Column("notice_id", Text, ForeignKey("notices.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("texts", Json, nullable=False),
    Column("facts", Json, nullable=False),
    Column("promise_at", Utc),
    Column("edited_by", Text),
    Column("created_at", Utc, nullable=False),
    Column("origin", Text, nullable=False, server_default="bridge"),
    Column("template_problem", Text),
    Column("batch", Json),
)

approvals = Table(
    "approvals",
    metadata,
    Column("notice_id", Text, ForeignKey("notices.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("at", Utc, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("notice_id", Text, ForeignKey("notices.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    Column("replaced_at", Utc),  # when a fresh link was mailed instead; this one then only says so
    Index(
        "uq_links_live",
        "notice_id",
        "person",
        unique=True,
        sqlite_where=text("revoked_at IS NULL AND replaced_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL AND replaced_at IS NULL"),
    ),
)

rings = Table(
    "rings",
    metadata,
    Column("notice_id", Text, ForeignKey("notices.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("due_at", Utc, nullable=False),
    # When this row was written: due_at - planned_at bounds the wait.
    Column("planned_at", Utc, nullable=False),
    Column("state", Text, nullable=False),
    Column("fired_at", Utc),
    Column("people", Json, nullable=False),
    Index(
        "ix_rings_pending",
        "due_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

letters = Table(
    "letters",
    metadata,
    Column("notice_id", Text, ForeignKey("notices.id"), primary_key=True),
    Column("key", Text, primary_key=True),  # the locale, or the row number of an individual batch
    Column("skeleton", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _BigId, primary_key=True, autoincrement=True),
    Column("notice_id", Text, ForeignKey("notices.id")),  # null: to the on-call, about no notice
    Column("lane", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("person", Text),
    Column("letter", Text),
    Column("detail", Json, nullable=False),
    Column("refs", Text, nullable=False, server_default=""),
    Column("message_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("ambiguous", Integer, nullable=False, server_default="0"),
    Column("owner", Text),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("reply", Text, nullable=False, server_default=""),
    Column("first_at", Utc),  # the first attempt: retries end 24 h after it
    Column("updated_at", Utc, nullable=False),
    # How often the process died, or our own code raised, while it held this row.
    Column("crashes", Integer, nullable=False, server_default="0"),
    UniqueConstraint("notice_id", "lane", "kind", "n", "address"),
    Index(
        "ix_outbox_due",
        "lane",
        "due_at",
        sqlite_where=text("state IN ('queued', 'deferred')"),
        postgresql_where=text("state IN ('queued', 'deferred')"),
    ),
    Index(
        "ix_outbox_claimed",
        "owner",
        sqlite_where=text("state IN ('sending', 'in_doubt')"),
        postgresql_where=text("state IN ('sending', 'in_doubt')"),
    ),
    Index("ix_outbox_notice_state", "notice_id", "state", "due_at"),
)

# Letters with nothing left to send, by state: of one notice, and of all.
delivery_counts = Table(
    "delivery_counts",
    metadata,
    Column("notice_id", Text, ForeignKey("notices.id"), primary_key=True),
    Column("state", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)

delivery_totals = Table(
    "delivery_totals",
    metadata,
    Column("state", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("previous_mac", Text, nullable=False),
    Column("mac", Text, nullable=False),
)

ignored = Table(
    "ignored",
    metadata,
    Column("id", _BigId, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("alertname", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("labels", Json),
    Column("nearest", Json),
    UniqueConstraint("source", "fingerprint", "reason"),
)
