"""Undoing an import takes back all that it added, also what it added twice, and nothing else."""

from roomkeep.persistence import DatabaseService
from support.make import attachment, channel, member, message, room


async def begin(db: DatabaseService) -> None:
    await db.begin_import("one", "irc", "chat.txt", 1)


async def test_a_channel_and_a_member_of_one_id_are_told_apart(db: DatabaseService) -> None:
    await db.save_room(room(channels=(channel("tea"),), members=(member("cake"),)))
    await begin(db)
    more = room(channels=(channel("cake", position=1),), members=(member("tea"),))
    await db.import_room("one", more)
    # This keeps the member, and not the channel.
    await db.save_message(message(sender_id="tea"))
    await db.undo_import("one")
    found = await db.get_room("r1")
    assert found is not None
    assert [one.id for one in found.channels] == ["tea"]
    assert [one.oder_id for one in found.members] == ["cake", "tea"]


async def test_a_room_that_one_import_adds_twice_goes(db: DatabaseService) -> None:
    await begin(db)
    await db.import_room("one", room())
    await db.import_room("one", room(channels=(channel("late"),), members=(member("bob"),)))
    await db.undo_import("one")
    assert await db.get_all_rooms() == []


async def test_messages_that_one_import_adds_twice_go(db: DatabaseService) -> None:
    await db.save_room(room("r1"))
    await db.save_room(room("r2"))
    await begin(db)
    first, second = message("a"), message("b", room_id="r2")
    assert await db.import_into("one", [first, second]) == 2
    await db.clear_room_messages("r1")
    assert await db.import_into("one", [first, second]) == 1
    await db.undo_import("one")
    assert await db.get_messages("r1") == await db.get_messages("r2") == []


async def test_a_file_goes_whose_bytes_came_twice(db: DatabaseService) -> None:
    await db.save_room(room())
    await db.save_message(message())
    await begin(db)
    assert await db.import_attachment("one", attachment(), b"cat")
    await db.remove_files(["a1"])
    assert await db.import_attachment("one", attachment(), b"cat")
    await db.undo_import("one")
    assert await db.get_all_attachments() == []
