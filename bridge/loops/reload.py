"""The configuration in force, and how another one takes its place while the bridge runs."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from bridge import metrics
from bridge.clock import now
from bridge.config import Config, load
from bridge.errors import BridgeError, StorageDown
from bridge.letters.render import Letters
from bridge.letters.samples import problems
from bridge.log import Logger
from bridge.stages.runtime import Runtime
from bridge.store.store import Store
from bridge.store.tx import Tx

log = Logger(__name__)

FIXED = ("server", "database")  # sections that only a restart can change


class RunningConfig:
    """`runtime` is replaced as a whole; a unit that has begun finishes with the one it was handed."""

    def __init__(self, config: Config, path: Path | None, on_change: Callable[[Config], None]) -> None:
        """`path` is what a reload reads. `on_change` is told the configuration that was in force before."""
        self.runtime = Runtime(config, _letters(config))
        metrics.RELOADED_AT.set(now().timestamp())
        self._path = path
        self._on_change = on_change

    async def reload(self, store: Store[Tx]) -> str | None:
        """Take the file's new configuration over, or say why the running one stays."""
        finding = await self._take_over(await asyncio.to_thread(self._load), store)
        metrics.RELOADED.labels("refused" if finding else "done").inc()
        metrics.RELOAD_WORKED.set(not finding)
        if not finding:
            metrics.RELOADED_AT.set(now().timestamp())
        if finding:
            log.error("reload_refused", finding=finding)
        else:
            log.info("reloaded")
        return finding

    def _load(self) -> Runtime | str:
        """What the file says now, or why it cannot be taken over."""
        if self._path is None:
            return "the configuration did not come from a file"
        try:
            new = load(self._path)
            letters = _letters(new)
        except BridgeError as error:
            return str(error)
        old = self.runtime.config
        if changed := [name for name in FIXED if getattr(old, name) != getattr(new, name)]:
            return f"{self._path}: {changed[0]}: cannot change while running. Restart the bridge"
        return Runtime(new, letters)

    async def _take_over(self, new: Runtime | str, store: Store[Tx]) -> str | None:
        if isinstance(new, str):
            return new
        old = self.runtime.config
        gone = set(old.services) - set(new.config.services)
        try:
            unfinished = await store.read(lambda tx: tx.incidents.unfinished()) if gone else []
        except StorageDown as error:
            return str(error)
        for incident in unfinished:
            if incident.service in gone:
                where = f"{self._path}: services.{incident.service}"
                return f"{where}: has an incident that is not closed. Keep the service until it is"
        self.runtime = new
        self._on_change(old)
        return None


def _letters(config: Config) -> Letters:
    """The letters of a configuration. A faulty template gives way to the shipped one: that is said at once."""
    letters = Letters(config.templates)
    if config.templates is not None:
        for problem in problems(letters, config.services.values()):
            log.warning("template_failed", problem=problem)
    return letters
