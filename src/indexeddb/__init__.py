"""IndexedDB from Python, in Pyodide.

A transaction is one coroutine. Inside it only the transaction's own requests may be awaited. It
commits when the coroutine returns, and undoes everything when the coroutine raises:

```python
import indexeddb

async def upgrade(tx, old_version):
    tx.create_store("notes", key_path="id")

async def add_line(tx):
    notes = tx.store("notes")
    note = await notes.get("todo") or {"id": "todo", "lines": []}
    note["lines"].append("water the plants")
    await notes.put(note)

db = await indexeddb.open("garden", version=1, upgrade=upgrade)
await db.write(["notes"], add_line)
```

Names are those of the IndexedDB specification (https://www.w3.org/TR/IndexedDB-3/), in snake_case.
Under CPython databases are kept in memory, with the same semantics, so that code that uses them can
be tested: see `indexeddb.testing`. The errors are in `indexeddb.errors`.
"""

from indexeddb._blob import Blob
from indexeddb._bodies import reads, writes
from indexeddb._changes import Change
from indexeddb._channel import publish
from indexeddb._cursor import Cursor, KeyCursor
from indexeddb._database import Database
from indexeddb._databases import databases, delete, exists, names, open  # noqa: A004
from indexeddb._engines import Memory
from indexeddb._feed import Subscription
from indexeddb._live import LiveQueries, LiveStore
from indexeddb._log import protect_from_crash
from indexeddb._migrations import Migration
from indexeddb._request import Request
from indexeddb._store import Index, Store
from indexeddb._transaction import (
    Body,
    Durability,
    Mode,
    Transaction,
    Upgrade,
    UpgradeTransaction,
)
from indexeddb._typed import TypedCursor, TypedIndex, TypedStore
from indexeddb._typed_one_shots import DatabaseStore
from indexeddb._values import from_json, to_json, to_py
from indexeddb.errors import (
    Blocked,
    ConnectionLost,
    ConstraintViolated,
    IndexedDBError,
    InvalidKey,
    InvalidValue,
    NotFound,
    QuotaExceeded,
    ReadOnly,
    TransactionAborted,
    Unavailable,
    UsageError,
    VersionTooNew,
    error_from,
)
from indexeddb.keys import Direction, Key, KeyRange

__all__ = [
    "Blob",
    "Blocked",
    "Body",
    "Change",
    "ConnectionLost",
    "ConstraintViolated",
    "Cursor",
    "Database",
    "DatabaseStore",
    "Direction",
    "Durability",
    "Index",
    "IndexedDBError",
    "InvalidKey",
    "InvalidValue",
    "Key",
    "KeyCursor",
    "KeyRange",
    "LiveQueries",
    "LiveStore",
    "Memory",
    "Migration",
    "Mode",
    "NotFound",
    "QuotaExceeded",
    "ReadOnly",
    "Request",
    "Store",
    "Subscription",
    "Transaction",
    "TransactionAborted",
    "TypedCursor",
    "TypedIndex",
    "TypedStore",
    "Unavailable",
    "Upgrade",
    "UpgradeTransaction",
    "UsageError",
    "VersionTooNew",
    "databases",
    "delete",
    "error_from",
    "exists",
    "from_json",
    "names",
    "open",
    "protect_from_crash",
    "publish",
    "reads",
    "to_json",
    "to_py",
    "writes",
]
