"""One small database, made anew for each test."""

from collections.abc import AsyncIterator

import pytest

from roomkeep import idb
from support.small_database import NAME, upgrade


@pytest.fixture
async def db() -> AsyncIterator[idb.Database]:
    await idb.delete(NAME)
    database = await idb.open(NAME, 1, upgrade)
    yield database
    database.close()
    await idb.delete(NAME)
