"""A room with far more members than a device keeps."""

from pathlib import Path

import pytest

from roomkeep.sync.matrix_view import MANY_MEMBERS
from roomkeep.sync.wire import rooms
from support.homeserver import running_homeserver
from support.sync_people import synced_people
from tools.homeserver import Homeserver
from tools.homeserver_data import add_members, add_messages

pytestmark = pytest.mark.homeserver

MEMBERS = MANY_MEMBERS + 500
MESSAGES = 150


async def test_a_room_with_thousands_of_members_has_those_with_a_role(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    with running_homeserver(tmp_path) as server:
        async with synced_people(server, "ada", "ben") as (ada, ben):
            settings = {"preset": "public_chat", "name": "Stadium"}
            room_id = await rooms.create(ada.client._connected.wire, settings)
            await ada.client.stop()
            await ben.client.stop()
            server.close()
            add_members(tmp_path, room_id, MEMBERS)
            add_messages(tmp_path, {room_id: MESSAGES})
            with Homeserver(tmp_path, server.port):
                await ben.client.start()
                await ben.until_online()
                joined = await ben.client.join_room(room_id)
                assert joined.member_count == MEMBERS + 2
                assert not joined.has_all_members
                names = [member.display_name for member in joined.room.members]
                assert sorted(names) == ["Ada", "Ben"]
                # It is a room like any other: with its history, and what one says there.
                newest = f"message {MESSAGES - 1} " * (1 + (MESSAGES - 1) % 9)
                heard = await ben.until_text(room_id, newest)
                # Who wrote it has a name, though they are not on the roster.
                assert heard.sender_name == f"Member {MEMBERS - 1}"
                await ben.say(room_id, room_id, "hello all")
                await ben.until_sent()
                while gaps := await ben.database.get_gaps(room_id, room_id):
                    assert await ben.client.fill(gaps[-1])
                assert len(await ben.texts(room_id, room_id)) == MESSAGES + 1
                await ben.client.stop()
