"""What the tests of the page share."""

from collections.abc import AsyncIterator

import pytest

from support.worlds import IndexedDBWorld


@pytest.fixture
async def world() -> AsyncIterator[IndexedDBWorld]:
    made = IndexedDBWorld()
    await made.reset()
    yield made
    await made.reset()
