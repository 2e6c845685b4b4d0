"""The bytes of attachments: files beside the database, each named by the hash of what it holds."""

import contextlib
import hashlib
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from roomkeep.desktop.durable import PART, sync_folder, write_part
from roomkeep.desktop.engine import file_errors
from roomkeep.errors import StorageLost

__all__ = ["Files", "hash_of"]

_HASH = re.compile(r"[0-9a-f]{64}")


def hash_of(data: bytes) -> str:
    """Return the hash that names the file of these bytes."""
    return hashlib.sha256(data).hexdigest()


class Files:
    """The files of one account.

    A file is there before the row that names it, and goes after it. In between it is an orphan;
    `sweep` takes those. Whoever adds or sweeps must have the account's write lock.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, data: bytes) -> Path:
        """Write bytes down to the disk, as a part that `add` or `discard` takes."""
        with file_errors():
            self._folder.mkdir(exist_ok=True)
            return write_part(self._folder, data)

    def add(self, part: Path, name: str) -> None:
        """Give a written part its name."""
        with file_errors():
            part.replace(self._folder / name)
            sync_folder(self._folder)

    def discard(self, part: Path) -> None:
        """Delete a part that did not come to count; what fails here is left for `sweep`."""
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            StorageLost: it is gone, or it is not what was written.
        """
        if not _HASH.fullmatch(name):
            raise StorageLost("the file with these bytes has no name")
        with file_errors():
            data = (self._folder / name).read_bytes()
        if hash_of(data) != name:
            raise StorageLost("the file with these bytes is damaged")
        return data

    def size(self, name: str) -> int | None:
        """Return how many bytes a file holds; None where there is no such file."""
        path = self._folder / name
        with file_errors():
            return path.stat().st_size if _HASH.fullmatch(name) and path.is_file() else None

    def names(self) -> list[str]:
        """Return the names of all files, the written parts among them."""
        with file_errors():
            return [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []

    def sweep(self, candidates: Iterable[str], kept: Collection[str]) -> None:
        """Delete those of the candidates that are not kept. What is not ours stays."""
        with file_errors():
            for name in candidates:
                ours = _HASH.fullmatch(name) or name.endswith(PART)
                if ours and name not in kept:
                    (self._folder / name).unlink(missing_ok=True)
