"""All that differs between SQLite and PostgreSQL, and the transaction that units see.

The rest of the store is written once: column types, statements and lock keys come from here.
"""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import quote

import psycopg
from sqlalchemy import (
    JSON,
    URL,
    Connection,
    DateTime,
    Engine,
    Executable,
    Select,
    Text,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy import Dialect as SqlDialect
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.engine import CursorResult, ExceptionContext
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    PendingRollbackError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator, TypeEngine

from bridge.errors import StorageDown, StorageRefused

# SQLAlchemy compiles PostgreSQL's INSERT ... ON CONFLICT for SQLite too: one `insert` serves both.
__all__ = ["Dialect", "Json", "LockHeld", "Postgresql", "Sqlite", "Tx", "Utc", "insert", "skip_locked"]

S = TypeVar("S", bound=Select[Any])
Purpose = Literal["write", "soft", "read", "migrate"]
Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]

PATIENCE_MS = 2_500  # a request may wait for the batch before its own too: 5 s in all, then 503


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

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _dumps(value: Any) -> str:
    """JSON that both databases take: U+0000 and lone surrogates become U+FFFD."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _SURROGATE.sub("\ufffd", _NUL.sub("\\1\ufffd", written))


def skip_locked(statement: S) -> S:
    """Claims rows, without those that others have claimed. SQLite has one writer, and needs nothing."""
    return statement.with_for_update(skip_locked=True)


class LockHeld(Exception):
    """Another transaction holds the lock. The store runs the unit again; a unit must not catch this."""


class Verdict(Enum):
    """What an exception says about the database."""

    OWN = "the unit's own error: its caller's business"
    AGAIN = "the transaction was lost through no fault of the unit: it may succeed when run again"
    DOWN = "the database cannot commit now"


class Dialect(Protocol):
    """One kind of database."""

    writers: int  # threads
    readers: int  # threads beside the writers; 0: the writer reads between its batches

    def engine(self) -> Engine:
        """Connections ready for use. Each transaction begins with the execution option `purpose`."""

    def now(self, connection: Connection) -> datetime | None:
        """The database's own clock, or None where the process has to look at its own."""

    def lock(self, connection: Connection, key: Sequence[str], *, wait: bool) -> None:
        """Holds the lock named by `key` until the transaction ends. Raises LockHeld when it must not wait."""

    def notify(self, connection: Connection) -> None:
        """Wakes every instance's listeners when this transaction commits."""

    def listen(self) -> psycopg.Connection[Any] | None:
        """A connection that hears every `notify`; None where there is nobody else to hear."""

    def verdict(self, error: BaseException) -> Verdict: ...


class Sqlite:
    """One file, one connection, one thread: with two connections WAL can lose commits before SQLite 3.51.3.

    Source: https://www.sqlite.org/wal.html#walresetbug
    """

    writers = 1
    readers = 0

    def __init__(self, path: Path) -> None:
        self._path = path

    def engine(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=self._connect,
            pool_size=1,
            max_overflow=0,
            poolclass=QueuePool,
            json_serializer=_dumps,
            execution_options={"dialect": self},
            hide_parameters=True,
        )
        event.listen(engine, "begin", self._begin)
        return engine

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode=rw",  # never creates: a deleted database must be noticed
            uri=True,
            timeout=PATIENCE_MS / 1000,
            isolation_level=None,  # we say BEGIN ourselves
            check_same_thread=False,  # opened by one thread, then used by another alone
            cached_statements=512,
        )
        for pragma, answer in _PRAGMAS.items():
            if connection.execute(f"PRAGMA {pragma}").fetchone() != answer:
                raise StorageRefused(f"{self._path} does not accept {pragma}. Use a local file system")
        self._inode = os.stat(self._path).st_ino
        return connection

    def _begin(self, connection: Connection) -> None:
        """A deferred BEGIN could fail half-way, when its first write finds another writer."""
        purpose: Purpose = connection.get_execution_options()["purpose"]
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute(f"PRAGMA query_only = {'ON' if purpose == 'read' else 'OFF'}")
        if purpose == "read":
            driver.execute("BEGIN")
            return
        if not self._still_there():
            raise StorageDown(f"{self._path} was moved or deleted while in use. Put it back, then restart")
        driver.execute(f"PRAGMA synchronous = {'NORMAL' if purpose == 'soft' else 'FULL'}")
        driver.execute("BEGIN IMMEDIATE")

    def _still_there(self) -> bool:
        """Commits to a file without a name would be acknowledged, and gone with the process."""
        try:
            return os.stat(self._path).st_ino == self._inode
        except OSError:
            return False

    def now(self, _connection: Connection) -> datetime | None:
        return None

    def lock(self, connection: Connection, key: Sequence[str], *, wait: bool) -> None:
        """There is one writer: whoever runs holds every lock."""

    def notify(self, connection: Connection) -> None:
        """There is one process, and it wakes its own loops."""

    def listen(self) -> None:
        return None

    def verdict(self, error: BaseException) -> Verdict:
        if isinstance(error, sqlite3.Error):  # from our own BEGIN, which SQLAlchemy does not see
            return Verdict.DOWN
        return Verdict.OWN if _own(error) else Verdict.DOWN


