"""Tells what the database holds, then writes, and tells each write that was acknowledged, for ever.

Each transaction writes as many messages as `SIZE`, each with a reaction, so that half of one would
show.
"""

import asyncio
import itertools
import json
from collections import Counter

import js

from roomkeep.models import Message, Reaction
from roomkeep.persistence import DatabaseService

SIZE = 4
WRITERS = 3


def batch(number: int) -> list[Message]:
    """Return the messages of one transaction."""
    ids = [f"{number} {place}" for place in range(SIZE)]
    return [
        Message(
            id=id_,
            room_id="room",
            sender_id="ann",
            sender_name="Ann",
            content="text " * 50,
            timestamp=number,
            reactions=(Reaction(message_id=id_, oder_id="bob", emoji="x", timestamp=number),),
        )
        for id_ in ids
    ]


async def write(db: DatabaseService, numbers: "itertools.count[int]") -> None:
    """Write one batch after the other."""
    for number in numbers:
        await db.save_messages(batch(number))
        js.tellHost(json.dumps({"acknowledged": number}))


async def main() -> None:
    """Tell what there is, and write more."""
    db = DatabaseService()
    await db.initialize()
    messages = await db.get_messages("room", limit=1_000_000)
    rows = (await db.get_storage_report()).rows
    pieces = Counter(message.timestamp for message in messages)
    whole = [number for number, count in pieces.items() if count == SIZE]
    is_whole = len(whole) == len(pieces) and rows["reactions"] == len(messages)
    js.tellHost(json.dumps({"found": whole, "isWhole": is_whole}))
    numbers = itertools.count(max(pieces, default=0) + 1)
    await asyncio.gather(*(write(db, numbers) for _ in range(WRITERS)))


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
