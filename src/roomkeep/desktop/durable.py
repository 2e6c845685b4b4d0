"""Files that are whole or not there, also when the power fails."""

import contextlib
import os
import secrets
from pathlib import Path

__all__ = ["PART", "sync_file", "sync_folder", "write_part", "write_whole"]

PART = ".part"
"""How the name of a file ends that is still being written."""


def write_part(folder: Path, data: bytes) -> Path:
    """Write a file under a name of its own, down to the disk, to be renamed when it counts."""
    path = folder / (secrets.token_hex(16) + PART)
    try:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in place of the one that is there."""
    write_part(path.parent, data).replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Have what was written to a file reach the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names of a folder's files reach the disk, where the system knows of that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            # Some file systems have no such thing for folders.
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
