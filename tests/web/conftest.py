"""One running bridge for all tests of a module that change nothing for one another."""

from collections.abc import Iterator

import pytest

from tests.parts.bridge import Bridge, bridge
from tests.parts.sink import Sink, sink


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Sink]:
    """Where the module's bridge mails to."""
    with sink() as mails:
        yield mails


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, mailbox: Sink) -> Iterator[Bridge]:
    """A running bridge on SQLite."""
    with bridge(tmp_path_factory.mktemp("bridge"), mailbox) as running:
        yield running
