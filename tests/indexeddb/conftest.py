"""One small database, made anew for each test."""

from collections.abc import AsyncIterator

import pytest

import indexeddb
from support.broken_open import broken_open
from support.small_database import NAME, upgrade

__all__ = ["broken_open"]


@pytest.fixture
async def db() -> AsyncIterator[indexeddb.Database]:
    await indexeddb.delete(NAME)
    database = await indexeddb.open(NAME, 1, upgrade)
    yield database
    database.close()
    await indexeddb.delete(NAME)
