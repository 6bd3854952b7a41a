"""A bridge over an empty database of each kind."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import pytest_asyncio

from bridge.store.open_database import open_database
from bridge.store.tables import metadata
from tests.parts.postgres import Postgres
from tests.stages.office import Office
from tests.stages.office import office as open_office

MEMORY = Path("/dev/shm")
EMPTY = "; ".join(f"DELETE FROM {table}" for table in reversed(metadata.sorted_tables))


@pytest.fixture(scope="session")
def server_url(postgres_cluster: Postgres) -> Iterator[str]:
    """A database of today's schema, for one test after the other: creating it costs more than a stage does."""
    with postgres_cluster.fresh_database() as url:
        open_database(url).close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database: every test that takes it runs on both kinds.

    An SQLite file is in memory where the system has a place for that: no stage asks what is on disk, and each of
    its commits would wait for it.
    """
    if request.param == "sqlite":
        with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            yield f"sqlite:///{folder}/bridge.sqlite3"
        return
    url: str = request.getfixturevalue("server_url")
    with psycopg.connect(url) as connection:
        connection.execute(EMPTY)
    yield url


@pytest_asyncio.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with open_office(database_url) as opened:
        yield opened