_PRAGMAS = {  # and what SQLite answers when it obeys
    "journal_mode = WAL": ("wal",),
    "foreign_keys = ON": None,
    "journal_size_limit = 16777216": (16_777_216,),  # bytes: cuts back a WAL that a long reader let grow
    "temp_store = MEMORY": None,  # no surprise from a full /tmp
}


class Postgresql:
    """Any number of instances. Two writers: one may wait for a lock while the other works."""

    writers = 2
    readers = 4

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    def engine(self) -> Engine:
        engine = create_engine(
            self._url,
            connect_args=_CONNECT,
            pool_size=8,
            max_overflow=0,
            pool_timeout=5,
            json_serializer=_dumps,
            execution_options={"dialect": self},
            hide_parameters=True,
        )
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "handle_error", self._leave_demoted)
        return engine

    def _prepare(self, driver: Any, _record: object) -> None:
        """The session's settings in one round trip. A server's weaker default for commits is overruled."""
        driver.execute(_SETTINGS)
        driver.commit()

    def _begin(self, connection: Connection) -> None:
        match connection.get_execution_options()["purpose"]:
            case "read":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            case "soft":
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            case "migrate":  # waits for another instance's migration, and takes the time that its own needs
                connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")

    def _leave_demoted(self, context: ExceptionContext) -> None:
        """After a fail-over the old primary refuses writes; a new connection finds the new one."""
        if getattr(context.original_exception, "sqlstate", None) == "25006":  # read_only_sql_transaction
            context.is_disconnect = True

    def now(self, connection: Connection) -> datetime | None:
        return connection.scalar(_NOW)

    def lock(self, connection: Connection, key: Sequence[str], *, wait: bool) -> None:
        number = {"number": _lock_number(key)}
        if wait:
            connection.execute(_LOCK, number)
        elif not connection.scalar(_TRY_LOCK, number):
            raise LockHeld(*key)

    def notify(self, connection: Connection) -> None:
        connection.execute(_NOTIFY)

    def listen(self) -> psycopg.Connection[Any]:
        words, options = self._url.get_dialect()().create_connect_args(self._url)
        listening = psycopg.connect(*words, **{**options, **_CONNECT}, autocommit=True)
        listening.execute(f"LISTEN {_CHANNEL}")
        return listening

    def verdict(self, error: BaseException) -> Verdict:
        if isinstance(error, PendingRollbackError):  # the unit went on after its connection was lost
            return Verdict.AGAIN
        if _own(error):
            return Verdict.OWN
        if isinstance(error, DBAPIError):
            state = getattr(error.orig, "sqlstate", None) or ""
            if error.connection_invalidated or state in _PASSING or state.startswith("57P"):
                return Verdict.AGAIN
        return Verdict.DOWN


_CHANNEL = "bridge"
_CONNECT: Mapping[str, Any] = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # ms: a server that vanished without a word
    "target_session_attrs": "read-write",  # of several hosts, the one that is not a standby
    "application_name": "bridge",
}
_SETTINGS = f"""
    SELECT set_config('timezone', 'UTC', false),
           set_config('statement_timeout', '10s', false),
           set_config('lock_timeout', '{PATIENCE_MS}ms', false),
           set_config('idle_in_transaction_session_timeout', '5s', false),
           set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                      WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""
_NOW = select(func.clock_timestamp(type_=Utc))
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:number)")
_NOTIFY = text(f"SELECT pg_notify('{_CHANNEL}', '')")
_PASSING = {  # https://www.postgresql.org/docs/current/errcodes-appendix.html
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available: lock_timeout
    "57014",  # query_canceled: statement_timeout
    "25P03",  # idle_in_transaction_session_timeout
}


def _lock_number(key: Sequence[str]) -> int:
    """Advisory locks are named by a signed 64-bit number."""
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _own(error: BaseException) -> bool:
    """Whether the unit is to blame, not the database."""
    return not isinstance(error, DBAPIError | PoolTimeout | StorageDown) or isinstance(
        error, IntegrityError | DataError | ProgrammingError | NotSupportedError
    )


class Tx:
    """One unit's view of its transaction. Query groups are added by subclassing.

    `now` is read once, when the transaction begins. The unit neither commits nor rolls back.
    """

    may_wait = True  # false while the transaction holds other units' locks: waiting then could deadlock

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._dialect: Dialect = connection.get_execution_options()["dialect"]

    def execute(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]:
        return self.connection.execute(statement, params)

    def lock(self, *key: str) -> None:
        """Holds the lock named by `key` until the commit. Take several in sorted order."""
        self._dialect.lock(self.connection, key, wait=self.may_wait)

    def notify(self) -> None:
        """Wakes the other instances when this unit is committed."""
        self._dialect.notify(self.connection)
