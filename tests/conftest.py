"""The worlds that the tests run in: memory under CPython, real IndexedDB in a real browser."""

import sys
from collections.abc import AsyncIterator

import pytest

from roomkeep.persistence import DatabaseService
from support.worlds import WORLDS, World

IN_PAGE = sys.platform == "emscripten"

if not IN_PAGE:
    # Here too the tests of the browser are collected; this runs them there, and reports them here.
    pytest_plugins = ["support.in_browser"]


@pytest.fixture(params=["indexeddb"] if IN_PAGE else ["memory", "indexeddb"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A device with nothing on it."""
    made = WORLDS[request.param]()
    await made.reset()
    yield made
    await made.reset()


@pytest.fixture
async def db(world: World) -> DatabaseService:
    """A service, ready, with nobody signed in."""
    return await world.service()
