"""A bridge over a fresh database of each kind."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.stages.office import Office
from tests.stages.office import office as open_office


@pytest_asyncio.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with open_office(database_url) as opened:
        yield opened
