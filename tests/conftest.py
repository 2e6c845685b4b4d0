"""The worlds that the tests run in: memory under CPython, real IndexedDB in a real browser."""

import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from roomkeep.persistence import DatabaseService
from support import long_run
from support.worlds import WORLDS, World

IN_PAGE = sys.platform == "emscripten"

if IN_PAGE:
    from js import window

    from support.window_world import WindowWorld

    WORLDS["window"] = WindowWorld
    KINDS = ["window" if hasattr(window, "roomkeepDesktop") else "indexeddb"]
else:
    # Here too the tests of the browser are collected; this runs them there, and reports them here.
    pytest_plugins = ["support.in_browser"]

    # The main process of the desktop runs under CPython only.
    from support.desktop_world import DesktopWorld
    from tools.qt import WINDOW_VARIABLE

    WORLDS["desktop"] = DesktopWorld
    KINDS = ["memory", "desktop", "indexeddb"]
    # Where Qt is to be had, which `npm test` sees to: the same in the real window.
    if WINDOW_VARIABLE in os.environ:
        KINDS.append("window")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell what was measured, how many operations the long tests have done, from which seed."""
    for report in terminalreporter.stats.get("", []):
        for name, count in report.user_properties:
            if name == "operations":
                terminalreporter.write_line(
                    f"{report.nodeid}: {count:,} operations, seed {long_run.SEED}"
                )
            elif name == "measured":
                terminalreporter.write_line(f"{report.nodeid}: {count}")


@pytest.fixture(params=KINDS)
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


@pytest.fixture
def operations(record_property: Callable[[str, object], None]) -> Iterator[Callable[[int], None]]:
    """Count what a test that can run long has done; the summary of the run tells how much."""
    counts: list[int] = []
    yield counts.append
    record_property("operations", sum(counts))


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Note what a test has measured; the summary of the run tells it."""
    return lambda text: record_property("measured", text)
