"""The services' customer lists, read outside transactions: counted for people, then read again to be sent."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bridge.core.model import AudienceFacts, Recipient
from bridge.core.values import Locale
from bridge.delivery.audience import AudienceError, Audiences, Tally, read
from bridge.stages.setup import Setup

REMEMBERED = 1000  # digests whose counts are kept: a page shown before the list changed says how many it had


class CustomerLists:
    """Every list of the running configuration, by the service it belongs to."""

    def __init__(self, setup: Callable[[], Setup]) -> None:
        self._setup = setup
        self._audiences = Audiences()
        self._counts: dict[str, int] = {}

    async def facts(self) -> Mapping[str, AudienceFacts]:
        """The facts of every service's list. Cached by the file's state, so that it is cheap to ask."""
        found = await asyncio.to_thread(self._read_all)
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

    def _read_all(self) -> dict[str, AudienceFacts]:
        config = self._setup().config
        found: dict[str, AudienceFacts] = {}
        for service in config.services.values():
            path, locale = self._place(service.id)
            facts = self._audiences.facts(service.audience, path, locale)
            found[service.id] = replace(facts, title=config.customer_lists[service.audience].name)
        return found

    def _place(self, service: str) -> tuple[Path, Locale]:
        config = self._setup().config
        settings = config.services[service]
        return config.audiences[settings.audience], settings.locale
