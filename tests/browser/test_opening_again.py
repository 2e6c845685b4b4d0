"""What it takes to open an account: each transaction is a wait before the first screen."""

from support.js import run_js
from support.make import room
from support.worlds import IndexedDBWorld


async def test_opening_an_account_again_takes_one_transaction(world: IndexedDBWorld) -> None:
    db = await world.service()
    await db.set_current_user_id("ann")
    await db.save_room(room())  # once the page has protected its databases from a crash
    run_js("""
        globalThis.begin = IDBDatabase.prototype.transaction;
        globalThis.begun = 0;
        IDBDatabase.prototype.transaction = function (...given) {
            globalThis.begun += 1;
            return begin.apply(this, given);
        };
    """)
    try:
        await db.close()
        await db.initialize()
        assert db.current_user_id == "ann"
        assert run_js("begun") == 1
    finally:
        run_js("IDBDatabase.prototype.transaction = begin")


async def test_an_account_whose_database_names_nobody_is_its_owners_again(
    world: IndexedDBWorld,
) -> None:
    db = await world.service()
    await db.set_current_user_id("ann")
    await world.plant("meta", {"key": "currentUserId", "value": "bob"}, user_id="ann")
    await db.close()
    await db.initialize()
    assert db.current_user_id == "ann"
    owners = [one for one in await world.stored("meta", "ann") if one["key"] == "currentUserId"]
    assert [one["value"] for one in owners] == ["ann"]
