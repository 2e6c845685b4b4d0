"""One small database, made anew for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

import indexeddb
from support.broken_open import broken_open
from support.js import run_js
from support.small_database import NAME, upgrade

__all__ = ["broken_open"]


@pytest.fixture
async def db() -> AsyncIterator[indexeddb.Database]:
    await indexeddb.delete(NAME)
    database = await indexeddb.open(NAME, 1, upgrade)
    yield database
    database.close()
    await indexeddb.delete(NAME)


@pytest.fixture(params=["getAll with a direction", "getAll without"])
def direction_support(request: pytest.FixtureRequest) -> Iterator[None]:
    # WebKit has no `getAllRecords`, and so no direction; its way is taken here by force.
    kept = run_js("Object.getOwnPropertyDescriptor(IDBIndex.prototype, 'getAllRecords')")
    if request.param == "getAll without":
        run_js("delete IDBIndex.prototype.getAllRecords")
    yield
    if kept is not None:
        run_js("(kept) => Object.defineProperty(IDBIndex.prototype, 'getAllRecords', kept)")(kept)
