"""A data folder, a main process that has it, and a window without a window."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from roomkeep.desktop.main_process import MainProcess
from support.session_window import Window
from tools.paths import IN_MEMORY


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that nobody has used."""
    made = Path(tempfile.mkdtemp(prefix="roomkeep-test-", dir=IN_MEMORY))
    yield made / "data"
    shutil.rmtree(made)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], MainProcess]]:
    """Start the program; the one that was started before is ended first."""
    started: list[MainProcess] = []

    def begin() -> MainProcess:
        while started:
            started.pop().close()
        started.append(MainProcess(folder))
        return started[-1]

    yield begin
    for main in started:
        main.close()


@pytest.fixture
def main(start: Callable[[], MainProcess]) -> MainProcess:
    """The program, running."""
    return start()


@pytest.fixture
def window(main: MainProcess) -> Window:
    """A window of the program."""
    return Window(main)
