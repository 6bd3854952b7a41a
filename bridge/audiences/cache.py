"""The services' customer lists: read once to tell people how many there are, and again to send to them.

Nothing here runs inside a transaction.
"""

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from bridge.audiences.csv import BadRow, Reading, Row, read
from bridge.audiences.file import AudienceError, OnRead
from bridge.audiences.service_list import ServiceList
from bridge.audiences.summary import Audiences, Tally
from bridge.clock import monotonic
from bridge.core.model import AudienceFacts, Recipient
from bridge.log import Logger

log = Logger(__name__)

T = TypeVar("T")

SILENT = 3.0  # seconds without a byte of a list: its file system does not answer
LONGEST = 30.0  # seconds a ring or page waits for a list; a million rows take some ten
FRESH = 1.0  # seconds for which a list that was read need not be asked again, in a storm
AT_ONCE = 0.1  # seconds that a post of alerts waits for the lists of the services that it opens incidents of
REMEMBERED = 1000  # digests whose counts are kept, for pages that were shown before a list changed


class Pulse:
    """When a list last answered."""

    def __init__(self) -> None:
        self.beat()

    def beat(self) -> None:
        self.at = monotonic()


class ListRead(Generic[T]):
    """One list that is being read, in a thread of its own, for everybody who asks meanwhile.

    A dead network drive may hold the thread for ever. So the thread is not one of the loop's executor, where other
    lists would wait for it. It is a daemon, so that the process can end without it.
    """

    def __init__(self, read: Callable[[], T], pulse: Pulse, silent: float) -> None:
        self.answer: Future[T] = Future()
        self.answer.set_running_or_notify_cancel()  # then one waiter that gives up does not cancel it for the others
        self._read, self._pulse, self._silent = read, pulse, silent
        self._began = monotonic()
        pulse.beat()
        threading.Thread(target=self._run, name="customer-list", daemon=True).start()

    async def wait(self, longest: float = math.inf) -> T:
        """What was read. Raises TimeoutError when the file is silent, and after `longest` seconds.

        A long list is waited for while its file answers. A list that trickles in must not delay the rings of other
        services, which is what `longest` is for. The reading goes on, so that a later question may find it done.
        """
        answer = asyncio.wrap_future(self.answer)
        while not answer.done():
            left = min(self._pulse.at + self._silent, self._began + longest) - monotonic()
            if left <= 0:
                raise TimeoutError
            await asyncio.wait([answer], timeout=left)
        return answer.result()

    def _run(self) -> None:
        try:
            self.answer.set_result(self._read())
        except Exception as error:
            self.answer.set_exception(error)


