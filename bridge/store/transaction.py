"""One unit's view of its transaction: its moment, its statements and its locks. Every query group stands on this."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, UpdateBase
from sqlalchemy.engine import CursorResult

from bridge.core.continuity import DatabaseIdentity
from bridge.store.dialect import Dialect
from bridge.store.own_rows import OwnRows
from bridge.store.tables import metadata

Row = dict[str, Any]
Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]

_ORDER: Mapping[Any, int] = {
    table: n for n, table in enumerate(metadata.sorted_tables)
}  # one that refers to another comes later


class Transaction:
    """`now` is read once, when the transaction begins. The unit neither commits nor rolls back."""

    may_wait = True  # false while the transaction holds other units' locks: waiting then could deadlock

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._dialect: Dialect = connection.get_execution_options()["dialect"]
        self._told = False
        self._written: dict[UpdateBase, list[Row]] = {}
        self.own = OwnRows()

    def execute(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]:
        self.flush()
        return self.connection.execute(statement, params)

    def write(self, statement: UpdateBase, rows: Sequence[Row]) -> None:
        """Execute for each of these rows, with those of other calls: before anything is asked, or when the unit ends.

        For what nobody asks the result of: the incidents that a unit opens then cost one statement a table, and not
        one each. Of one table the statements come in the order in which they were first written.
        """
        self._written.setdefault(statement, []).extend(rows)

    def waiting(self, statement: UpdateBase) -> list[Row]:
        """The rows of a statement that wait to be written: they are written as they are by then."""
        return self._written.get(statement, [])

    def flush(self) -> None:
        """Execute what was written."""
        while self._written:
            written, self._written = self._written, {}
            for statement in sorted(written, key=lambda one: _ORDER[one.table]):
                self.connection.execute(statement, written[statement])

    def lock(self, *key: str) -> None:
        """Holds the lock named by `key` until the commit. Take several in sorted order."""
        self._dialect.lock(self.connection, key, wait=self.may_wait)

    def boot_id(self) -> str:
        """An id that changes whenever soft commits may have been lost."""
        return self._dialect.boot_id(self.connection)

    def identity(self) -> DatabaseIdentity:
        """Where the database lies: another for each copy of it."""
        return self._dialect.identity(self.connection)

    def tell_others(self) -> None:
        """Wake every instance's loops when this commits; once is enough."""
        if not self._told:
            self._told = True
            self._dialect.notify(self.connection)
