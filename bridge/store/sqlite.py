"""SQLite: one file, one process, one connection."""

import os
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from bridge.core.continuity import DatabaseIdentity
from bridge.errors import StorageDown, StorageRefused
from bridge.store.dialect import PATIENCE_MS, ErrorMeaning, Look, Purpose, dumps, is_units_own

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PRAGMAS = {  # and what SQLite answers when it obeys
    "journal_mode = WAL": ("wal",),
    "foreign_keys = ON": None,
    "journal_size_limit = 16777216": (16_777_216,),  # bytes: cuts back a WAL that a long reader let grow
    "temp_store = MEMORY": None,  # no surprise from a full /tmp
}


class Sqlite:
    """One file, one connection, one thread: with two connections WAL can lose commits before SQLite 3.51.3.

    Source: https://www.sqlite.org/wal.html#walresetbug
    """

    writers = 1
    readers = 0
    listening_errors: tuple[type[Exception], ...] = ()

    def __init__(self, path: Path, identity: str = "") -> None:
        """`identity`: of the file that is held; a database that is only read needs none."""
        self._path = path
        self._identity = DatabaseIdentity(identity)
        self._wal = path.with_name(path.name + "-wal")
        self._reads: bool | None = None  # whether the connection is told to write nothing

    def engine(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=self._connect,
            pool_size=1,
            max_overflow=0,
            poolclass=QueuePool,
            json_serializer=dumps,
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
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # makes the `-wal`
        self._reads = None
        self._inode, self._wal_inode = _inode(self._path), _inode(self._wal)
        return connection

    def _begin(self, connection: Connection) -> None:
        """A deferred BEGIN could fail half-way, when its first write finds another writer."""
        purpose: Purpose = connection.get_execution_options()["purpose"]
        driver = _driver(connection)
        if self._reads != (purpose == "read"):  # every prepared statement expires with it
            self._reads = None
            driver.execute(f"PRAGMA query_only = {'ON' if purpose == 'read' else 'OFF'}")
            self._reads = purpose == "read"
        if purpose == "read":
            driver.execute("BEGIN")
            return
        self._insist_on_names()
        driver.execute(f"PRAGMA synchronous = {'NORMAL' if purpose == 'soft' else 'FULL'}")
        driver.execute("BEGIN IMMEDIATE")

    def _insist_on_names(self) -> None:
        """Commits to a file without a name would be acknowledged, and gone with the process."""
        if _inode(self._path) != self._inode:
            raise StorageDown(f"{self._path} was moved or deleted while in use. Put it back, then restart")
        if _inode(self._wal) != self._wal_inode:
            raise StorageDown(
                f"{self._wal} was moved or deleted while in use. Stop the bridge with SIGTERM, never with "
                "SIGKILL: as it ends it saves what that file held. Then start it"
            )

    def look(self, _connection: Connection) -> Look:
        """The file is ours alone, and the only clock is the process's."""
        return Look()

    def lock(self, connection: Connection, key: Sequence[str], *, wait: bool) -> None:
        """There is one writer: whoever runs holds every lock."""

    def check(self, connection: Connection) -> None:
        """A full disk, among others, ends the whole transaction."""
        if not _driver(connection).in_transaction:
            raise StorageDown("SQLite ended the transaction by itself")

    def boot_id(self, _connection: Connection) -> str:
        return _boot_id()

    def identity(self, _connection: Connection) -> DatabaseIdentity:
        return self._identity

    def notify(self, connection: Connection) -> None:
        """There is one process, and it wakes its own loops."""

    def listen(self) -> None:
        return None

    def verdict(self, error: BaseException) -> ErrorMeaning:
        if isinstance(error, sqlite3.Error):  # from what passes SQLAlchemy by: our BEGIN, prepared statements
            return ErrorMeaning.OWN if isinstance(error, _UNITS_OWN) else ErrorMeaning.DOWN
        return ErrorMeaning.OWN if is_units_own(error) else ErrorMeaning.DOWN


_UNITS_OWN = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.NotSupportedError,
)


@cache
def _boot_id() -> str:
    """No process outlives its machine's start."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


def _inode(path: Path) -> int | None:
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
