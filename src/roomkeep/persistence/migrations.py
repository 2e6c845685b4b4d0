"""How a database of an older version becomes one of this version."""

from roomkeep.idb import UpgradeTransaction
from roomkeep.persistence.indexeddb_engine import IndexedDBTransaction
from roomkeep.persistence.schema import SCHEMA, KeyPath
from roomkeep.persistence.stores import reactions

__all__ = ["upgrade"]


async def upgrade(tx: UpgradeTransaction, old_version: int) -> None:
    """Create what is missing, from nothing (0) or from version 1; every record stays.

    Version 1 had no attachments store and no indexes, and its messages did not say which reactions
    they have.
    """
    existing = tx.store_names
    for name, schema in SCHEMA.items():
        if name in existing:
            store = tx.store(name)
        else:
            store = tx.create_store(name, key_path=_js_path(schema.key_path))
        present = store.index_names
        for index, path in schema.indexes.items():
            if index not in present:
                store.create_index(index, _js_path(path))
    if old_version > 0:
        await reactions.reconcile(IndexedDBTransaction(tx))


def _js_path(path: KeyPath) -> str | list[str]:
    return path if isinstance(path, str) else list(path)
