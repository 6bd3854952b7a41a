"""The services' customer lists, read outside transactions: counted for people, then read again to be sent."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from bridge.clock import monotonic
from bridge.core.model import AudienceFacts, Recipient
from bridge.core.values import Locale, LocalText
from bridge.delivery.audience import AudienceError, Audiences, Moved, Tally, read
from bridge.stages.setup import Setup

log = structlog.get_logger(__name__)

SILENT = 3.0  # seconds without a byte of a list: its file system does not answer
LONGEST = 30.0  # seconds a ring or page waits for a list; a million rows take some ten
REMEMBERED = 1000  # digests whose counts are kept: a page shown before the list changed says how many it had


class Reading:
    """One list being counted, in a thread of its own, for everybody who asks meanwhile.

    A dead network drive may hold the thread for ever. So it is not one of the loop's executor, where it would keep
    others from being read, and it is a daemon: the process may end without it.
    """

    def __init__(self, count: Callable[[Moved], AudienceFacts], silent: float) -> None:
        self.facts: Future[AudienceFacts] = Future()
        self.facts.set_running_or_notify_cancel()  # whoever stops waiting does not cancel it for the others
        self._count, self._silent = count, silent
        self._began = self._moved_at = monotonic()
        threading.Thread(target=self._run, name="customer-list", daemon=True).start()

    async def wait(self) -> AudienceFacts:
        """What was counted. Raises TimeoutError, and counts on, so that a later question may find it done.

        Patience is by progress: a list may be as long as it likes while its file answers. It ends all the same,
        for a list that trickles in must not keep the rings of other services.
        """
        facts = asyncio.wrap_future(self.facts)
        while not facts.done():
            left = min(self._moved_at + self._silent, self._began + LONGEST) - monotonic()
            if left <= 0:
                raise TimeoutError
            await asyncio.wait([facts], timeout=left)
        return facts.result()

    def _run(self) -> None:
        self.facts.set_result(self._count(self._moved))

    def _moved(self) -> None:
        self._moved_at = monotonic()


class CustomerLists:
    """Every list of the running configuration, by the service it belongs to."""

    def __init__(self, setup: Callable[[], Setup], silent: float = SILENT) -> None:
        self._setup = setup
        self._silent = silent
        self._audiences = Audiences()
        self._readings: dict[tuple[Path, Locale], Reading] = {}
        self._counts: dict[str, int] = {}

    async def facts(self) -> Mapping[str, AudienceFacts]:
        """The facts of every service's list. Cached by the file's state, so that it is cheap to ask.

        What one list has is its own `problem`: the rings of the other services go out, and its own without a number.
        """
        found = await self._read_all()
        for facts in found.values():
            if facts.digest and facts.count is not None:
                self._counts[facts.digest] = facts.count
        while len(self._counts) > REMEMBERED:
            del self._counts[next(iter(self._counts))]
        return found

    def count_of(self, digest: str) -> int | None:
        """How many the list of this digest had, if it was seen lately."""
        return self._counts.get(digest)

    def digest(self, service: str) -> str:
        """The digest of a service's list as it is now. Blocks while reading. Raises AudienceError."""
        return self._audiences.summary(*self._place(service)).digest

    def chunks(self, service: str, size: int, digest: str) -> Iterator[list[Recipient]]:
        """A service's list in chunks. Blocks. Raises AudienceError, also for a list that `digest` does not name."""
        path, locale = self._place(service)
        tally, chunk = Tally(), list[Recipient]()
        for row in read(path, locale):
            tally.add(row)
            if isinstance(row, Recipient):
                chunk.append(row)
            if len(chunk) == size:
                yield chunk
                chunk = []
        if tally.summary().digest != digest:
            raise AudienceError(
                path,
                "changed while it was read. Look at the list, then resume the letter",
                "読んでいる間に変わりました。名簿を確かめてから、送信を再開してください",
            )
        if chunk:
            yield chunk

    async def _read_all(self) -> dict[str, AudienceFacts]:
        config = self._setup().config
        services = config.services.values()
        each = await asyncio.gather(*(self._read(*self._place(service.id)) for service in services))
        return {
            service.id: replace(
                facts, name=service.audience, title=config.customer_lists[service.audience].name
            )
            for service, facts in zip(services, each, strict=True)
        }

    async def _read(self, path: Path, locale: Locale) -> AudienceFacts:
        reading = self._readings.get((path, locale))
        if reading is None or reading.facts.done():
            count = partial(self._count, path, locale)
            reading = self._readings[path, locale] = Reading(count, self._silent)
        try:
            return await reading.wait()
        except TimeoutError:
            log.warning("list_silent", path=str(path))
            return AudienceFacts("", problem=_silent(path))

    def _count(self, path: Path, locale: Locale, moved: Moved) -> AudienceFacts:
        try:
            return self._audiences.facts("", path, locale, moved)
        except Exception as error:
            log.exception("list_failed", path=str(path))
            return AudienceFacts("", problem=_failed(path, type(error).__name__))

    def _place(self, service: str) -> tuple[Path, Locale]:
        config = self._setup().config
        settings = config.services[service]
        return config.audiences[settings.audience], settings.locale


def _silent(path: Path) -> LocalText:
    return LocalText(
        ja=f"{path}: ファイルが応答しません。名簿を置いたファイルシステムを確かめてください",
        en=f"{path}: does not answer. Look at the file system that the customer list is on",
    )


def _failed(path: Path, what: str) -> LocalText:
    return LocalText(
        ja=f"{path}: 読めません({what})。ブリッジのログを確かめてください",
        en=f"{path}: cannot be read ({what}). Look at the bridge's log",
    )
