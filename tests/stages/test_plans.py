"""What the loops ask the outbox every few seconds: it must not cost more with every letter that was ever sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text

from bridge.store.tx import Tx
from tests.parts.midori import seconds
from tests.stages.office import Office
from tests.stages.samples import firing

LANES = ("oncall", "customers")


@contextmanager
def statements(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """What is executed on the connection meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def plans(tx: Tx) -> list[str]:
    """How the database goes about everything that an idle round asks of the outbox."""
    on_sqlite = tx.connection.dialect.name == "sqlite"
    if not on_sqlite:  # it reads a table of three rows whole, whatever indexes there are
        tx.execute(text("SET LOCAL enable_seqscan = off"))
    with statements(tx.connection) as asked:
        for lane in LANES:
            tx.claims.claim(lane, 1, "nobody", ["shop"])
            tx.claims.next_due_at(lane, ["shop"])
            tx.claims.held(lane, "nobody")
        tx.claims.owners()
        tx.claims.after_clock_step_back()
        tx.claims.give_back(["nobody"], all_in_doubt=False, on_unknown="hold", died=True)
    explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
    cursor = tx.connection.connection.cursor()
    lines = []
    for statement, parameters in asked:
        cursor.execute(explain + statement, parameters)
        lines += [str(row[-1]).strip() for row in cursor.fetchall()]
    return lines


async def test_what_the_loops_ask_again_and_again_never_reads_the_outbox_whole(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.tick(seconds(10))
    lines = await office.store.run(plans)
    assert any("ix_outbox_due" in line for line in lines)
    assert any("ix_outbox_claimed" in line for line in lines)
    whole = [line for line in lines if line == "SCAN outbox" or "Seq Scan on outbox" in line]
    assert not whole
