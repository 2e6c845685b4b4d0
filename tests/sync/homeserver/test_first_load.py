"""Signing in on a new device to an account that has rooms and history."""

import pytest

from roomkeep.storage.channel_settings import LAST_READ, setting_key
from roomkeep.sync.directory import NewChannel, NewRoom
from roomkeep.sync.errors import NotReachable
from roomkeep.sync.first_load import NOT_LOADED
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.wire import Request, Response, Transport
from support.sync_people import SyncedPerson, synced_people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver

COUNT = 40
LOADED = 31
"""The last message comes with the rooms, and thirty after that."""


class NoHistory:
    """A connection on which no history comes, for a while."""

    def __init__(self, inner: Transport) -> None:
        self.is_over = False
        self._inner = inner

    async def send(self, request: Request) -> Response:
        if not self.is_over and "/messages?" in request.url:
            raise NotReachable("not now")
        return await self._inner.send(request)


async def test_the_latest_messages_come_after_the_rooms_and_also_after_a_crash(
    homeserver: Homeserver,
) -> None:
    async with synced_people(homeserver, "ada", "ben") as (ada, ben):
        names = ("general", "plans", "quiet")
        channels = tuple(NewChannel(name=name) for name in names)
        made = await ada.client.create_room(NewRoom(name="Club", channels=channels))
        room_id = made.room.id
        general, plans, quiet = (channel.id for channel in made.room.channels)
        await ben.client.join_room(room_id)
        times: dict[str, list[int]] = {}
        for channel_id in (general, plans):
            said = [await ada.say(room_id, channel_id, f"{n} {channel_id}") for n in range(COUNT)]
            await ada.until_sent()
            heard = [await ben.until_text(room_id, one.content) for one in said]
            times[channel_id] = [one.timestamp for one in heard]
        # The one was read up to among the latest messages, the other up to before them.
        read = {general: times[general][COUNT - 3], plans: times[plans][2]}
        keys = {one: setting_key(LAST_READ, (room_id, one)) for one in read}
        await ben.database.save_settings({keys[one]: read[one] for one in read})
        await ben.until_sent()

        async with HttpxTransport() as inner:
            history = NoHistory(inner)
            second = SyncedPerson("ben", ben.user_id, homeserver, history)
            await second.sign_in()

            async def loads() -> bool:
                progress = second.client.progress()
                return progress is not None and progress.step == "messages"

            await second.until(loads)
            for channel_id in read:
                last = f"{COUNT - 1} {channel_id}"
                assert await second.texts(room_id, channel_id) == [last]
            await second.restart()
            await second.until(loads)
            history.is_over = True

            async def is_loaded() -> bool:
                return await second.database.get_setting(NOT_LOADED) is None

            await second.until(is_loaded)
            for channel_id, time in read.items():
                latest = [f"{n} {channel_id}" for n in range(COUNT - LOADED, COUNT)]
                assert await second.texts(room_id, channel_id) == latest
                assert await second.database.get_setting(keys[channel_id]) == time
            assert await second.texts(room_id, quiet) == []
            # What was read elsewhere is not told to the server again.
            assert await second.database.get_outbox() == []
            assert second.client.progress() is None
            await second.client.stop()
