"""Protects the data of a browser that was killed from the browser's own recovery.

Chromium keeps an origin's databases in LevelDB, which writes every change to a log first. A process
that is killed may leave an unfinished record at the end of that log. Chromium reads over it, and
then appends to the same log. The next time that it opens the log, what lies in its middle is a
record with a wrong checksum, and Chromium deletes all databases of the origin:
https://github.com/google/leveldb/issues/1287

LevelDB begins a new log when one has grown to its limit, and needs the old one no more.
"""

import asyncio
import os
from typing import Final

from indexeddb import _quirks
from indexeddb._databases import delete, open  # noqa: A004
from indexeddb._platform import IN_PYODIDE, js
from indexeddb._transaction import Transaction, UpgradeTransaction

BALLAST: Final = "indexeddb ballast"
"""The database that fills the log, and is deleted at once."""
_VALUE_SIZE: Final = 48 * 1024
"""In bytes. Values above 64 KiB go into files of their own, past the log."""
_LOG_LIMIT: Final = 4 * 1024 * 1024
"""The largest log that Chromium allows, in bytes: `leveldb_env::WriteBufferSize`."""
_VALUES_PER_WRITE: Final = 9
_WRITES: Final = _LOG_LIMIT // (_VALUES_PER_WRITE * _VALUE_SIZE) + 1

_protecting: asyncio.Task[None] | None = None


async def protect_from_crash() -> None:
    """Make the browser begin a new log, so that what is written from now on survives a past crash.

    Without this, Chromium may delete all of the origin's databases two visits after it was killed.
    Await it before the first write. It writes 4 MiB, deletes them again, and takes about 100 ms;
    it does so once in the life of a page, and only in browsers that need it.

    Raises:
        IndexedDBError: the browser failed, or has no room for this. Nothing is less safe than it
            was.
    """
    global _protecting  # noqa: PLW0603 a page has one log
    if not IN_PYODIDE or not _quirks.appends_to_broken_logs(js.navigator):
        return
    if _protecting is None:
        _protecting = asyncio.ensure_future(_fill_log())
    await asyncio.shield(_protecting)


async def _fill_log() -> None:
    # Random, so that compression does not make it small.
    value = os.urandom(_VALUE_SIZE)

    async def create(tx: UpgradeTransaction, _old_version: int) -> None:
        tx.create_store("ballast", auto_increment=True)

    async def fill(tx: Transaction) -> None:
        for _ in range(_VALUES_PER_WRITE):
            tx.store("ballast").put(value)

    database = await open(BALLAST, 1, create)
    try:
        for _ in range(_WRITES):
            await database.write(["ballast"], fill)
    finally:
        database.close()
        await delete(BALLAST)
