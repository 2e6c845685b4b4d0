"""What a check finds that only a browser can keep."""

import indexeddb
from roomkeep.storage.schema import VERSION, database_name
from support.make import stored_message
from support.worlds import IndexedDBWorld


async def test_a_message_at_no_time_at_all_is_named(world: IndexedDBWorld) -> None:
    db = await world.service()
    database = await indexeddb.open(database_name(None), VERSION)

    async def put(tx: indexeddb.Transaction) -> None:
        await tx.store("messages").put(stored_message("nan", timestamp=float("nan")))
        await tx.store("messages").put(stored_message("good"))

    await database.write(["messages"], put)
    database.close()
    assert [found.id for found in await db.get_messages("r1")] == ["good"]
    assert {(one.key, one.kind) for one in await db.find_problems()} == {
        ("nan", "unreadable"),
        ("nan", "unindexed"),
    }
    assert await db.repair() == []
    assert [stored["id"] for stored in await world.stored("messages")] == ["good", "nan"]
