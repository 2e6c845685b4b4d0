"""Two people, each with a database of their own, and a real homeserver between them."""

import random
import struct
import zlib
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from roomkeep.errors import RecordNotFound
from roomkeep.models import Attachment, Channel, Message, Reaction
from roomkeep.persistence import LAST_READ, setting_key
from roomkeep.sync.directory import NewChannel, NewRoom
from support.sync_people import SyncedPerson, other_device, synced_people
from tools.homeserver import Homeserver

pytestmark = pytest.mark.homeserver


class Club:
    """A room that both are in."""

    def __init__(self, ada: SyncedPerson, ben: SyncedPerson, room: str, channel: str) -> None:
        self.ada, self.ben = ada, ben
        self.room, self.channel = room, channel

    @property
    def where(self) -> tuple[str, str]:
        return self.room, self.channel

    async def channels(self, person: SyncedPerson) -> list[str]:
        room = await person.database.get_room(self.room)
        return [] if room is None else [channel.name for channel in room.channels]


@pytest.fixture
async def club(homeserver: Homeserver) -> AsyncIterator[Club]:
    async with synced_people(homeserver, "ada", "ben") as (ada, ben):
        made = await ada.client.create_room(
            NewRoom(name="Club", channels=(NewChannel(name="general"),))
        )
        await ben.client.join_room(made.room.id)
        yield Club(ada, ben, made.room.id, made.room.channels[0].id)


async def test_a_conversation(club: Club) -> None:
    ada, ben = club.ada, club.ben
    await ada.say(*club.where, "hello")
    heard = await ben.until_text(club.room, "hello")
    assert (heard.sender_id, heard.channel_id) == (ada.user_id, club.channel)
    await ben.say(*club.where, "hello too", reply_to_id=heard.id)
    answer = await ada.until_text(club.room, "hello too")
    mine = await ada.find(club.room, "hello")
    assert mine is not None
    # Each has their own id for it, and the answer leads to it.
    assert answer.reply_to_id == mine.id

    await ben.database.send_reaction(
        Reaction(message_id=heard.id, oder_id=ben.user_id, emoji="👍", timestamp=await ben.now())
    )

    async def reactions() -> list[tuple[str, str]]:
        found = await ada.database.get_reactions_for_message(mine.id)
        return [(one.oder_id, one.emoji) for one in found]

    assert await ada.until(reactions) == [(ben.user_id, "👍")]
    await ben.database.remove_reaction(heard.id, ben.user_id, "👍")

    async def no_reactions() -> bool:
        return not await reactions()

    await ada.until(no_reactions)

    await ada.database.update_message(mine.id, content="good day", edited_at=await ada.now())
    edited = await ben.until_text(club.room, "good day")
    assert (edited.id, edited.edited_at is not None) == (heard.id, True)
    await ada.database.delete_message(mine.id)

    async def deleted() -> Message | None:
        found = await ben.database.get_message_by_id(heard.id)
        return found if found is not None and found.is_deleted else None

    await ben.until(deleted)
    await ada.until_sent()
    await ben.until_sent()
    assert len(await ada.texts(*club.where)) == len(await ben.texts(*club.where)) == 2


async def test_a_file_arrives_whole(club: Club) -> None:
    ada, ben = club.ada, club.ben
    data = bytes(range(256)) * 100
    file = Attachment(id="f", message_id="draft", filename="a.bin", size=len(data), mime="a/b")
    await ada.database.save_attachment(file, data)
    ada.transport.chance = 0.3
    await ada.say(*club.where, "look", attachment_ids=["f"])
    heard = await ben.until_text(club.room, "look")
    (found,) = await ben.database.get_attachments_for_message(heard.id)
    assert (found.filename, found.size) == ("a.bin", len(data))
    assert await ben.database.read_attachment_data(found.id) is None
    assert await ben.client.download(found) == data
    assert await ben.database.read_attachment_data(found.id) == data
    # The echo makes no second file of it.
    ada.transport.chance = 0
    await ada.until_sent()
    mine = await ada.until_text(club.room, "look")
    assert [one.id for one in await ada.database.get_attachments_for_message(mine.id)] == ["f"]


