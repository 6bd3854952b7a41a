"""PostgreSQL: a server that several instances share."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, column, create_engine, event, func, select, table, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.sql.elements import TextClause

from bridge import clock
from bridge.core.continuity import DatabaseIdentity
from bridge.store.deadline import AnswerDeadline
from bridge.store.dialect import (
    PATIENCE_AGAIN_MS,
    PATIENCE_MS,
    VERSION_TABLE,
    ErrorMeaning,
    LockHeld,
    Look,
    Utc,
    dumps,
    is_units_own,
)

_CHANNEL = "bridge"
_CONNECT: Mapping[str, Any] = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # ms: a server that vanished without a word
    "target_session_attrs": "read-write",  # of several hosts, the one that is not a standby
    "application_name": "bridge",
    "client_encoding": "utf8",  # of a database in SQL_ASCII the driver would give bytes, and no refusal in words
}
# plan_cache_mode: a plan for any values cannot know that the states asked for are those of a partial index. Chosen
# while the outbox seems empty, it reads the whole table for each claim.
_SETTINGS = f"""
    SELECT set_config('timezone', 'UTC', false),
           set_config('statement_timeout', '10s', false),
           set_config('plan_cache_mode', 'force_custom_plan', false),
           set_config('lock_timeout', '{PATIENCE_MS}ms', false),
           set_config('idle_in_transaction_session_timeout', '5s', false),
           set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                      WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""
_LOOK = select(
    func.clock_timestamp(type_=Utc),
    select(column("version_num")).select_from(table(VERSION_TABLE)).scalar_subquery(),
)
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:number)")
_STARTED = text("SELECT pg_postmaster_start_time()")
# The timeline of the write-ahead log that is written now: pg_control_checkpoint() tells it only after a checkpoint.
_PLACE = """
    SELECT oid::text AS database, {server} AS server,
           CASE WHEN pg_is_in_recovery() THEN NULL
                ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline
    FROM pg_database WHERE datname = current_database()
"""
_MAY_NAME_SERVER = text("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')")
_SERVER = "(SELECT system_identifier::text FROM pg_control_system())"
_BOOT, _IDENTITY = "boot", "identity"  # what a connection knows of its server
_NOTIFY = text(f"SELECT pg_notify('{_CHANNEL}', '')")
_PASSING = {  # https://www.postgresql.org/docs/current/errcodes-appendix.html
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available: lock_timeout
    "57014",  # query_canceled: statement_timeout
    "25P03",  # idle_in_transaction_session_timeout
}


class Postgresql:
    """Any number of instances. Two writers: one may wait for a lock while the other works."""

    writers = 2
    readers = 4
    listening_errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._place: TextClause | None = None
        self._deadline = AnswerDeadline(clock.monotonic)

    def engine(self) -> Engine:
        engine = create_engine(
            self._url,
            connect_args=_CONNECT,
            pool_size=8,
            max_overflow=0,
            pool_timeout=5,
            json_serializer=dumps,
            execution_options={"dialect": self},
            hide_parameters=True,
        )
        self._deadline.watch(engine)
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "handle_error", self._leave_demoted)
        return engine

    def _prepare(self, driver: Any, _record: object) -> None:
        """The session's settings in one round trip. A server's weaker default for commits is overruled."""
        self._deadline.asks(driver)
        driver.execute(_SETTINGS)
        driver.commit()
        self._deadline.answered(driver)

    def _begin(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("again"):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_AGAIN_MS}ms'")
        match options["purpose"]:
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

    def look(self, connection: Connection) -> Look:
        return Look(*connection.execute(_LOOK).one())

    def lock(self, connection: Connection, key: Sequence[str], *, wait: bool) -> None:
        number = {"number": _lock_number(key)}
        if wait:
            connection.execute(_LOCK, number)
        elif not connection.scalar(_TRY_LOCK, number):
            raise LockHeld(*key)

    def check(self, connection: Connection) -> None:
        """After an error the server answers COMMIT with ROLLBACK, and says no more about it."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        if driver.pgconn.transaction_status == TransactionStatus.INERROR:
            raise RuntimeError("the unit hid an error of the database; nothing of it was committed")

    def boot_id(self, connection: Connection) -> str:
        """Asked once of each connection: none outlives its server."""
        if _BOOT not in connection.info:
            connection.info[_BOOT] = str(connection.scalar(_STARTED))
        return str(connection.info[_BOOT])

    def identity(self, connection: Connection) -> DatabaseIdentity:
        """Asked once of each connection: a server that takes writes begins another timeline only with its start."""
        known: DatabaseIdentity | None = connection.info.get(_IDENTITY)
        if known is None:
            known = self._identity(connection)
            if known.timeline is not None:
                connection.info[_IDENTITY] = known
        return known

    def _identity(self, connection: Connection) -> DatabaseIdentity:
        if self._place is None:  # some hosted servers keep the server's identifier to themselves
            server = _SERVER if connection.scalar(_MAY_NAME_SERVER) else "''"
            self._place = text(_PLACE.format(server=server))
        row = connection.execute(self._place).one()
        timeline = int(row.timeline, 16) if row.timeline else None
        return DatabaseIdentity(f"{row.server}/{row.database}", timeline)

    def notify(self, connection: Connection) -> None:
        connection.execute(_NOTIFY)

    def listen(self) -> psycopg.Connection[Any]:
        words, options = self._url.get_dialect()().create_connect_args(self._url)
        listening = psycopg.connect(*words, **{**options, **_CONNECT}, autocommit=True)
        listening.execute(f"LISTEN {_CHANNEL}")
        return listening

    def verdict(self, error: BaseException) -> ErrorMeaning:
        if isinstance(error, PendingRollbackError):  # the unit went on after its connection was lost
            return ErrorMeaning.AGAIN
        if isinstance(error, psycopg.Error):  # from preparing a connection, which SQLAlchemy does not see
            return ErrorMeaning.AGAIN
        if is_units_own(error):
            return ErrorMeaning.OWN
        if isinstance(error, DBAPIError):
            state = getattr(error.orig, "sqlstate", None) or ""
            if state == "25P02":  # in_failed_sql_transaction: the unit went on after an error of its own
                return ErrorMeaning.OWN
            if error.connection_invalidated or state in _PASSING or state.startswith("57P"):
                return ErrorMeaning.AGAIN
        return ErrorMeaning.DOWN


def _lock_number(key: Sequence[str]) -> int:
    """Advisory locks are named by a signed 64-bit number."""
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
