"""Databases of older clients: with no index but `messages.roomId`, and records as they wrote them.

Every method answers as the model does, and nothing but the absence of storage chooses memory.
"""

from typing import Any

import pytest

from roomkeep.models import DELETED_MESSAGE_CONTENT
from roomkeep.persistence import DatabaseService
from support.comparison import Subject, outcome
from support.make import (
    attachment,
    ban,
    channel,
    member,
    message,
    reaction,
    room,
    stored_message,
    user,
)
from support.model import Model
from support.worlds import MemoryWorld, World

RECORDS: list[tuple[str, dict[str, Any]]] = [
    *(("messages", stored_message(f"m{n}", timestamp=n // 2)) for n in range(6)),
    *(("messages", stored_message(f"d{n}", timestamp=n, channelId="dev")) for n in range(3)),
    ("messages", stored_message("other", roomId="r2", timestamp=1)),
    ("reactions", {"messageId": "m1", "oderId": "ann", "emoji": "👍", "timestamp": 2}),
    ("reactions", {"messageId": "m1", "oderId": "bob", "emoji": "👍", "timestamp": 1}),
    ("reactions", {"messageId": "later", "oderId": "ann", "emoji": "👍", "timestamp": 1}),
    ("users", {"oderId": "ann", "username": "ann", "displayName": "Ann"}),
    (
        "rooms",
        {
            "id": "r1",
            "name": "R",
            "hostId": "ann",
            "createdAt": 1,
            "channels": [{"id": "general", "name": "general", "type": "text", "position": 0}],
            "members": [{"oderId": "ann", "username": "ann", "displayName": "Ann"}],
        },
    ),
    ("rooms", {"id": "r2", "name": "R2", "hostId": "ann", "createdAt": 1}),
    (
        "bans",
        {"oderId": "b1", "roomId": "r1", "userId": "bob", "bannedBy": "ann", "timestamp": 1},
    ),
    (
        "attachments",
        {"id": "a1", "messageId": "m1", "filename": "f", "size": 3, "mime": "image/png"},
    ),
    (
        "attachments",
        {"id": "a2", "messageId": "other", "filename": "f", "size": 3, "mime": "image/png"},
    ),
]

CALLS: list[tuple[Any, ...]] = [
    ("save_message", message("new", reactions=(reaction(message_id="new"),))),
    ("save_message", message("m1", content="again")),
    ("save_message", message("later")),
    ("save_messages", [message("new"), message("m2", content="again"), message("d1")]),
    ("update_message", "m1", {"content": "edited"}),
    ("update_message", "m1", {"reactions": (reaction("cat"),)}),
    ("update_message", "m1", {"is_deleted": True}),
    ("delete_message", "m1"),
    ("delete_message", "nowhere"),
    ("move_messages", "r1", "general", "dev"),
    ("move_messages", "r1", "dev", "general"),
    ("clear_room_messages", "r1"),
    ("save_reaction", reaction("cat")),
    ("remove_reaction", "m1", "ann", "👍"),
    ("save_user", user("bob")),
    ("add_users", [user("ann", bio="x"), user("bob")]),
    ("update_user", "ann", {"bio": "Hi"}),
    ("save_room", room("r1", name="again")),
    ("update_room", "r1", {"members": (member("bob"),), "channels": (channel("dev"),)}),
    ("delete_room", "r1"),
    ("save_ban", ban("cat")),
    ("remove_ban", "b1"),
    ("save_attachment", attachment("a3"), b"cat"),
    ("delete_attachments_for_message", "m1"),
    ("remove_files", ["a1"]),
    ("add_messages", [message("m1", content="theirs"), message("new")]),
    ("save_setting", "k", [1]),
    ("clear_all_data",),
]
"""What may be written; each on a database of its own."""

LOOKS: list[tuple[Any, ...]] = [
    ("get_messages", "r1"),
    ("get_messages", "r1", 3, 2),
    ("get_message_by_id", "m1"),
    ("get_messages_by_ids", ["m1", "gone", "d0"]),
    ("get_latest_messages", "r1", 4),
    ("get_latest_messages", "r1", 3, "m4"),
    ("get_latest_messages", "r1", 3, "m4", "general"),
    ("get_latest_messages", "r1", 2, None, "dev"),
    ("get_messages_after", "r1", "m1", 4),
    ("get_messages_after", "r1", 0, 4, "general"),
    ("get_messages_after", "r1", "d0", 4, "dev"),
    ("count_messages", "r1"),
    ("count_messages", "r1", 0, "general"),
    ("count_messages", "r1", None, "dev"),
    ("get_reactions_for_message", "m1"),
    ("get_reactions_for_message", "later"),
    ("get_user", "ann"),
    ("get_users_by_room", "r1"),
    ("get_room", "r1"),
    ("get_all_rooms",),
    ("get_bans_for_room", "r1"),
    ("is_user_banned", "bob", "r1"),
    ("is_user_banned", "bob", "r2"),
    ("get_attachments_for_message", "m1"),
    ("get_attachments_for_messages", ["m1", "m2", "other"]),
    ("get_all_attachments",),
    ("count_attachments", "r1"),
    ("get_files",),
    ("get_settings",),
]
"""What may be asked; after each of the writes, all of it."""


async def answer(subject: Subject | Model, name: str, *args: Any) -> Any:
    changes = args[-1] if name.startswith("update_") else {}
    method = subject.method(name) if isinstance(subject, Subject) else getattr(subject, name)
    return await outcome(method, args[:-1] if changes else args, changes)


@pytest.fixture
async def old(world: World) -> tuple[Model, Subject]:
    """A database of an older client as the service opens it, and what the model says of it."""
    await world.make_old_database()
    model = Model()
    for store, record in RECORDS:
        await world.plant(store, record)
        model.plant(store, record)
    return model, Subject(world, await world.service())


async def test_whatever_is_asked_of_an_old_database_is_answered(
    old: tuple[Model, Subject],
) -> None:
    model, subject = old
    for look in LOOKS:
        assert await answer(subject, *look) == await answer(model, *look), look


@pytest.mark.parametrize("call", CALLS, ids=lambda call: str(call[0]))
async def test_whatever_is_written_to_an_old_database_has_its_effect(
    old: tuple[Model, Subject], call: tuple[Any, ...]
) -> None:
    model, subject = old
    assert await answer(subject, *call) == await answer(model, *call)
    for look in LOOKS:
        assert await answer(subject, *look) == await answer(model, *look), look
    # It is the same once it has been closed.
    await subject.reopen()
    for look in LOOKS:
        assert await answer(subject, *look) == await answer(model, *look), look


async def test_an_old_database_is_checked_and_repaired(old: tuple[Model, Subject]) -> None:
    _, subject = old
    problems = await subject.service.find_problems()
    assert {(one.store, one.kind) for one in problems if one.is_fault} == set()
    await subject.service.repair()
    found = await subject.service.get_message_by_id("m1")
    assert found is not None
    assert [one.oder_id for one in found.reactions] == ["bob", "ann"]


@pytest.mark.parametrize("user_id", [None, "ann"])
async def test_an_old_database_with_a_deleted_message_opens_with_its_data(
    world: World, user_id: str | None
) -> None:
    await world.make_old_database(user_id)
    deleted = stored_message("gone", isDeleted=True, content="secret")
    await world.plant("messages", stored_message(), deleted, user_id=user_id)
    db = await world.service()
    await db.set_current_user_id(user_id)
    assert db.fallback_reason is None
    gone = message("gone", is_deleted=True, content=DELETED_MESSAGE_CONTENT)
    assert await db.get_messages("r1") == [gone, message()]
    # What is written goes to the same place, and is there on the next visit.
    name = db.backend_name
    await db.save_message(message("new", timestamp=2_000))
    await db.close()
    again = await world.service()
    assert (again.backend_name, again.fallback_reason) == (name, None)
    assert [one.id for one in await again.get_messages("r1")] == ["gone", "m1", "new"]
    assert {one["id"] for one in await world.stored("messages", user_id)} == {"gone", "m1", "new"}


async def test_what_an_older_client_writes_beside_us_joins_after_the_next_opening(
    world: World, db: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomkeep.persistence.account.JOIN_AFTER", 0)
    await db.save_messages([message(f"m{n}", timestamp=n) for n in range(3)])
    await db.save_message(message("d1", timestamp=1, channel_id="dev"))
    await world.plant("messages", stored_message("old", timestamp=1, color="red"))
    row = {"messageId": "old", "oderId": "bob", "emoji": "👍", "timestamp": 1}
    await world.plant("reactions", row)
    await db.close()
    again = await world.service()

    for _ in range(1_000):
        if await again.count_messages("r1", channel_id="general") == 4:
            break
    page = await again.get_latest_messages("r1", channel_id="general")
    assert [one.id for one in page] == ["m0", "m1", "old", "m2"]
    if not isinstance(world, MemoryWorld):  # no older client has access to memory
        assert [one.oder_id for one in page[2].reactions] == ["bob"]
    assert await again.count_messages("r1", 0, "general") == 3
    assert await again.move_messages("r1", "general", "dev") == 4
    assert await again.count_messages("r1", channel_id="dev") == 5
    (kept,) = [one for one in await world.stored("messages") if one["id"] == "old"]
    assert kept["color"] == "red"


async def test_many_messages_of_an_older_client_join_at_the_next_opening(world: World) -> None:
    # More than are put right in one transaction.
    await world.make_old_database()
    old = [stored_message(f"m{n:04}", timestamp=n // 3) for n in range(2_500)]
    rows = [
        {"messageId": f"m{n:04}", "oderId": "bob", "emoji": "👍", "timestamp": 1}
        for n in range(0, 2_500, 50)
    ]
    await world.plant("messages", *old)
    await world.plant("reactions", *rows)
    db = await world.service()
    assert await db.count_messages("r1", channel_id="general") == 2_500
    found = await db.get_messages("r1", 2_500)
    assert [one.id for one in found] == [one["id"] for one in old]
    assert [one.id for one in found if one.reactions] == [row["messageId"] for row in rows]
