"""Two people, each on a homeserver of their own."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from roomkeep.models import Channel
from roomkeep.sync.directory import NewChannel, NewRoom
from support.sync_people import SyncedPerson, synced_people
from tools.federation import federated
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver


@pytest.fixture
async def two(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[list[SyncedPerson]]:
    with federated(tmp_path) as servers:
        async with AsyncExitStack() as stack:
            people = []
            for server, name in zip(servers, ("ada", "ben"), strict=True):
                people += await stack.enter_async_context(synced_people(server, name))
            yield people


async def test_people_of_two_homeservers_are_in_one_room(two: list[SyncedPerson]) -> None:
    ada, ben = two
    assert ada.user_id.partition(":")[2] != ben.user_id.partition(":")[2]
    made = await ada.client.create_room(
        NewRoom(name="Club", channels=(NewChannel(name="general"), NewChannel(name="porch")))
    )
    room, (general, porch) = made.room.id, [channel.id for channel in made.room.channels]
    link = f"https://matrix.to/#/{room}?via={ada.server.server_name}"
    joined = await ben.client.join_room(link)
    assert [channel.name for channel in joined.room.channels] == ["general", "porch"]
    assert joined.entered == (general, porch)
    await ada.say(room, general, "hello")
    heard = await ben.until_text(room, "hello")
    await ben.say(room, porch, "hello too", reply_to_id=heard.id)
    await ada.until_text(room, "hello too")

    # A channel that is new is entered, too.
    known = await ada.database.get_room(room)
    assert known is not None
    shed = Channel(id=secrets.token_hex(4), name="shed", type="text", position=2)
    await ada.database.update_room(room, channels=(*known.channels, shed))
    await ada.until_sent()
    listed = await ada.database.get_room(room)
    assert listed is not None
    there = listed.channels[2].id
    await ada.say(room, there, "in the shed")

    async def has_arrived() -> bool:
        # What was said before Ben's server was there, it has to ask for.
        for gap in await ben.database.get_gaps(room, there):
            await ben.client.fill(gap)
        return await ben.texts(room, there) == ["in the shed"]

    await ben.until(has_arrived)
    for channel in listed.channels:
        assert await ada.texts(room, channel.id) == await ben.texts(room, channel.id)
