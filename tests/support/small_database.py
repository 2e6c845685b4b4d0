"""A small database to test `idb` on."""

import indexeddb

NAME = "idb-test"


async def upgrade(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
    """Make a store with keys inside its records, and one with keys beside them."""
    things = tx.create_store("things", key_path="id")
    things.create_index("colour", "colour")
    things.create_index("size", ["colour", "size"])
    tx.create_store("numbers")
