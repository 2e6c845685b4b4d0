"""A picked file as importers read it: at any place, and at once.

A page reads files asynchronously. Where the browser lets Python wait for a promise (JSPI), a read
waits, while the page goes on; in other browsers the file is held in memory.
"""

import io
from typing import BinaryIO, Protocol

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.source import PositionedFile
from roomkeep.jspi import can_wait
from roomkeep.localization import localize

__all__ = ["PickedFile", "open_picked"]

MAX_IN_MEMORY = 256 * 1024**2
"""The most bytes of a file that is held in memory."""
_BUFFER = 1_048_576


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

    It is to be read in `run_waiting`. Reading raises `OSError` where the file cannot be read any
    more.

    Raises:
        ArchiveError: the file is too large for this browser.
    """
    if can_wait():
        return io.BufferedReader(_WaitingFile(file), _BUFFER)
    if file.size > MAX_IN_MEMORY:
        most = MAX_IN_MEMORY // 1024**2
        raise ArchiveError(localize("archive.too_large_here", count=most))
    return io.BytesIO(await file.read(0, file.size))


class _WaitingFile(PositionedFile):
    """A file whose reads wait."""

    def __init__(self, file: PickedFile) -> None:
        super().__init__()
        self._file = file

    @property
    def size(self) -> int:
        return self._file.size

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        from pyodide.ffi import run_sync

        end = min(self._position + len(buffer), self.size)
        if end <= self._position:
            return 0
        data = run_sync(self._file.read(self._position, end))
        if not data:
            raise OSError("the file is shorter than it was")
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
