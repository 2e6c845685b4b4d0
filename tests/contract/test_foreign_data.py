"""Data that others wrote: fields that we do not know stay, and what is unreadable hides nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.persistence import DatabaseService
from support.laws import law
from support.make import attachment, ban, channel, member, message, reaction, room, stored_message
from support.worlds import World

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text("aé😀", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@law
@given(
    extra=st.dictionaries(
        st.text("abcxyz", min_size=1, max_size=4).map(lambda name: f"x{name}"), JSON, max_size=4
    )
)
async def test_law_update_keeps_fields_that_we_do_not_know(
    world: World, db: DatabaseService, extra: dict[str, Any]
) -> None:
    await db.clear_all_data()
    user = {"oderId": "ann", "username": "ann", "displayName": "Ann"}
    stored_room = {"id": "r1", "name": "R", "hostId": "ann", "createdAt": 1}
    await world.plant("messages", stored_message() | extra)
    await world.plant("users", user | extra)
    await world.plant("rooms", stored_room | extra)
    await db.update_message("m1", content="edited")
    await db.update_user("ann", bio="Hi")
    await db.update_room("r1", topic="New")
    for store, expected in [
        ("messages", stored_message(content="edited")),
        ("users", user | {"bio": "Hi"}),
        ("rooms", stored_room | {"topic": "New"}),
    ]:
        assert await world.stored(store) == [expected | extra]


async def test_updates_keep_unknown_fields_inside_channels_and_members(
    world: World, db: DatabaseService
) -> None:
    general = {"id": "general", "name": "general", "type": "text", "position": 0}
    ann = {"oderId": "ann", "username": "ann", "displayName": "Ann", "role": "host"}
    stored_room = {"id": "r1", "name": "R", "hostId": "ann", "createdAt": 1}
    await world.plant(
        "rooms",
        stored_room
        | {"channels": [general | {"muted": {"until": 5}}, general | {"id": "old", "muted": 1}]}
        | {"members": [ann | {"pins": [1, 2]}]},
    )

    async def items(name: str) -> list[dict[str, Any]]:
        (stored,) = await world.stored("rooms")
        found: list[dict[str, Any]] = stored[name]
        return found

    await db.update_room("r1", channels=(channel("new"), channel(name="renamed", position=1)))
    assert [(one["name"], one.get("muted")) for one in await items("channels")] == [
        ("new", None),
        ("renamed", {"until": 5}),
    ]
    await db.update_room("r1", members=(member("bob"), member(display_name="Annie")))
    assert [(one["displayName"], one.get("pins")) for one in await items("members")] == [
        ("Bob", None),
        ("Annie", [1, 2]),
    ]
    # What another update leaves alone stays, and what was taken out is forgotten.
    await db.update_room("r1", topic="New", channels=(channel(), channel("old")))
    assert [one.get("muted") for one in await items("channels")] == [{"until": 5}, None]
    assert [one.get("pins") for one in await items("members")] == [None, [1, 2]]
    found = await db.get_room("r1")
    assert found is not None
    assert found.channels == (channel(), channel("old"))
    assert found.members == (member("bob"), member(display_name="Annie"))


async def test_a_stored_null_does_not_hide_what_is_written_later(
    world: World, db: DatabaseService
) -> None:
    await world.plant("messages", stored_message(editedAt=None, replyToId=None))
    await db.update_message("m1", edited_at=5, reply_to_id="m0")
    assert await db.get_messages("r1") == [message(edited_at=5, reply_to_id="m0")]
    await world.plant("users", {"oderId": "ann", "username": "a", "displayName": "A", "bio": None})
    await db.update_user("ann", bio="Hi")
    found = await db.get_user("ann")
    assert found is not None
    assert found.bio == "Hi"


LONG = "x" * 70_000
"""More than we write in a text, though not more than we read."""


async def test_what_is_longer_than_we_write_stays_when_something_else_is_changed(
    world: World, db: DatabaseService
) -> None:
    await world.plant("messages", stored_message(content=LONG, channelId="general"))
    user = {"oderId": "ann", "username": "ann", "displayName": "Ann", "bio": LONG}
    await world.plant("users", user)
    stored_room = {"id": "r1", "name": "R", "hostId": "ann", "createdAt": 1, "topic": LONG}
    await world.plant("rooms", stored_room)

    await db.update_message("m1", sender_name="Annie")
    assert await db.get_messages("r1") == [message(content=LONG, sender_name="Annie")]
    await db.save_reaction(reaction())
    await db.move_messages("r1", "general", "dev")
    assert await db.get_messages("r1") == [
        message(content=LONG, sender_name="Annie", channel_id="dev", reactions=(reaction(),))
    ]
    await db.update_user("ann", status="busy")
    found_user = await db.get_user("ann")
    assert found_user is not None
    assert (found_user.bio, found_user.status) == (LONG, "busy")
    await db.update_room("r1", icon="🌱", members=(member(),))
    found_room = await db.get_room("r1")
    assert found_room is not None
    assert (found_room.topic, found_room.icon) == (LONG, "🌱")
    with pytest.raises(InvalidRecord) as caught:
        await db.update_message("m1", content=LONG)
    assert caught.value.field == "content"


async def test_unknown_fields_of_an_attachment_outlive_its_bytes(
    world: World, db: DatabaseService
) -> None:
    await db.save_message(message())
    stored = {"id": "a1", "messageId": "draft", "filename": "f", "size": 3, "mime": "image/png"}
    await world.plant("attachments", stored | {"color": "red"})
    await db.remove_files(["a1"])
    await assert_color_is_kept(world)


async def test_unknown_fields_of_an_attachment_stay_as_bytes_come_and_go(
    world: World, db: DatabaseService
) -> None:
    await db.save_room(room())
    stored = {"id": "a1", "messageId": "draft", "filename": "f", "size": 3, "mime": "image/png"}
    await world.plant("attachments", stored | {"color": "red"})
    assert await db.add_attachment(attachment(message_id="draft"), b"cat")
    await assert_color_is_kept(world)
    await db.send_message(message(), attachment_ids=["a1"])
    assert await db.read_attachment_data("a1") == b"cat"
    await assert_color_is_kept(world, "m1")
    await db.remove_files(["a1"])
    await assert_color_is_kept(world, "m1")
    assert await db.read_attachment_data("a1") is None


async def assert_color_is_kept(world: World, message_id: str = "draft") -> None:
    (found,) = await world.stored("attachments")
    assert (found["messageId"], found["filename"]) == (message_id, "f")
    assert found.get("color") == "red"


async def test_a_record_without_optional_fields_is_read(world: World, db: DatabaseService) -> None:
    await world.plant("messages", stored_message())
    assert await db.get_messages("r1") == [message()]


@pytest.mark.parametrize(
    ("bad", "field", "reason"),
    [
        ({"content": None}, "content", "“content” should be text, but is empty."),
        ({"content": 7}, "content", "“content” should be text, but is a whole number."),
        ({"timestamp": 1.5}, "timestamp", "“timestamp” should be a whole number, but is a number."),
        ({"senderId": ""}, "senderId", "“senderId” is empty."),
        ({"reactions": [{"emoji": "👍"}]}, "reactions[0].messageId", None),
        ({"reactions": "none"}, "reactions", "“reactions” should be a list, but is text."),
        ({"isDeleted": "no"}, "isDeleted", "“isDeleted” should be yes or no, but is text."),
    ],
    ids=str,
)
async def test_one_unreadable_message_hides_no_other(
    world: World, db: DatabaseService, bad: dict[str, Any], field: str, reason: str | None
) -> None:
    good = [stored_message(f"m{n}", timestamp=1_000 + n) for n in range(4)]
    await world.plant("messages", *good[:2], stored_message("bad", **{"timestamp": 1_001, **bad}))
    await world.plant("messages", *good[2:])
    expected = ["m0", "m1", "m2", "m3"]

    assert [found.id for found in await db.get_messages("r1")] == expected
    for offset in range(6):
        page = [found.id for found in await db.get_messages("r1", 2, offset)]
        assert page == expected[offset : offset + 2]
    assert [found.id for found in await db.get_latest_messages("r1", 4)] == expected
    assert [found.id for found in await db.get_latest_messages("r1", 2, "m3")] == ["m1", "m2"]
    assert await db.get_message_by_id("bad") is None

    (reported,) = db.unreadable_records
    assert (reported.store, reported.key, reported.field) == ("messages", "bad", field)
    assert reported.reason == (reason or f"“{field}” is missing.")


async def test_an_unreadable_message_is_not_touched_by_an_update(
    world: World, db: DatabaseService
) -> None:
    bad = stored_message(content=7)
    await world.plant("messages", bad)
    with pytest.raises(RecordNotFound):
        await db.update_message("m1", content="x")
    assert await world.stored("messages") == [bad]


async def test_an_unreadable_message_can_be_replaced_and_deleted(
    world: World, db: DatabaseService
) -> None:
    await world.plant("messages", stored_message(content=7), stored_message("m2", content=7))
    await db.save_message(message())
    await db.delete_message("m2")
    assert [stored["id"] for stored in await world.stored("messages")] == ["m1"]
    assert await db.get_messages("r1") == [message()]


async def test_unreadable_records_of_every_store_hide_no_other(
    world: World, db: DatabaseService
) -> None:
    await db.save_room(room())
    await db.save_ban(ban())
    spoiled: dict[str, dict[str, Any]] = {
        "rooms": {"id": "bad", "name": []},
        "users": {"oderId": "bad"},
        "bans": {"oderId": "bad", "roomId": "r1"},
        "attachments": {"id": "bad", "messageId": "m1"},
        "reactions": {"oderId": "bad", "emoji": "👍", "messageId": "m1", "timestamp": "x"},
    }
    for store, record in spoiled.items():
        await world.plant(store, record)
    assert await db.get_all_rooms() == [room()]
    assert await db.get_bans_for_room("r1") == [ban()]
    assert await db.get_all_attachments() == []
    assert await db.get_reactions_for_message("m1") == []
    assert await db.get_user("bad") is None
    stores = {reported.store for reported in db.unreadable_records}
    assert stores == {"rooms", "bans", "attachments", "reactions", "users"}
