"""The engine on the browser's IndexedDB. It can be imported in a browser only."""

from roomkeep.storage.engines.indexeddb.databases import (
    database_exists,
    database_names,
    delete_database,
    read_owner,
)
from roomkeep.storage.engines.indexeddb.engine import IndexedDBEngine, open_engine, upgrade
from roomkeep.storage.engines.indexeddb.errors import storage_errors

__all__ = [
    "IndexedDBEngine",
    "database_exists",
    "database_names",
    "delete_database",
    "open_engine",
    "read_owner",
    "storage_errors",
    "upgrade",
]
