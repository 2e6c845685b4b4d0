"""The account from end to end: every record is read once, and what is added overwrites nothing."""

from typing import get_args

from roomkeep.models import Message, Record
from roomkeep.persistence import DatabaseService, StoreName
from support.make import attachment, ban, message, reaction, room, stored_message, user
from support.worlds import World


async def read(db: DatabaseService, store: StoreName) -> list[Record]:
    found: list[Record] = []
    page = await db.get_records(store)
    found += page.records
    while page.next is not None:
        page = await db.get_records(store, page.next)
        found += page.records
    return found


async def test_every_record_is_read_once(world: World, db: DatabaseService) -> None:
    for store in get_args(StoreName):
        assert await read(db, store) == []
    messages = [message(f"m{n:04}", timestamp=n) for n in range(1_200)]
    await db.save_messages(messages)
    await db.save_reaction(reaction(message_id="m0000"))
    await db.save_reaction(reaction(message_id="later"))
    await world.plant("messages", stored_message("bad", content=7))
    await db.save_room(room())
    await db.save_user(user())
    expired = ban(expires_at=3_001)
    await db.save_ban(expired)
    await db.save_attachment(attachment(), b"cat")
    found = await read(db, "messages")
    assert {one.id: one for one in await db.get_messages("r1", 2_000)} == {
        one.id: one for one in found if isinstance(one, Message)
    }
    assert len(found) == len(messages)
    assert await read(db, "reactions") == [reaction(message_id="later")]
    assert await read(db, "rooms") == [room()]
    assert await read(db, "users") == [user()]
    assert await read(db, "bans") == [expired]
    assert await read(db, "attachments") == [attachment()]


async def test_messages_that_are_there_stay_as_they_are(db: DatabaseService) -> None:
    await db.save_message(message(content="mine"))
    await db.save_message(message("gone"))
    await db.delete_message("gone")
    named = reaction(message_id="new")
    new = message("new", reactions=(named,))
    given = [message(content="theirs", reactions=(reaction(),)), message("gone"), new]
    assert await db.add_messages(given) == 1
    assert await db.add_messages(given) == 0
    assert [(one.id, one.content) for one in await db.get_messages("r1")] == [
        ("gone", "This message was deleted."),
        ("m1", "mine"),
        ("new", "content of new"),
    ]
    assert await db.get_reactions_for_message("m1") == []
    assert await db.get_reactions_for_message("new") == [named]


async def test_messages_are_added_among_many_that_are_there(db: DatabaseService) -> None:
    # As IndexedDB sorts, by the units of UTF-16, the first of these comes before the second.
    edges = ["\U0001f600", "\uff5e"]
    await db.save_messages([message(f"m{n:02}", content="mine") for n in range(20)])
    await db.save_messages([message(edge, content="mine") for edge in edges])
    assert await db.add_messages([message(edge, content="theirs") for edge in edges]) == 0
    given = [message(one, content="theirs") for one in ("m00", "m05b", "m19", "n", *edges)]
    assert await db.add_messages(given) == 2
    there = {one.id: one.content for one in await db.get_messages("r1", 100)}
    assert {id_ for id_, content in there.items() if content == "theirs"} == {"m05b", "n"}
    assert await db.add_messages([]) == 0
