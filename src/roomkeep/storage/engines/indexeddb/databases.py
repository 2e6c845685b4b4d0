"""The databases of the page's origin: listed, looked at, deleted."""

from collections.abc import Sequence
from typing import Any

import indexeddb
from indexeddb import Memory
from roomkeep.storage.changes import Change, encode_changes
from roomkeep.storage.engines.indexeddb.errors import storage_errors
from roomkeep.storage.operations.meta import CURRENT_USER_ID

__all__ = ["Memory", "database_exists", "database_names", "delete_database", "read_owner"]


async def database_names(memory: Memory | None = None) -> list[str]:
    """Return the names of this origin's databases, or of those in memory, sorted."""
    with storage_errors:
        return await indexeddb.names(memory=memory)


async def database_exists(name: str) -> bool:
    """Return whether there is such a database. Looking does not create it."""
    with storage_errors:
        return await indexeddb.exists(name)


async def delete_database(name: str, memory: Memory | None = None) -> None:
    """Delete a database, where there is one.

    Raises:
        StorageBlocked: another tab holds it open.
    """
    with storage_errors:
        await indexeddb.delete(name, memory=memory)


def tell_others(name: str, changes: Sequence[Change]) -> None:
    """Publish changes that no transaction makes to whoever has a database open."""
    indexeddb.publish(name, encode_changes(changes))


async def read_owner(name: str) -> str | None:
    """Return whose a database is, by its meta; None where that is not known.

    It is not created, upgraded or changed.
    """

    async def refuse(_tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
        # There is none, or another tab has just deleted it; undone, its creation has not happened.
        raise FileNotFoundError

    async def look(tx: indexeddb.Transaction) -> Any:
        return await tx.store("meta").get(CURRENT_USER_ID)

    with storage_errors:
        try:
            database = await indexeddb.open(name, None, refuse)
        except FileNotFoundError:
            return None
        try:
            has_meta = "meta" in database.store_names
            record = await database.read(["meta"], look) if has_meta else None
        finally:
            database.close()
    owner = record.get("value") if isinstance(record, dict) else None
    return owner if isinstance(owner, str) else None
