"""IndexedDB from Python, in Pyodide.

A transaction is one coroutine. Inside it only the transaction's own requests may be awaited. It
commits when the coroutine returns, and undoes everything when the coroutine raises:

```python
async def upgrade(tx, old_version):
    tx.create_store("notes", key_path="id")

async def add_line(tx):
    notes = tx.store("notes")
    note = await notes.get("todo") or {"id": "todo", "lines": []}
    note["lines"].append("water the plants")
    await notes.put(note)

db = await idb.open("garden", version=1, upgrade=upgrade)
await db.write(["notes"], add_line)
```

Names are those of the IndexedDB specification (https://www.w3.org/TR/IndexedDB-3/), in snake_case.
The module can be imported under CPython too; there `open` raises `StorageUnavailable`.
"""

from roomkeep.idb._database import Database, Durability, delete, exists, names, open  # noqa: A004
from roomkeep.idb._errors import error_from
from roomkeep.idb._key_range import Key, KeyRange
from roomkeep.idb._platform import from_json, to_json, to_py
from roomkeep.idb._request import Request
from roomkeep.idb._store import Cursor, Direction, Index, Store
from roomkeep.idb._transaction import Body, Transaction, Upgrade, UpgradeTransaction

__all__ = [
    "Body",
    "Cursor",
    "Database",
    "Direction",
    "Durability",
    "Index",
    "Key",
    "KeyRange",
    "Request",
    "Store",
    "Transaction",
    "Upgrade",
    "UpgradeTransaction",
    "delete",
    "error_from",
    "exists",
    "from_json",
    "names",
    "open",
    "to_json",
    "to_py",
]
