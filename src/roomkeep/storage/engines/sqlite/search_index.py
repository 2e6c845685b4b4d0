"""The file with an account's search index: derived, so one that is no good is made anew."""

import contextlib
import logging
from pathlib import Path

from sqlalchemy import Engine

from roomkeep.errors import StorageLost
from roomkeep.storage.engines.sqlite.connection import (
    file_errors,
    make_engine,
    sqlite_errors,
    writing,
)
from roomkeep.storage.engines.sqlite.tables import index_metadata
from roomkeep.storage.schema import SEARCH_VERSION

logger = logging.getLogger(__name__)


def open_index(path: Path) -> Engine:
    """Open a search index, and create it where there is none, or one of another version.

    Raises:
        StorageError: it cannot be opened.
    """
    try:
        return _open(path)
    except StorageLost:
        logger.warning("the search index is damaged, and is made anew", exc_info=True)
    with file_errors():
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    return _open(path)


def _open(path: Path) -> Engine:
    engine = make_engine(path)
    with contextlib.ExitStack() as failed:
        failed.callback(engine.dispose)
        with sqlite_errors(), writing(engine).begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar()
            if version != SEARCH_VERSION:
                index_metadata.drop_all(connection)
                index_metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {SEARCH_VERSION}")
        failed.pop_all()
    return engine
