"""A picked file as importers read it: at any place, and at once.

A page reads files asynchronously. Where the browser lets Python wait for a promise (JSPI), a read
waits, while the page goes on; in other browsers the file is held in memory.
"""

import io
import sys
from collections.abc import Callable, Coroutine
from typing import Any, BinaryIO, Protocol

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.source import PositionedFile
from roomkeep.localization import localize

__all__ = ["PickedFile", "open_picked"]

MAX_IN_MEMORY = 256 * 1024**2
"""The most bytes of a file that is held in memory."""
_BUFFER = 1_048_576

Wait = Callable[[Coroutine[Any, Any, bytes]], bytes]


class PickedFile(Protocol):
    """A file that was picked.

    Attributes:
        name: its name.
        size: its size in bytes.
    """

    name: str
    size: int

    async def read(self, start: int, end: int) -> bytes:
        """Return some of its bytes.

        Raises:
            OSError: the file cannot be read any more.
        """
        ...


async def open_picked(file: PickedFile) -> BinaryIO:
    """Open a picked file for `roomkeep.archives.open_archive`.

    Reading raises `OSError` where the file cannot be read any more.

    Raises:
        ArchiveError: the file is too large for this browser.
    """
    wait = _find_wait()
    if wait is not None:
        return io.BufferedReader(_WaitingFile(file, wait), _BUFFER)
    if file.size > MAX_IN_MEMORY:
        most = MAX_IN_MEMORY // 1024**2
        raise ArchiveError(localize("archive.too_large_here", count=most))
    return io.BytesIO(await file.read(0, file.size))


class _WaitingFile(PositionedFile):
    """A file whose reads wait."""

    def __init__(self, file: PickedFile, wait: Wait) -> None:
        super().__init__()
        self._file = file
        self._wait = wait

    @property
    def size(self) -> int:
        return self._file.size

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        end = min(self._position + len(buffer), self.size)
        if end <= self._position:
            return 0
        data = self._wait(self._file.read(self._position, end))
        if not data:
            raise OSError("the file is shorter than it was")
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def _find_wait() -> Wait | None:
    """Return what waits for a coroutine; None where nothing can."""
    if sys.platform == "emscripten":
        from pyodide.ffi import can_run_sync, run_sync

        return run_sync if can_run_sync() else None
    return None
