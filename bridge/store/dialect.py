"""What the store needs of a database. sqlite.py and postgresql.py provide it; no other file knows which is used."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from sqlalchemy import (
    JSON,
    URL,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    Select,
    Text,
    bindparam,
    select,
)
from sqlalchemy import Dialect as SqlDialect
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from bridge.core.continuity import DatabaseIdentity
from bridge.errors import StorageDown
from bridge.plugins import module_called

if TYPE_CHECKING:
    import psycopg

# SQLAlchemy compiles PostgreSQL's INSERT ... ON CONFLICT for SQLite too: one `insert` serves both.
__all__ = [
    "Dialect",
    "Json",
    "LockHeld",
    "Utc",
    "domain_of",
    "each_of",
    "insert",
    "listed",
    "one_of",
    "skip_locked",
    "unindexed",
]

Purpose = Literal["write", "soft", "read", "migrate"]

VERSION_TABLE = "schema_version"
PATIENCE_MS = 2_500  # a request may also wait for the batch before its own: 5 s in all, then 503
# For a lock that the batch waited for already: three of its units may wait one by one.
PATIENCE_AGAIN_MS = 500


class Utc(TypeDecorator[datetime]):
    """A moment, to the microsecond. Aware and in UTC on both sides; a naive one is refused with ValueError.

    PostgreSQL: timestamptz. SQLite: text of fixed width, so that the order of the text is the order of time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: SqlDialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: SqlDialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, _dialect: SqlDialect) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_SURROGATE = re.compile("[\ud800-\udfff]")


def dumps(value: Any) -> str:
    """JSON that both databases take: U+0000 and lone surrogates become U+FFFD."""
    written = _JSON.encode(value)
    if "\\u0000" in written:
        written = _NUL.sub("\\1\ufffd", written)
    return written if written.isascii() else _SURROGATE.sub("\ufffd", written)


def skip_locked(statement: Select[tuple[int]]) -> Select[tuple[int]]:
    """Lock the ids that `statement` finds, leaving out those that others have locked; never more than its LIMIT.

    As a CTE: PostgreSQL may run a subquery again for each row of the statement around it, and then every run skips
    what the ones before it took (its BUG #15715). SQLite has one writer, and needs no lock.
    """
    found = statement.with_for_update(skip_locked=True).cte("found").prefix_with("MATERIALIZED")
    return select(*found.c)


class domain_of(FunctionElement[str]):
    """The part after the @ of an address."""

    type = Text()
    inherit_cache = True


@compiles(domain_of)
def _domain(element: Any, compiler: Any, **more: Any) -> str:
    return f"split_part({compiler.process(element.clauses, **more)}, '@', 2)"


@compiles(domain_of, "sqlite")
def _domain_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    address = compiler.process(element.clauses, **more)
    return f"substr({address}, instr({address}, '@') + 1)"


class unindexed(FunctionElement[Any]):
    """A column in a condition that is to choose no index.

    SQLite has no statistics: it takes the index of which more columns are given, whatever is in them. That a row is
    for customers then outweighs its state, and a letter is read from its first row to its last.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _unindexed(element: Any, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.clauses, **more))


@compiles(unindexed, "sqlite")
def _unindexed_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"+{compiler.process(element.clauses, **more)}"


class each_of(FunctionElement[Any]):
    """The texts of a JSON array (`dumps`) as rows of one column, `value`: one parameter, however long the list is.

    An expanding IN is written, and its parameters are bound, anew for each execution.
    """

    inherit_cache = True


@compiles(each_of)
def _each_of(element: Any, compiler: Any, **more: Any) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(element.clauses, **more)} AS jsonb))"


@compiles(each_of, "sqlite")
def _each_of_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


def listed(value: ColumnElement[Any], array: BindParameter[Any]) -> ColumnElement[bool]:
    """Whether the value is in such a list. It is read once for all rows, and not at all where there is none."""
    return value.in_(select(each_of(array).table_valued("value").c.value))


class _Texts(TypeDecorator[list[str]]):
    """A list of texts as a parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: SqlDialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Text()))

    def process_bind_param(self, value: list[str] | None, dialect: SqlDialect) -> Any:
        return dumps(value) if dialect.name == "sqlite" else value


class one_of(FunctionElement[bool]):
    """Whether a column has one of these values, of which PostgreSQL plans by their number, and SQLite by no index."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[str], name: str) -> None:
        super().__init__(column, bindparam(name, type_=_Texts()))


@compiles(one_of)
def _one_of(element: Any, compiler: Any, **more: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **more)} = ANY({compiler.process(values, **more)})"


@compiles(one_of, "sqlite")
def _one_of_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    column, values = element.clauses
    each = compiler.process(values, **more)
    return f"(+{compiler.process(column, **more)} IN (SELECT value FROM json_each({each})))"  # noqa: S608  names of ours


class LockHeld(Exception):
    """Another transaction holds the lock. The store runs the unit again; a unit must not catch this."""


class ErrorMeaning(Enum):
    """What an exception says about the database."""

    OWN = "the unit's own error: its caller's business"
    AGAIN = "the transaction was lost through no fault of the unit: it may succeed when run again"
    DOWN = "the database cannot commit now"


class Look(NamedTuple):
    """The parts of a database that may change while a process uses it; None where one cannot."""

    now: datetime | None = None
    schema: str | None = None


class Dialect(Protocol):
    """One kind of database."""

    writers: int  # threads
    listening_errors: tuple[type[Exception], ...]  # after which to listen anew
    readers: int  # threads beside the writers; 0: the writer reads between its batches

    def engine(self) -> Engine:
        """Connections ready for use. Each transaction begins with the execution option `purpose`."""

    def look(self, connection: Connection) -> Look:
        """The database's clock and schema as this transaction begins."""

    def lock(self, connection: Connection, key: Sequence[str], *, wait: bool) -> None:
        """Holds the lock named by `key` until the transaction ends. Raises LockHeld when it must not wait."""

    def check(self, connection: Connection) -> None:
        """Raises when the unit that just returned has hidden an error that left nothing to commit."""

    def notify(self, connection: Connection) -> None:
        """Wakes every instance's listeners when this transaction commits."""

    def boot_id(self, connection: Connection, /) -> str:
        """An id that changes when soft commits may have been lost: with each start of the machine or the server."""

    def identity(self, connection: Connection, /) -> DatabaseIdentity:
        """Where the database lies: another for each copy of it."""

    def listen(self) -> "psycopg.Connection[Any] | None":
        """A connection that hears every `notify`; None where there is nobody else to hear."""

    def verdict(self, error: BaseException) -> ErrorMeaning: ...


def postgresql(url: URL) -> Dialect:
    """Imported where it is used: its driver takes ten megabytes."""
    made: Dialect = module_called("bridge.store", "postgresql").Postgresql(url)
    return made


def is_units_own(error: BaseException) -> bool:
    """Whether the unit is to blame, not the database."""
    return not isinstance(error, DBAPIError | PoolTimeout | StorageDown) or isinstance(
        error, IntegrityError | DataError | ProgrammingError | NotSupportedError
    )
