"""The SQLite file: held by one process, never replaced in silence, never used when it cannot be trusted.

Beside `bridge.sqlite3` lie `bridge.sqlite3.lock`, held while a process runs, and `bridge.sqlite3.created`, the
proof that a database was here: without it a deleted one would come back empty, its incidents forgotten. The
database itself is held too: people remove lock files that look stale.
"""

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path

from bridge.errors import StorageRefused
from bridge.store.file_identity import file_identity

_MAGIC = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html#the_database_header


class SqliteFile:
    """The path of a database, and the lock on it until `release`."""

    def __init__(self, path: Path) -> None:
        """Takes the lock; creates folder and file on the first start. Raises StorageRefused."""
        self.path = path
        self._marker = _marker_of(path)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _take_lock(path.with_name(path.name + ".lock"))
        except OSError as error:
            raise _refused(path, error) from error
        self._file: int | None = None
        try:
            refuse_unfit_file(path)
            if not path.exists():
                _create(path)
            self._file = _take_file(path)
            self.identity = file_identity(self._file)  # never by a descriptor of its own, see `release`
        except OSError as error:
            self.release()
            raise _refused(path, error) from error
        except StorageRefused:
            self.release()
            raise

    def mark_created(self) -> None:
        """From now on a missing database is a lost one. Called when the schema is complete."""
        if self._marker.exists():
            return
        try:
            with self._marker.open("x") as marker:
                marker.write("The bridge keeps a database here. Remove this file only to start empty.\n")
                marker.flush()
                os.fsync(marker.fileno())
            _sync_folder(self.path.parent)
        except OSError as error:
            raise _refused(self._marker, error) from error

    def release(self) -> None:
        """Only when no connection is open: to close any descriptor of the database undoes SQLite's own locks.

        Source: https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
        """
        if self._file is not None:
            os.close(self._file)
        os.close(self._lock)


def _create(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    _sync_folder(path.parent)


def _marker_of(path: Path) -> Path:
    return path.with_name(path.name + ".created")


def refuse_unfit_file(path: Path) -> None:
    """Raises StorageRefused for a file that cannot be used as the database, or that is missing and was one."""
    marker = _marker_of(path)
    if not path.exists():
        if marker.exists():
            raise StorageRefused(
                f"{path} is missing, but a database was here. Restore it from a backup; "
                f"or, to start empty, remove {marker}"
            )
        return
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise StorageRefused(f"{path} is not a file. Name another database, or move it away")
    if status.st_uid != os.geteuid():
        raise StorageRefused(
            f"{path} belongs to user {status.st_uid}, and this process runs as user {os.geteuid()}. "
            "Run the bridge as the owner, or give the whole folder to its user"
        )
    if not os.access(path, os.R_OK | os.W_OK):
        raise StorageRefused(f"{path} cannot be written. Check its permissions and its file system")
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
    if start == b"" and marker.exists():
        raise StorageRefused(f"{path} is empty, but held a database. Restore it from a backup")
    if start not in (b"", _MAGIC):
        raise StorageRefused(f"{path} is not a database. Restore it from a backup, or move it away")


def _take_lock(path: Path) -> int:
    """The descriptor that holds the lock: the kernel lets go of it when the process ends, however it ends."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(lock, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise StorageRefused(
            f"another instance holds {path}, pid {owner}. Stop it first; several instances need PostgreSQL"
        ) from None
    with suppress(OSError):  # the number is for people; a full disk must not forbid the start
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _take_file(path: Path) -> int:
    """The descriptor that holds the database itself. SQLite's locks are of another kind, and not in its way."""
    file = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise StorageRefused(
            f"another instance holds {path}, though its lock file was removed. Stop it first; "
            "several instances need PostgreSQL"
        ) from None
    return file


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(path: Path, error: OSError) -> StorageRefused:
    return StorageRefused(
        f"{error.filename or path}: {error.strerror}. The bridge must be able to write {path.parent}"
    )
