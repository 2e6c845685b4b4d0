"""Compares what search finds with what there is, then writes and indexes until it is killed.

Each batch has one message with a word of its own, which is deleted when nothing changes near it
any more: after the index has been brought up to date, the word must not be in it.
"""

import asyncio
import itertools
import json

import js

import indexeddb
from roomkeep.models import Channel, Message, Room
from roomkeep.persistence import DatabaseService
from roomkeep.storage.schema import search_database_name
from roomkeep.storage.search import plan
from support.search_pages import all_hits

SIZE = 40
AGE = 40
"""So many batches later a message is deleted; those after it reach back by 28."""

# Small, so that a kill meets every step of the building.
vars(plan).update(SEGMENT=256, TAIL=16, SLICE=64)


def batch(number: int) -> list[Message]:
    """Return the messages of one transaction: some late, some new."""
    return [
        Message(
            id=f"{number} {place}",
            room_id="room",
            sender_id="ann",
            sender_name="Ann",
            content=f"tea batch{number} {'gone' if place == 0 else 'kept'}{number}",
            timestamp=number * 1_000 - place * 700,
        )
        for place in range(SIZE)
    ]


async def write(db: DatabaseService) -> None:
    """Write one batch after the other, and delete a message of an older one."""
    stored = await db.get_messages("room", limit=1_000_000)
    first = max((int(one.id.split()[0]) for one in stored), default=0) + 1
    for number in itertools.count(first):
        await db.save_messages(batch(number))
        await db.delete_message(f"{number - AGE} 0")
        js.tellHost(json.dumps({"acknowledged": number - AGE}))


async def index(db: DatabaseService) -> None:
    """Keep the index up to date."""
    while True:
        await db.update_search_index()


async def is_right(db: DatabaseService, messages: list[Message]) -> bool:
    """Tell whether what is found is what there is."""
    here = [one for one in messages if not one.is_deleted]
    numbers = sorted({int(one.id.split()[0]) for one in messages})
    words = ["tea", *(f"batch{number}" for number in numbers[-5:] + numbers[:2])]
    for word in words:
        expected = {one.id for one in here if word in one.content.split()}
        found = [hit.message.id for hit in (await all_hits(db, word))[0]]
        if len(found) != len(set(found)) or set(found) != expected:
            return False
    return True


async def words_of_deleted(db: DatabaseService, messages: list[Message]) -> list[str]:
    """Return the words of deleted messages that are in the index."""
    database = await indexeddb.open(search_database_name(db.database_name))
    texts = [block["name"] + block["text"] for block in await database.get_all("blocks")]
    database.close()
    terms = {term.removeprefix("term/") for text in texts for term in text.split("\n")}
    gone = [f"gone{one.id.split()[0]}" for one in messages if one.is_deleted]
    return [word for word in gone if word in terms]


async def main() -> None:
    """Compare, tell, and go on."""
    db = DatabaseService()
    await db.initialize()
    channels = (Channel(id="general", name="General", type="text", position=0),)
    await db.save_room(Room(id="room", name="Room", host_id="ann", created_at=0, channels=channels))
    messages = await db.get_messages("room", limit=1_000_000)
    if not messages:
        for number in range(1, AGE + 1):
            await db.save_messages(batch(number))
        messages = await db.get_messages("room", limit=1_000_000)
    was_right = await is_right(db, messages)
    await db.update_search_index()
    becomes_right = await is_right(db, messages)
    left = await words_of_deleted(db, messages)
    told = {
        "found": [int(one.id.split()[0]) for one in messages if one.is_deleted],
        "isWhole": was_right and becomes_right and not left,
        "state": f"{was_right} {becomes_right} {left}",
    }
    js.tellHost(json.dumps(told))
    await asyncio.gather(write(db), index(db))


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
