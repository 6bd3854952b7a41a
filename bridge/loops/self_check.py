"""`bridge check`, asked for by a page of the bridge that it looks at.

It is a process of its own. Opening an SQLite file beside the thread that holds it would undo SQLite's own locks when
it is closed again (see `store/sqlite_file.py`); and long lists and slow mail servers must not keep alerts waiting.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from bridge.clock import now
from bridge.core.check_report import CheckReport, LookedAt
from bridge.log import Logger

log = Logger(__name__)

FRESH = timedelta(seconds=20)  # for so long the last answer is given again, however many ask
PATIENCE = 60.0  # seconds


class SelfCheck:
    """Looks at one file, once at a time."""

    def __init__(self, path: Path | None, patience: float = PATIENCE) -> None:
        self._path, self._patience = path, patience
        self._one_at_a_time = asyncio.Lock()
        self._last: LookedAt | None = None

    async def look(self) -> LookedAt:
        """What is found now, or was just before."""
        async with self._one_at_a_time:
            if self._last is None or now() - self._last.at > FRESH:
                self._last = LookedAt(now(), await self._checked(self._path) if self._path else None)
            return self._last

    async def _checked(self, path: Path) -> CheckReport | None:
        command = (sys.executable, "-m", "bridge.cli.main", "check", "--json", "--config", str(path))
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
            )
        except OSError as error:
            log.warning("check_failed", error=str(error))
            return None
        try:
            async with asyncio.timeout(self._patience):
                printed, _ = await process.communicate()
            return CheckReport.from_text(printed.decode())
        except (TimeoutError, ValueError) as error:
            log.warning("check_failed", error=str(error) or f"no answer within {self._patience:g} s")
            return None
        finally:
            with suppress(ProcessLookupError):  # it has ended
                process.kill()
            await process.wait()
