"""How a database file is opened, and what its failures mean."""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from roomkeep.errors import (
    StorageBlocked,
    StorageError,
    StorageFull,
    StorageLost,
    StorageUnavailable,
    TransactionAborted,
)

_BUSY_TIMEOUT = 10_000
"""How long, in ms, a transaction waits for that of another program."""

_BEGIN = "begin"

# https://www.sqlite.org/rescode.html: the primary codes that say more than that it failed.
_SQLITE_ERRORS: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_BUSY: (StorageBlocked, "another program is using the database"),
    sqlite3.SQLITE_LOCKED: (StorageBlocked, "another program is using the database"),
    sqlite3.SQLITE_FULL: (StorageFull, "the disk is full"),
    sqlite3.SQLITE_TOOBIG: (StorageFull, "the data are too large for one transaction"),
    sqlite3.SQLITE_CORRUPT: (StorageLost, "the database file is damaged"),
    sqlite3.SQLITE_NOTADB: (StorageLost, "the database file is damaged"),
    sqlite3.SQLITE_IOERR: (StorageLost, "the disk failed"),
    sqlite3.SQLITE_CANTOPEN: (StorageUnavailable, "the database file cannot be opened"),
    sqlite3.SQLITE_READONLY: (StorageUnavailable, "the database file cannot be written to"),
    sqlite3.SQLITE_PERM: (StorageUnavailable, "access to the database file is denied"),
    sqlite3.SQLITE_AUTH: (StorageUnavailable, "access to the database file is denied"),
}


def make_engine(path: Path, *, foreign_keys: bool = True) -> Engine:
    """Make a SQLAlchemy engine for a database file; the file is made where there is none.

    Args:
        path: the file.
        foreign_keys: enforce foreign keys.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)), pool_size=4, max_overflow=-1, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not begin transactions itself. It would begin them too late, after it has
        # read what it then changes and writes back.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {_BUSY_TIMEOUT}",
            "journal_mode = WAL",
            # What was acknowledged survives a power failure.
            "synchronous = FULL",
            # What was deleted is overwritten in the file, not only unlinked.
            "secure_delete = ON",
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            "trusted_schema = OFF",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def writing(engine: Engine) -> Engine:
    """Return the same engine for transactions that write: they take the write lock at once.

    One that begins by reading could not go on to write if another has written meanwhile; and
    without any lock, one of two that read and write back the same record would be lost.
    """
    return engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


@contextlib.contextmanager
def sqlite_errors() -> Iterator[None]:
    """Raise our errors in place of SQLite's. Their messages hold no path and no SQL."""
    try:
        yield
    except DBAPIError as error:
        raise _storage_error(error.orig) from error
    except sqlite3.Error as error:
        raise _storage_error(error) from error
    except PoolTimeoutError as error:
        raise StorageBlocked("the database is too busy to answer") from error


@contextlib.contextmanager
def file_errors() -> Iterator[None]:
    """Raise our errors in place of the file system's. Their messages hold no path."""
    try:
        yield
    except OSError as error:
        raise _file_error(error) from error


def _storage_error(error: object) -> StorageError:
    code = getattr(error, "sqlite_errorcode", 0)
    kind, sentence = _SQLITE_ERRORS.get(code & 0xFF, (TransactionAborted, "the database failed"))
    return kind(sentence)


def _file_error(error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageFull("the disk is full")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageUnavailable("access to the data folder is denied")
    if error.errno == errno.ENOENT:
        return StorageLost("a file of the data folder is gone")
    return StorageLost("the disk failed")
