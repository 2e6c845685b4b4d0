"""One small database, made anew for each test."""

from collections.abc import AsyncIterator

import pytest
from support.small_database import NAME, upgrade

from roomkeep import idb


@pytest.fixture
async def db() -> AsyncIterator[idb.Database]:
    await idb.delete(NAME)
    database = await idb.open(NAME, 1, upgrade)
    yield database
    database.close()
    await idb.delete(NAME)
