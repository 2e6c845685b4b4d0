"""The data folder: a folder for each account, and who is signed in.

lock                     held by the one main process that uses the folder
current-user.json        who is signed in, as JSON
accounts/<name>/         one for each account; the name is made from the user id
owner.json           the user id, as JSON
roomkeep.sqlite      the database
search.sqlite        the search index, made from the database
attachments/<hash>   the bytes of attachments
"""

import contextlib
import hashlib
import logging
import secrets
import shutil
import sqlite3
from pathlib import Path

import msgspec

from roomkeep.errors import StorageBlocked, StorageUnavailable
from roomkeep.storage.engines.sqlite.connection import file_errors
from roomkeep.storage.engines.sqlite.files import sync_folder, write_atomically
from roomkeep.storage.quota import Quota

logger = logging.getLogger(__name__)

_DATABASE = "roomkeep.sqlite"
"""The name of an account's database in its folder."""

_NOBODY = "anonymous"
_DELETED = ".deleted-"
"""How the name of a folder begins that is being deleted."""


class DataFolder:
    """The accounts on this device. No other process can use the folder until `close`.

    Args:
        folder: where the data are; made where there is no folder yet.

    Raises:
        StorageBlocked: another main process uses the folder.
        StorageUnavailable: the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._accounts = folder / "accounts"
        self._current = folder / "current-user.json"
        with file_errors():
            # What is in it is nobody else's business on a machine that several people use.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._accounts.mkdir(mode=0o700, exist_ok=True)
        self._lock = _lock(folder / "lock")
        self._finish_deletions()

    def close(self) -> None:
        """Let other processes use the folder."""
        self._lock.close()

    def folder_of(self, user_id: str | None) -> Path:
        """Return the folder of an account; None is nobody's.

        The name is a hash: no id leads out of the folder, none is too long or not allowed, and no
        two become one where a file system takes capital letters for small ones.
        """
        name = _NOBODY if user_id is None else hashlib.sha256(user_id.encode()).hexdigest()
        return self._accounts / name

    def prepare(self, user_id: str | None) -> Path:
        """Return the path of an account's database, in a folder that exists."""
        folder = self.folder_of(user_id)
        with file_errors():
            folder.mkdir(mode=0o700, exist_ok=True)
            if user_id is not None and not (folder / "owner.json").exists():
                write_atomically(folder / "owner.json", msgspec.json.encode(user_id))
        return folder / _DATABASE

    def account_ids(self) -> list[str]:
        """Return the ids of the accounts that have a database, sorted."""
        with file_errors():
            found = [
                _load(folder / "owner.json")
                for folder in self._accounts.iterdir()
                # One that could not be deleted yet does not count any more.
                if not folder.name.startswith(_DELETED) and (folder / _DATABASE).exists()
            ]
        return sorted(user_id for user_id in found if user_id is not None)

    def delete(self, user_id: str) -> None:
        """Delete an account's folder, where there is one: at once, or at the next start."""
        with file_errors():
            deleted = self._accounts / (_DELETED + secrets.token_hex(8))
            with contextlib.suppress(FileNotFoundError):
                self.folder_of(user_id).rename(deleted)
                sync_folder(self._accounts)
        self._finish_deletions()

    def load_current_user_id(self) -> str | None:
        """Return who was signed in when the program last ran; None where that is not known."""
        return _load(self._current)

    def save_current_user_id(self, user_id: str | None) -> None:
        """Remember who is signed in."""
        with file_errors():
            write_atomically(self._current, msgspec.json.encode(user_id))

    def quota(self) -> Quota:
        """Return how much space the folder takes, and how much there is."""
        with file_errors():
            usage = 0
            for path in self._folder.rglob("*"):
                with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                    usage += path.stat().st_size if path.is_file() else 0
            free = shutil.disk_usage(self._folder).free
        return Quota(usage=usage, quota=usage + free, persisted=True)

    def _finish_deletions(self) -> None:
        for folder in self._accounts.glob(_DELETED + "*"):
            try:
                shutil.rmtree(folder)
            except OSError:
                logger.warning("could not delete all of an account's files", exc_info=True)


def _load(path: Path) -> str | None:
    """Read a user id; None where there is none, or nothing that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=str | None)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        logger.warning("could not read whose account it is", exc_info=True)
        return None


def _lock(path: Path) -> sqlite3.Connection:
    # A file that SQLite locks is free again however this process ends, on every system.
    lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY:
            raise StorageBlocked("Roomkeep is already running") from error
        raise StorageUnavailable("the data folder cannot be used") from error
    return lock
