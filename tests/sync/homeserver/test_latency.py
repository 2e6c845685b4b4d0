"""How long a message takes from one person to another."""

import asyncio
import os
import statistics
import time
from collections.abc import Callable

import pytest

from roomkeep.persistence import Change
from roomkeep.sync.directory import NewChannel, NewRoom
from support.sync_people import synced_people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver

MESSAGES = 50 if "ROOMKEEP_SYNC_OPERATIONS" in os.environ else 15


async def test_a_message_arrives_within_a_second(
    homeserver: Homeserver, measured: Callable[[str], None]
) -> None:
    async with synced_people(homeserver, "ada", "ben") as (ada, ben):
        made = await ada.client.create_room(
            NewRoom(name="Club", channels=(NewChannel(name="general"),))
        )
        room, channel = made.room.id, made.room.channels[0].id
        await ben.client.join_room(room)
        heard: asyncio.Queue[str] = asyncio.Queue()

        def listen(change: Change) -> None:
            if (change.store, change.action) == ("messages", "put"):
                for message in change.records:
                    heard.put_nowait(message.content)

        ben.database.subscribe(listen)
        took = []
        for number in range(MESSAGES):
            began = time.perf_counter()
            await ada.say(room, channel, f"{number}")
            while await heard.get() != f"{number}":
                pass
            took.append((time.perf_counter() - began) * 1000)
        median = statistics.median(took)
        measured(f"median of {MESSAGES} messages {median:.0f} ms, the slowest {max(took):.0f} ms")
        assert median < 1_000
