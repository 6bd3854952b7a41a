"""`data_dir/mark`: what this machine remembers of the last letter that it let go, beside the database.

Written where it lies and without fsync, many times a second while letters leave. After a power cut it may be older
than the database, which only means that it has nothing to say.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from bridge.core.continuity import Mark
from bridge.log import Logger

log = Logger(__name__)

_SIZE = 512  # bytes, always the same: a sector, which a disk writes whole or not at all


class MarkFile:
    """The mark, in memory and in its file. A file that cannot be written is logged once and holds up no letter."""

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        self.mark: Mark | None = None
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            self.mark = _parse(os.pread(self._file, _SIZE, 0))
        except OSError as error:
            self._give_up(error)

    def write(self, mark: Mark) -> None:
        """Before the letter's DATA, and after its claim and its doubt are committed: never ahead of the database."""
        self.mark = mark
        if self._file is None:
            return
        try:
            os.pwrite(self._file, json.dumps(asdict(mark)).encode().ljust(_SIZE - 1) + b"\n", 0)
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _give_up(self, error: OSError) -> None:
        log.warning("mark_not_kept", error=str(error), risk="a database turned back in place is not noticed")
        self.close()


def _parse(raw: bytes) -> Mark | None:
    """None for an empty or damaged file."""
    with suppress(ValueError, TypeError):
        return Mark(**json.loads(raw))
    return None