async def test_what_waits_survives_cuts_and_a_crash(club: Club) -> None:
    ada, ben = club.ada, club.ben
    ada.transport.cut()
    for number in range(5):
        await ada.say(*club.where, f"offline {number}")
    assert len(await ada.database.get_outbox()) == 5
    await ada.restart()
    assert len(await ada.database.get_outbox()) == 5
    ada.transport.mend()
    ada.transport.chance = 0.5
    await ben.until_text(club.room, "offline 4")
    ada.transport.chance = 0
    await ada.until_sent()
    wanted = [f"offline {number}" for number in range(5)]
    assert await ben.texts(*club.where) == wanted
    assert await ada.texts(*club.where) == wanted


async def test_a_gap_stops_a_page_until_it_is_filled(club: Club) -> None:
    ada, ben = club.ada, club.ben
    await ada.say(*club.where, "before")
    await ben.until_text(club.room, "before")
    await ben.client.stop()
    for number in range(70):
        await ada.say(*club.where, f"{number:03}")
    await ada.until_sent()
    await ben.client.start()
    await ben.until_text(club.room, "069")
    seen = await ben.texts(*club.where)
    assert "before" not in seen
    while gaps := await ben.database.get_gaps(*club.where):
        assert await ben.client.fill(gaps[-1])
    assert await ben.texts(*club.where) == ["before", *(f"{number:03}" for number in range(70))]


async def test_channels_that_both_change_converge(club: Club) -> None:
    ada, ben = club.ada, club.ben
    ada.transport.cut()
    room = await ada.database.get_room(club.room)
    assert room is not None
    shed = Channel(id="shed", name="shed", type="text", position=1)
    await ada.database.update_room(club.room, channels=(*room.channels, shed))
    await ada.say(club.room, "shed", "who is here?")
    ada.transport.mend()
    ada.client.wake()
    heard = await ben.until_text(club.room, "who is here?")
    await ada.until_sent()
    mine = await ada.find(club.room, "who is here?")
    assert mine is not None
    assert mine.channel_id == heard.channel_id != "shed"
    assert await club.channels(ben) == ["general", "shed"]
    assert await club.channels(ada) == ["general", "shed"]


async def test_a_channel_that_a_view_shows_first_is_entered(club: Club) -> None:
    ada, ben = club.ada, club.ben
    await ben.client.stop()
    room = await ada.database.get_room(club.room)
    assert room is not None
    new = Channel(id="new", name="porch", type="text", position=1)
    await ada.database.update_room(club.room, channels=(*room.channels, new))
    await ada.until_sent()
    await ben.client.view_room(club.room)
    room = await ada.database.get_room(club.room)
    assert room is not None
    await ada.say(club.room, room.channels[1].id, "sit down")
    await ben.client.start()
    await ben.until_text(club.room, "sit down")


async def test_two_devices_of_a_person_have_read_the_same(club: Club) -> None:
    ada, ben = club.ada, club.ben
    key = setting_key(LAST_READ, club.where)
    async with other_device(ada) as phone:
        for text in ("one", "two", "three"):
            await ben.say(*club.where, text)
        await phone.until_text(club.room, "three")
        two = await ada.until_text(club.room, "two")
        await ada.database.save_setting(key, two.timestamp)
        await ada.until_sent()
        assert await phone.until(lambda: phone.database.get_setting(key)) == two.timestamp
        assert await phone.database.count_messages(club.room, two.timestamp, club.channel) == 1
        # It is not told back, so nothing goes round in circles.
        assert await phone.database.get_outbox() == []


async def test_a_thumbnail_is_a_smaller_picture(club: Club) -> None:
    ada, ben = club.ada, club.ben
    data = _picture(1600, 1200)
    file = Attachment(
        id="f", message_id="draft", filename="a.png", size=len(data), mime="image/png"
    )
    await ada.database.save_attachment(file, data)
    await ada.say(*club.where, "look", attachment_ids=["f"])
    heard = await ben.until_text(club.room, "look")
    (found,) = await ben.database.get_attachments_for_message(heard.id)
    small = await ben.client.get_thumbnail(found)
    assert small.mime.startswith("image/")
    assert 0 < len(small.data) < len(data)
    assert await ben.database.read_attachment_data(found.id) is None
    with pytest.raises(RecordNotFound):
        await ben.client.get_thumbnail(replace(found, id="another"))


def _picture(width: int, height: int) -> bytes:
    """Make a PNG that does not compress."""
    noise = random.Random(0)  # noqa: S311 - only that it does not compress matters.
    rows = b"".join(b"\0" + noise.randbytes(3 * width) for _ in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 1)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
