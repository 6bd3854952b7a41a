"""One unit's view of its transaction: its moment, its statements and its locks. Every query group stands on this."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import CursorResult

from bridge.core.continuity import DatabaseIdentity
from bridge.store.dialect import Dialect

Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Transaction:
    """`now` is read once, when the transaction begins. The unit neither commits nor rolls back."""

    may_wait = True  # false while the transaction holds other units' locks: waiting then could deadlock

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._dialect: Dialect = connection.get_execution_options()["dialect"]
        self._told = False

    def execute(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]:
        return self.connection.execute(statement, params)

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
