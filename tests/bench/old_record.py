"""A record of years, written straight into a database file that no bridge holds."""

import sqlite3
from pathlib import Path

DAY = "2025-11-24T01:20:00.000000+00:00"


def fill(path: Path, incidents: int, letters: int) -> None:
    """So many closed incidents of the service that the file knows already, and so many letters, all sent."""
    each = letters // incidents
    with sqlite3.connect(path) as db:
        (service,) = db.execute("SELECT service FROM incidents LIMIT 1").fetchone()
        for n in range(incidents):
            db.execute(
                "INSERT INTO incidents (id, service, state, started_at, received_at, resolved_at)"
                " VALUES (?, ?, 'closed', ?, ?, ?)",
                (f"i{n}", service, DAY, DAY, DAY),
            )
            db.execute(
                "INSERT INTO notices (id, incident_id, kind, state, version, base_at, due_at, drafted_at, number,"
                " approved_version, approved_at, sending_at, finished_at, recipients)"
                " VALUES (?, ?, 'first', 'sent', 1, ?, ?, ?, 1, 1, ?, ?, ?, ?)",
                (f"n{n}", f"i{n}", DAY, DAY, DAY, DAY, DAY, DAY, each),
            )
            db.execute(
                "INSERT INTO versions (notice_id, version, texts, facts, created_at)"
                " SELECT ?, version, texts, facts, created_at FROM versions LIMIT 1",
                (f"n{n}",),
            )
            db.executemany(
                "INSERT INTO outbox (notice_id, lane, kind, n, address, letter, detail, message_id, state, due_at,"
                " updated_at) VALUES (?, 'customers', 'letter', 0, ?, 'ja', '{}', ?, 'sent', ?, ?)",
                ((f"n{n}", f"c{row}@example.jp", f"<{n}.{row}@example.jp>", DAY, DAY) for row in range(each)),
            )
        db.execute(
            "INSERT INTO delivery_counts SELECT notice_id, state, count(*) FROM outbox WHERE lane = 'customers'"
            " GROUP BY notice_id, state"
        )
        db.execute("INSERT INTO delivery_totals SELECT state, sum(n) FROM delivery_counts GROUP BY state")
