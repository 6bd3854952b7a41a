"""One unit's view of its transaction: its moment, its statements and its locks. Every query group stands on this."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Table, TextClause, UpdateBase
from sqlalchemy.engine import CursorResult

from bridge.core.continuity import DatabaseIdentity
from bridge.store.dialect import Dialect, dumps
from bridge.store.own_rows import OwnRows
from bridge.store.prepared import Prepared, Rows
from bridge.store.tables import metadata

T = TypeVar("T")
Row = dict[str, Any]
Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]

# A table that refers to another comes later.
_ORDER: Mapping[Any, int] = {table: n for n, table in enumerate(metadata.sorted_tables)}

AT_ONCE = 1000  # rows of a list: a statement that takes seconds looks like a database that hangs


@dataclass(frozen=True, slots=True, eq=False)
class ListStatement:
    """One statement over a list of rows, in the words of each database. The list travels as JSON, as `:rows`.

    `key`: how many of the first columns name a row. Of rows with one name the last counts.
    """

    table: Table
    texts: Mapping[str, TextClause]
    key: int


class Transaction:
    """`now` is read once, when the transaction begins. The unit neither commits nor rolls back."""

    may_wait = True  # false while the transaction holds other units' locks: waiting then could deadlock

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._dialect: Dialect = connection.get_execution_options()["dialect"]
        self._told = False
        self._written: dict[UpdateBase | ListStatement, list[Any]] = {}
        self.own = OwnRows()
        self._answers: dict[Hashable, Any] | None = None

    def keep_answers(self) -> None:
        """Nothing is written here: of one state, what was asked once need not be asked again."""
        self._answers = {}

    def once(self, question: Hashable, ask: Callable[[], T]) -> T:
        """The answer to a question, where answers are kept from the last time that it came."""
        if self._answers is None:
            return ask()
        if question not in self._answers:
            self._answers[question] = ask()
        answer: T = self._answers[question]
        return answer

    def know(self, question: Hashable, answer: object) -> None:
        """The answer came with those to many questions."""
        if self._answers is not None:
            self._answers[question] = answer

    def execute(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]:
        self.flush()
        return self.connection.execute(statement, params)

    def run(self, statement: Prepared, params: Mapping[str, Any]) -> Rows:
        """Execute what was built for it once."""
        self.flush()
        return statement.run(self.connection, params)

    def write(self, statement: UpdateBase | ListStatement, rows: Sequence[Row | tuple[Any, ...]]) -> None:
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
                if isinstance(statement, ListStatement):
                    self._execute_list(statement, written[statement])
                else:
                    self.connection.execute(statement, written[statement])

    def _execute_list(self, statement: ListStatement, rows: Sequence[tuple[Any, ...]]) -> None:
        last = list({row[: statement.key]: row for row in rows}.values())
        for start in range(0, len(last), AT_ONCE):
            some = {"rows": dumps(last[start : start + AT_ONCE])}
            self.connection.execute(statement.texts[self.connection.dialect.name], some)

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
