"""Files that are written as a whole or not at all, among them those with attachments' bytes."""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from roomkeep.errors import StorageLost
from roomkeep.storage.engines.sqlite.connection import file_errors

_PART = ".part"
"""How the name of a file ends while it is being written."""

_HASH = re.compile(r"[0-9a-f]{64}")


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file in place of the one that is there."""
    _write_part(path.parent, data).replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make sure that what was written to a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make sure that the names of a folder's files are on the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            # Some file systems cannot do this for folders.
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_of(data: bytes) -> str:
    """Return the hash that names the file of these bytes."""
    return hashlib.sha256(data).hexdigest()


class StagedFile(NamedTuple):
    """Bytes that are written to the disk, and do not count yet.

    Attributes:
        data: the bytes.
        name: the name that their file is to have.
        part: the file under the name that it has until then.
    """

    data: bytes
    name: str
    part: Path


class Files:
    """The files of one account, each named by the hash of what it holds.

    A file is there before the row that names it, and goes after it. In between it is an orphan;
    `sweep` deletes those. Whoever adds or sweeps must have the account's write lock.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def stage(self, data: bytes) -> StagedFile:
        """Write bytes to the disk; `add` makes them count, `discard` deletes them."""
        with file_errors():
            self._folder.mkdir(exist_ok=True)
            return StagedFile(data, hash_of(data), _write_part(self._folder, data))

    def add(self, staged: StagedFile) -> None:
        """Give a staged file its name."""
        with file_errors():
            staged.part.replace(self._folder / staged.name)
            sync_folder(self._folder)

    def discard(self, staged: StagedFile) -> None:
        """Delete a staged file that was not added; `sweep` does so if that fails here."""
        with contextlib.suppress(OSError):
            staged.part.unlink(missing_ok=True)

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
        """Return the names of all files, including staged ones."""
        with file_errors():
            return [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []

    def sweep(self, candidates: Iterable[str], kept: Collection[str]) -> None:
        """Delete those of the candidates that are not kept. Files that are not ours stay."""
        with file_errors():
            for name in candidates:
                ours = _HASH.fullmatch(name) or name.endswith(_PART)
                if ours and name not in kept:
                    (self._folder / name).unlink(missing_ok=True)


class FileBlob:
    """The bytes of an attachment, in their file.

    Attributes:
        name: the file's name.
        size: how many bytes there are; None where the file is gone.
    """

    def __init__(self, files: Files, name: str) -> None:
        self.name = name
        self.size = files.size(name)
        self._files = files

    async def read(self) -> bytes:
        """Return the bytes.

        Raises:
            StorageLost: they are gone, or they are not what was written.
        """
        return self.load()

    def load(self) -> bytes:
        """Return the bytes, as `read` does, at once."""
        return self._files.read(self.name)


def _write_part(folder: Path, data: bytes) -> Path:
    """Write a file to the disk under a temporary name, to be renamed when it counts."""
    path = folder / (secrets.token_hex(16) + _PART)
    try:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