class CustomerLists:
    """Every list, by the service it belongs to. `lists` gives those of the running configuration."""

    def __init__(self, lists: Callable[[], Mapping[str, ServiceList]], silent: float = SILENT) -> None:
        self._lists = lists
        self._silent = silent
        self._audiences = Audiences()
        self._readings: dict[tuple[Path, Reading], ListRead[AudienceFacts]] = {}
        self._counts: dict[str, int] = {}
        self._fresh: dict[tuple[Path, Reading], tuple[AudienceFacts, float]] = {}

    async def facts(self, services: Iterable[str]) -> Mapping[str, AudienceFacts]:
        """The facts of these services' lists, as far as the configuration has them. Cheap while no file changes.

        A list that cannot be read has a `problem`. Its service rings without a number of recipients, and the other
        services ring as always.
        """
        return await self._facts(services, None)

    async def facts_at_once(self, services: Iterable[str]) -> Mapping[str, AudienceFacts]:
        """Those facts that are there within `AT_ONCE`. The other lists are read on, for whoever asks next."""
        return await self._facts(services, AT_ONCE)

    def fresh(self, services: Collection[str]) -> Mapping[str, AudienceFacts] | None:
        """The facts of these services' lists, if all were read within `FRESH` seconds. For any thread.

        A list that could not be read is none of them: it may have been put right since.
        """
        known, since = self._lists(), monotonic() - FRESH
        lists = {service: known[service] for service in services if service in known}
        found = {}
        for service, mine in lists.items():
            facts, read_at = self._fresh.get((mine.path, mine.reading), (None, 0.0))
            if facts is None or facts.problem or read_at < since:
                return None
            found[service] = _named(facts, mine)
        return found

    def count_of(self, digest: str) -> int | None:
        """The number of recipients in the list of this digest; None if it was not seen lately."""
        return self._counts.get(digest)

    async def digest(self, service: str) -> str:
        """The digest of a service's list as it is now. Raises AudienceError, and KeyError for an unknown service."""
        mine, pulse = self._lists()[service], Pulse()
        reading = partial(self._audiences.summary, mine.path, mine.reading, pulse.beat)
        return (await self._patiently(mine.path, pulse, reading)).digest

    async def chunks(self, service: str, size: int, digest: str) -> AsyncIterator[list[Recipient]]:
        """A service's list in chunks of `size`.

        Raises AudienceError, also when the digest of the list is not `digest`: then the last chunk is not given.
        """
        mine, pulse = self._lists()[service], Pulse()
        chunks = _chunks(mine.path, read(mine.path, mine.reading, pulse.beat), size, digest)
        while chunk := await self._patiently(mine.path, pulse, partial(next, chunks, None)):
            yield chunk

    async def bad_rows(self, service: str) -> list[BadRow]:
        """Every row of a list that gets no letter. Raises AudienceError, and KeyError for an unknown service."""
        mine, pulse = self._lists()[service], Pulse()
        rows = read(mine.path, mine.reading, pulse.beat)
        return await self._patiently(
            mine.path, pulse, lambda: [row for row in rows if isinstance(row, BadRow)]
        )

    async def _patiently(self, path: Path, pulse: Pulse, read: Callable[[], T]) -> T:
        try:
            return await ListRead(read, pulse, self._silent).wait()
        except TimeoutError:
            raise _silent(path) from None

    async def _facts(self, services: Iterable[str], longest: float | None) -> dict[str, AudienceFacts]:
        """Each file is asked once, however many services share it."""
        known = self._lists()
        lists = {service: known[service] for service in services if service in known}
        places = dict.fromkeys((mine.path, mine.reading) for mine in lists.values())
        asking = {place: asyncio.ensure_future(self._read(*place)) for place in places}
        _, late = await asyncio.wait(asking.values(), timeout=longest) if asking else (set(), set())
        for task in late:
            task.cancel()
        read = {place: task.result() for place, task in asking.items() if task not in late}
        self._remember_counts(read.values())
        at = monotonic()
        self._fresh.update({place: (facts, at) for place, facts in read.items()})
        return {
            service: _named(read[mine.path, mine.reading], mine)
            for service, mine in lists.items()
            if (mine.path, mine.reading) in read
        }

    def _remember_counts(self, read: Iterable[AudienceFacts]) -> None:
        for facts in read:
            if facts.digest and facts.count is not None:
                self._counts[facts.digest] = facts.count
        while len(self._counts) > REMEMBERED:
            del self._counts[next(iter(self._counts))]

    async def _read(self, path: Path, reading: Reading) -> AudienceFacts:
        under_way = self._readings.get((path, reading))
        if under_way is None or under_way.answer.done():
            pulse = Pulse()
            count = partial(self._count, path, reading, pulse.beat)
            under_way = self._readings[path, reading] = ListRead(count, pulse, self._silent)
        try:
            return await under_way.wait(LONGEST)
        except TimeoutError:
            log.warning("list_silent", path=str(path))
            return AudienceFacts("", problem=_silent(path).words)

    def _count(self, path: Path, reading: Reading, on_read: OnRead) -> AudienceFacts:
        try:
            return self._audiences.facts("", path, reading, on_read)
        except Exception as error:
            log.exception("list_failed", path=str(path))
            return AudienceFacts("", problem=_failed(path, type(error).__name__).words)


def _named(read: AudienceFacts, mine: ServiceList) -> AudienceFacts:
    return replace(read, name=mine.audience, title=mine.title)


def _chunks(path: Path, rows: Iterator[Row], size: int, digest: str) -> Iterator[list[Recipient]]:
    tally, chunk = Tally(), list[Recipient]()
    for row in rows:
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


def _silent(path: Path) -> AudienceError:
    return AudienceError(
        path,
        "does not answer. Look at the file system that the customer list is on",
        "ファイルが応答しません。名簿を置いたファイルシステムを確かめてください",
    )


def _failed(path: Path, what: str) -> AudienceError:
    return AudienceError(
        path,
        f"cannot be read ({what}). Look at the bridge's log",
        f"読めません({what})。ブリッジのログを確かめてください",
    )
