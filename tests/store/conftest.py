"""A store of one small transaction type, open on a fresh database of each kind."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bridge.store.postgresql import Postgresql
from bridge.store.sqlite import Sqlite
from bridge.store.store import Store
from bridge.store.transaction import Transaction
from tests.store.acknowledging import open_store


@pytest_asyncio.fixture
async def store(database_url: str) -> AsyncIterator[Store[Transaction]]:
    opened = await open_store(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def writers(database_url: str) -> int:
    """How many threads write to this kind of database."""
    return Sqlite.writers if database_url.startswith("sqlite") else Postgresql.writers
