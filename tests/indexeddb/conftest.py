"""One small database, made anew for each test: in the browser, and in memory under CPython."""

import sys
from collections.abc import AsyncIterator, Iterator

import pytest

import indexeddb
from support.broken_open import broken_open
from support.js import run_js
from support.small_database import NAME, upgrade

__all__ = ["broken_open"]


ENGINES = ["browser"] if sys.platform == "emscripten" else ["memory", "browser"]


# First, so that the ids are the same here and in the page, whichever conftest was read when.
@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on every engine, but on the browser alone where it is marked so."""
    is_of_browser = metafunc.definition.get_closest_marker("browser") is not None
    engines = ["browser"] if is_of_browser else ENGINES
    metafunc.fixturenames.append("engine")
    if "direction_support" not in metafunc.fixturenames:
        metafunc.parametrize("engine", engines)
        return
    ways = {"memory": [True], "browser": [True, False]}
    metafunc.parametrize(
        ("engine", "direction_support"),
        [(engine, is_there) for engine in engines for is_there in ways[engine]],
        indirect=["direction_support"],
    )


@pytest.fixture
async def db() -> AsyncIterator[indexeddb.Database]:
    await indexeddb.delete(NAME)
    database = await indexeddb.open(NAME, 1, upgrade)
    yield database
    database.close()
    await indexeddb.delete(NAME)


@pytest.fixture
def direction_support(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have `getAll` take a direction or not: WebKit has no `getAllRecords`, and so none."""
    if request.param:
        yield
        return
    kept = run_js("Object.getOwnPropertyDescriptor(IDBIndex.prototype, 'getAllRecords')")
    run_js("delete IDBIndex.prototype.getAllRecords")
    yield
    if kept is not None:
        run_js("(kept) => Object.defineProperty(IDBIndex.prototype, 'getAllRecords', kept)")(kept)
