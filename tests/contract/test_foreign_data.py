"""Data that others wrote: fields that we do not know stay, and what is unreadable hides nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.errors import RecordNotFound
from roomkeep.persistence import DatabaseService
from support.laws import law
from support.make import ban, message, room, stored_message
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
    assert [found.id for found in await db.get_messages("r1", 2, 1)] == ["m1", "m2"]
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
