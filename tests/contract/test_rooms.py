"""Rooms: kept whole, changed in part, deleted with all that is in them."""

import asyncio

import pytest

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.persistence import DatabaseService
from support.make import attachment, ban, channel, member, message, reaction, room
from support.worlds import World


async def test_a_saved_room_is_read_back_whole(db: DatabaseService) -> None:
    full = room(
        topic="Plans",
        icon="🌱",
        is_private=True,
        channels=(channel(), channel("talk", type="voice", position=1)),
        members=(member(role="host", joined_at=5), member("bob", avatar_url="x")),
    )
    await db.save_room(full)
    assert await db.get_room("r1") == full
    assert await db.get_room("nowhere") is None


async def test_all_rooms_in_the_order_they_were_made(db: DatabaseService) -> None:
    made = [room("z", created_at=1), room("b", created_at=2), room("a", created_at=3)]
    for one in reversed(made):
        await db.save_room(one)
    assert await db.get_all_rooms() == made


async def test_update_changes_what_it_names(db: DatabaseService) -> None:
    await db.save_room(room(channels=(channel(),)))
    await db.update_room("r1", topic="New", members=(member(),))
    expected = room(channels=(channel(),), topic="New", members=(member(),))
    assert await db.get_room("r1") == expected
    with pytest.raises(RecordNotFound):
        await db.update_room("nowhere", topic="New")


async def test_a_room_that_is_added_brings_only_what_the_one_here_lacks(
    db: DatabaseService,
) -> None:
    here = room(name="Here", channels=(channel(name="here"),), members=(member(role="host"),))
    await db.save_room(here)
    bob = member("bob", role="admin")
    there = room(channels=(channel(), channel("tea")), members=(bob, member(role="member")))
    for _ in range(2):
        await db.add_room(there)
        assert await db.get_room("r1") == room(
            name="Here",
            channels=(channel(name="here"), channel("tea")),
            members=(member(role="host"), bob),
        )


async def test_concurrent_updates_of_a_room_lose_nothing(db: DatabaseService) -> None:
    await db.save_room(room())
    await asyncio.gather(
        db.update_room("r1", topic="New"),
        db.update_room("r1", icon="🌱"),
        db.update_room("r1", name="N"),
    )
    assert await db.get_room("r1") == room(topic="New", icon="🌱", name="N")


async def test_a_bad_channel_is_named(db: DatabaseService) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_room(room(channels=(channel(), channel("x", type="video"))))
    assert caught.value.field == "channels[1].type"
    assert await db.get_all_rooms() == []


async def test_a_deleted_room_takes_everything_along(world: World, db: DatabaseService) -> None:
    for room_id in ["r1", "r2"]:
        await db.save_room(room(room_id))
        id_ = f"m {room_id}"
        await db.save_message(message(id_, room_id=room_id, reactions=(reaction(message_id=id_),)))
        await db.save_attachment(attachment(f"a {room_id}", message_id=id_), b"cat")
        await db.save_ban(ban(room_id=room_id))
    await db.delete_room("r1")
    await db.delete_room("r1")
    for store, key, expected in [
        ("rooms", "id", "r2"),
        ("messages", "roomId", "r2"),
        ("reactions", "messageId", "m r2"),
        ("attachments", "id", "a r2"),
        ("bans", "roomId", "r2"),
    ]:
        assert [stored[key] for stored in await world.stored(store)] == [expected], store
