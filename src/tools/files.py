"""Writing files and telling whether they changed: by content, for a clone's times mean nothing."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tools.paths import STAMPS

_KEEP_DAYS: Final = 7


def content_hash(*parts: bytes) -> str:
    """Gives the SHA-256 of some byte strings in hexadecimal; where one ends matters."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def write_file(path: Path, data: bytes) -> bool:
    """Makes a file hold exactly `data`, so that a reader never sees half of it.

    Returns:
        Whether that changed anything.
    """
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def mirror(files: dict[str, bytes], directory: Path) -> list[str]:
    """Makes a directory hold exactly the given files.

    Args:
        files: Contents by path, with `/` between its parts.
        directory: Where they go. Anything else in it is deleted.

    Returns:
        The paths that were written or deleted, in order.
    """
    changed = [path for path, data in files.items() if write_file(directory / path, data)]
    for path in sorted(directory.rglob("*"), reverse=True):
        name = path.relative_to(directory).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in files:
            path.unlink()
            changed.append(name)
    return sorted(changed)


def remove(path: Path) -> None:
    """Deletes a directory with all that is in it, if there is one."""
    if path.exists():
        shutil.rmtree(path)


def keep_recent(directory: Path, *, used: Iterable[Path]) -> None:
    """Deletes the files of a directory that have not been used for a week.

    Args:
        directory: Where what was made is kept for the next time.
        used: The files that are in use now.
    """
    for path in used:
        os.utime(path)
    oldest = time.time() - _KEEP_DAYS * 24 * 60 * 60
    for path in directory.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


class Stamp:
    """Remembers from which inputs something was made: it is made again only when they change."""

    def __init__(self, name: str, inputs: Iterable[bytes]) -> None:
        """Names what is made, and gives the contents of all that it is made from."""
        self._path = STAMPS / name
        self._hash = content_hash(*inputs)

    def is_current(self) -> bool:
        """Tells whether it was last made from these very inputs."""
        return self._path.is_file() and self._path.read_text() == self._hash

    def clear(self) -> None:
        """Forgets, before making begins: one that was broken off must not count."""
        self._path.unlink(missing_ok=True)

    def write(self) -> None:
        """Remembers that it has now been made from these inputs."""
        write_file(self._path, self._hash.encode())
