"""What a schema is like, and how an upgrade changes it."""

from typing import Any

import pytest

import indexeddb
from indexeddb import ConstraintViolated, NotFound, UsageError
from support.small_database import NAME, THINGS


async def upgrade_with(body: Any) -> indexeddb.Database:
    async def upgrade(tx: indexeddb.UpgradeTransaction, old_version: int) -> None:
        assert tx.old_version == old_version == 1
        await body(tx)

    return await indexeddb.open(NAME, 2, upgrade)


async def test_a_renamed_store_keeps_its_records_and_indexes(db: indexeddb.Database) -> None:
    for thing in THINGS:
        await db.put("things", thing)
    db.close()

    async def body(tx: indexeddb.UpgradeTransaction) -> None:
        old = tx.store("things")
        assert old.index_names == ["colour", "size"]
        renamed = tx.rename_store("things", "objects")
        assert tx.store_names == ["numbers", "objects"]
        assert (renamed.name, renamed.index_names) == ("objects", ["colour", "size"])
        assert await renamed.count() == len(THINGS)
        with pytest.raises(NotFound):
            tx.store("things")
        with pytest.raises(NotFound):
            old.count()
        with pytest.raises(NotFound):
            tx.rename_store("nowhere", "x")
        with pytest.raises(ConstraintViolated):
            tx.rename_store("objects", "numbers")
        tx.create_store("things")

    db = await upgrade_with(body)
    assert db.store_names == ["numbers", "objects", "things"]
    assert await db.get_all("objects") == THINGS
    assert await db.count("objects", "red", index="colour") == 3
    db.close()


async def test_a_renamed_index_keeps_its_order(db: indexeddb.Database) -> None:
    await db.put("things", THINGS[0])
    db.close()

    async def body(tx: indexeddb.UpgradeTransaction) -> None:
        things = tx.store("things")
        renamed = things.rename_index("colour", "paint")
        assert (renamed.name, renamed.key_path) == ("paint", "colour")
        assert await renamed.count("blue") == 1
        assert things.index_names == ["paint", "size"]
        with pytest.raises(NotFound):
            things.index("colour")
        with pytest.raises(NotFound):
            things.rename_index("nowhere", "x")
        with pytest.raises(ConstraintViolated):
            things.rename_index("paint", "size")

    db = await upgrade_with(body)
    assert await db.get_all("things", "blue", index="paint") == [THINGS[0]]
    db.close()


async def test_stores_and_indexes_tell_what_they_are(db: indexeddb.Database) -> None:
    db.close()

    async def body(tx: indexeddb.UpgradeTransaction) -> None:
        assert (tx.mode, tx.durability) == ("versionchange", "default")
        made = tx.create_store("made", key_path="n", auto_increment=True)
        made.create_index("tags", "tags", multi_entry=True)
        pair = made.create_index("pair", ["a", "b.c"], unique=True)
        assert (pair.key_path, pair.unique, pair.multi_entry) == (["a", "b.c"], True, False)
        tx.create_store("itself", key_path="")

    db = await upgrade_with(body)

    async def look(tx: indexeddb.Transaction) -> Any:
        made, numbers, itself = (tx.store(name) for name in ("made", "numbers", "itself"))
        tags, pair = made.index("tags"), made.index("pair")
        return [
            [(store.key_path, store.auto_increment) for store in (made, numbers, itself)],
            [(index.key_path, index.unique, index.multi_entry) for index in (tags, pair)],
        ]

    assert await db.read(["made", "numbers", "itself"], look) == [
        [("n", True), (None, False), ("", False)],
        [("tags", False, True), (["a", "b.c"], True, False)],
    ]
    assert (db.version, db.store_names) == (2, ["itself", "made", "numbers", "things"])
    db.close()


async def test_stores_and_indexes_do_what_they_tell(db: indexeddb.Database) -> None:
    db.close()

    async def body(tx: indexeddb.UpgradeTransaction) -> None:
        made = tx.create_store("made", key_path="n", auto_increment=True)
        made.create_index("tags", "tags", multi_entry=True)
        made.create_index("name", "name", unique=True)
        tx.create_store("itself", key_path="")

    db = await upgrade_with(body)
    assert await db.put("made", {"tags": ["a", "b"], "name": "x"}) == 1
    assert await db.put("made", {"tags": ["b", "b"]}) == 2
    assert await db.get("made", 2) == {"tags": ["b", "b"], "n": 2}
    assert await db.get_all_keys("made", "b", index="tags") == [1, 2]
    with pytest.raises(ConstraintViolated):
        await db.put("made", {"name": "x"})
    assert await db.put("itself", "the key") == "the key"
    db.close()


@pytest.mark.parametrize("chosen", [None, KeyError("no shed")])
async def test_an_upgrade_that_aborts_leaves_the_database_as_it_was(
    db: indexeddb.Database, chosen: Exception | None
) -> None:
    db.close()

    async def body(tx: indexeddb.UpgradeTransaction) -> None:
        await tx.rename_store("things", "objects").put({"id": "x"})
        tx.store("objects").rename_index("colour", "paint")
        with pytest.raises((KeyError, indexeddb.TransactionAborted)):
            tx.abort(chosen)

    with pytest.raises((KeyError, indexeddb.TransactionAborted)) as caught:
        await upgrade_with(body)
    if chosen is None:
        assert "the body has undone the transaction" in str(caught.value)
    else:
        assert caught.value is chosen
    db = await indexeddb.open(NAME)
    assert (db.version, db.store_names) == (1, ["numbers", "things"])
    assert await db.count("things", index="colour") == 0
    db.close()


@pytest.mark.parametrize("path", [5, True, {}, [], [[]], ["a", None], "a b", "a..b", ["a", "."]])
async def test_what_is_no_key_path_is_refused(db: indexeddb.Database, path: Any) -> None:
    db.close()

    async def body(tx: indexeddb.UpgradeTransaction) -> None:
        with pytest.raises(UsageError):
            tx.create_store("made", key_path=path)
        with pytest.raises(UsageError):
            tx.store("things").create_index("made", path)

    upgraded = await upgrade_with(body)
    assert upgraded.store_names == ["numbers", "things"]
    upgraded.close()


async def test_what_does_not_go_together_is_refused(db: indexeddb.Database) -> None:
    db.close()

    async def body(tx: indexeddb.UpgradeTransaction) -> None:
        for path in ("", ["a", "b"]):
            with pytest.raises(UsageError):
                tx.create_store("made", key_path=path, auto_increment=True)
        with pytest.raises(UsageError):
            tx.store("things").create_index("made", ["a", "b"], multi_entry=True)
        no_path: Any = None
        with pytest.raises(UsageError, match="None is not a key path"):
            tx.store("things").create_index("made", no_path)

    (await upgrade_with(body)).close()


async def test_only_an_upgrade_changes_indexes(db: indexeddb.Database) -> None:
    async def create(tx: indexeddb.Transaction) -> None:
        tx.store("things").create_index("made", "made")

    async def rename(tx: indexeddb.Transaction) -> None:
        tx.store("things").rename_index("colour", "paint")

    async def delete(tx: indexeddb.Transaction) -> None:
        tx.store("things").delete_index("colour")

    for body in (create, rename, delete):
        with pytest.raises(UsageError, match="upgrade"):
            await db.write(["things"], body)
