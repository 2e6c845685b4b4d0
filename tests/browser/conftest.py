"""What the tests of the page share."""

from collections.abc import AsyncIterator

import pytest

from support.broken_open import broken_open
from support.worlds import IndexedDBWorld

__all__ = ["broken_open"]


@pytest.fixture
async def world() -> AsyncIterator[IndexedDBWorld]:
    made = IndexedDBWorld()
    await made.reset()
    yield made
    await made.reset()
