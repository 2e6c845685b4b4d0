"""One of two tabs that write into one account and index it, as `index-in-tabs.mjs` asks."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import js
from pyodide.ffi import create_proxy

from roomkeep.models import Channel, Message, Room
from roomkeep.persistence import DatabaseService, SearchProgress
from roomkeep.storage.search import plan
from support.search_pages import all_hits

# Small, so that the building takes many steps, and the tabs meet in them.
vars(plan).update(SEGMENT=256, TAIL=16, SLICE=64)

SIZE = 40

db = DatabaseService()
reports: list[SearchProgress] = []
goes_on = asyncio.Event()


async def write(tab: str, first: int, count: int) -> None:
    """Write batches of messages among those of the other tab, and delete or edit some."""
    for number in range(first, first + count):
        await db.save_messages(
            [
                Message(
                    id=f"{number} {tab} {place}",
                    room_id="room",
                    sender_id="ann",
                    sender_name="Ann",
                    content=f"tea {tab} batch{number} word{place}",
                    timestamp=number * 1_000 - place * 700,
                )
                for place in range(SIZE)
            ]
        )
        await db.delete_message(f"{number} {tab} 3")
        await db.update_message(f"{number} {tab} 5", content=f"cake {tab} batch{number}")


async def index() -> None:
    """Bring the index up to date."""
    await db.update_search_index(report=reports.append)


async def index_and_pause() -> None:
    """Begin to bring the index up to date, and go on only when the tab is told to."""

    async def rest() -> None:
        if reports:
            js.tellHost("pauses")
            await goes_on.wait()

    await db.update_search_index(rest=rest, report=reports.append)


async def look() -> str:
    """Return who holds and who waits for the lock, and whether this tab has built anything."""
    locks = (await js.navigator.locks.query()).to_py()
    count = {
        part: sum(lock["name"].endswith(" search") for lock in locks[part])
        for part in ("held", "pending")
    }
    return json.dumps({**count, "reports": len(reports)})


async def compare() -> str:
    """Return for which words the search finds something else than there is."""
    messages = [m for m in await db.get_messages("room", limit=1_000_000) if not m.is_deleted]
    wrong = []
    words = {word for message in messages for word in message.content.split()}
    for word in sorted(words):
        hits, is_indexed = await all_hits(db, word)
        found = [hit.message.id for hit in hits]
        expected = [message.id for message in messages if word in message.content.split()]
        if sorted(found) != sorted(expected) or not is_indexed:
            wrong.append([word, len(found), len(expected), is_indexed])
    return json.dumps({"messages": len(messages), "words": len(words), "wrong": wrong})


async def main() -> None:
    """Open the account, and do what is asked."""
    await db.initialize()
    channels = (Channel(id="general", name="General", type="text", position=0),)
    await db.save_room(Room(id="room", name="Room", host_id="ann", created_at=0, channels=channels))

    def ask(name: str, *args: Any) -> asyncio.Future[Any]:
        asked: Coroutine[Any, Any, Any] = globals()[name](*args)
        return asyncio.ensure_future(asked)

    js.ask = create_proxy(ask)
    js.tellHost("ready")


await main()  # type: ignore[top-level-await]  # noqa: F704, PLE1142
