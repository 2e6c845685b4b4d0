"""The sample rooms: whole, consistent, always the same."""

import struct
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from roomkeep.app.people import picture_of
from roomkeep.app.sample import make_file, make_samples
from roomkeep.app.sample_pictures import PICTURES, paint
from roomkeep.app.sample_script import read_script
from roomkeep.models import User
from roomkeep.persistence import check_record
from support.chat import Chat, until

READER = User(oder_id="Ada", username="ada", display_name="Ada Lovelace")
# Just after midnight, when the fewest hours of the day are over.
NOW = int(datetime(2026, 3, 29, 0, 5, tzinfo=UTC).timestamp() * 1_000)


def test_they_are_always_the_same() -> None:
    assert make_samples(READER, NOW, UTC) == make_samples(READER, NOW, UTC)
    here, there = (
        make_samples(READER, NOW, timezone(timedelta(hours=hours)))[0] for hours in (-8, 12)
    )
    assert [m.id for m in here.messages] == [m.id for m in there.messages]


@pytest.mark.parametrize("hours", [-11, 0, 5.5, 14])
@pytest.mark.parametrize("later", [0, 7, 13, 23])
def test_every_channel_goes_forward_and_ends_before_now(hours: float, later: int) -> None:
    now = NOW + later * 3_600_000
    for sample in make_samples(READER, now, timezone(timedelta(hours=hours))):
        for channel in {message.channel_id for message in sample.messages}:
            times = [m.timestamp for m in sample.messages if m.channel_id == channel]
            assert times == sorted(set(times)), channel
            assert now - 8 * 24 * 3_600_000 < times[0]
            assert times[-1] < now
        for message in sample.messages:
            assert all(reaction.timestamp < now for reaction in message.reactions)


def test_they_hold_what_there_is_to_see() -> None:
    samples = make_samples(READER, NOW, UTC)
    assert len(samples) == 3
    people = {user.oder_id for sample in samples for user in sample.users}
    assert len(people) >= 12
    every = [message for sample in samples for message in sample.messages]
    assert len(every) >= 120
    for sample in samples:
        assert len(sample.room.channels) >= 3
        assert {channel.type for channel in sample.room.channels} == {"text", "voice"}
        assert len(sample.messages) >= 40
        assert any(message.is_deleted for message in sample.messages)
        assert any(message.edited_at for message in sample.messages)
        assert any("Ada Lovelace" in message.content for message in sample.messages)
        assert sum(file.mime == "image/png" for file, _ in sample.files) >= 2
    assert any("```" in message.content for message in every)
    assert any("https://" in message.content for message in every)
    assert any(file.mime == "text/csv" for sample in samples for file, _ in sample.files)
    assert [ban.reason for sample in samples for ban in sample.bans]


def test_all_that_is_named_is_there() -> None:
    for sample in make_samples(READER, NOW, UTC):
        known = {user.oder_id for user in sample.users}
        messages = {message.id: message for message in sample.messages}
        text = {channel.id for channel in sample.room.channels if channel.type == "text"}
        assert len(messages) == len(sample.messages)
        assert {member.oder_id for member in sample.room.members} <= known | {"Ada"}
        for message in sample.messages:
            check_record(message)
            assert message.sender_id in known
            assert message.channel_id in text
            assert message.content.strip() or message.is_deleted or message.reply_to_id is None
            assert not (message.is_deleted and message.reactions)
            if message.reply_to_id is not None:
                answered = messages[message.reply_to_id]
                assert answered.channel_id == message.channel_id
            assert {r.oder_id for r in message.reactions} <= known
            pairs = [(r.oder_id, r.emoji) for r in message.reactions]
            assert len(pairs) == len(set(pairs))
        for attachment, made_of in sample.files:
            assert attachment.message_id in messages
            made, data = make_file(attachment, made_of)
            assert made.size == len(data) > 0


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_pictures(name: str) -> None:
    data = paint(name)
    assert data == paint(name)
    assert len(data) < 10_000
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, points, colours = 8, b"", 0
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        (check,) = struct.unpack(">I", data[place + 8 + size : place + 12 + size])
        assert check == zlib.crc32(kind + body)
        if kind == b"PLTE":
            colours = size // 3
        if kind == b"IDAT":
            points = zlib.decompress(body)
        place += size + 12
    assert len(points) == 480 * 721
    lines = [points[721 * y : 721 * (y + 1)] for y in range(480)]
    assert all(line[0] == 0 for line in lines)
    assert max(max(line[1:]) for line in lines) < colours <= 256


def test_a_script_is_read() -> None:
    now = int(datetime(2026, 5, 5, 12, tzinfo=UTC).timestamp() * 1_000)
    first, second = read_script(
        """
= tea
@ 1 10:30
ann id:a | One
  and a line
! 🎉 bob,cat
& dawn Dawn.png
bob +5 re:a edited | Two
""",
        now,
        UTC,
    )
    assert (first.who, first.channel, first.text) == ("ann", "tea", "One\nand a line")
    assert first.reactions == [("🎉", "bob"), ("🎉", "cat")]
    assert first.files == [("dawn", "Dawn.png")]
    assert now - first.timestamp == (24 + 1.5) * 3_600_000
    assert (second.answers, second.is_edited) == (0, True)
    assert second.timestamp - first.timestamp == 5 * 60_000


async def test_they_are_written_and_opened() -> None:
    app = Chat()
    await app.effects.accounts.begin()
    await app.effects.accounts.create("Ada")
    for _ in range(2):
        await app.effects.samples.create()
        assert app.told == []
        assert app.account.making_samples() is None
        assert {room.name for room in await app.db.get_all_rooms()} == {
            "Garden club",
            "Ridge weekend",
            "Library app",
        }
        assert app.room_id == "sample-garden"
        assert "Welcome, Ada!" in " ".join(app.shown)
        assert await app.db.is_user_banned("sample-oskar", "sample-garden")
        assert len(await app.db.get_all_attachments()) == 10
        every = await app.db.get_all_attachments()
        for attachment in every:
            data = await app.db.read_attachment_data(attachment.id)
            assert data is not None
            assert len(data) == attachment.size
    await app.db.close()


def test_everyone_has_a_portrait_of_their_own() -> None:
    samples = make_samples(READER, NOW, UTC)
    pictures = {user.oder_id: picture_of(user) for sample in samples for user in sample.users}
    assert None not in pictures.values()
    assert len(set(pictures.values())) == len(pictures)
    for sample in samples:
        for member in sample.room.members:
            assert member.avatar_url == pictures.get(member.oder_id)


async def test_who_opens_a_room_while_the_sample_rooms_are_made_stays_there() -> None:
    async with Chat.opened() as chat:
        making = chat.effects.samples.create()
        await until(lambda: chat.account.making_samples() is not None)
        await chat.effects.rooms.create("Mine")
        mine = chat.account.channel_ref
        await making
        assert chat.account.channel_ref == mine
        assert len(chat.account.rooms() or ()) > 1
