"""A small database to test `idb` on."""

import indexeddb

NAME = "idb-test"
THINGS = [{"id": f"t{n}", "colour": ["blue", "red", "teal"][n % 3], "size": n} for n in range(9)]


async def upgrade(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
    """Make a store with keys inside its records, and one with keys beside them."""
    things = tx.create_store("things", key_path="id")
    things.create_index("colour", "colour")
    things.create_index("size", ["colour", "size"])
    tx.create_store("numbers")
