"""Import of archives, whose ids are unique only in their room: no message is taken from another."""

import pytest

from roomkeep.models import Message
from roomkeep.persistence import DatabaseService
from support.make import attachment, message, reaction, room
from support.worlds import World

ROOMS = ["family", "work"]


def archive(room_id: str) -> list[Message]:
    """Two messages with ids that the archive of every room has; the second answers the first."""
    liked = reaction(f"friend of {room_id}", message_id="1")
    return [
        message("1", room_id=room_id, content=f"{room_id} asks", timestamp=1, reactions=(liked,)),
        message("2", room_id=room_id, content=f"{room_id} answers", timestamp=2, reply_to_id="1"),
    ]


async def assert_whole(db: DatabaseService, room_id: str) -> None:
    """The archive's messages are there; the answer and the reaction are where they belong."""
    first, second = await db.get_messages(room_id)
    assert [first.content, second.content] == [f"{room_id} asks", f"{room_id} answers"]
    assert second.reply_to_id == first.id
    assert [one.oder_id for one in first.reactions] == [f"friend of {room_id}"]
    assert await db.get_reactions_for_message(first.id) == list(first.reactions)
    assert second.reactions == ()


@pytest.mark.parametrize("order", [ROOMS, ROOMS[::-1]], ids=" then ".join)
async def test_archives_with_the_same_ids_are_imported_whole_and_once(
    db: DatabaseService, order: list[str]
) -> None:
    for room_id in order:
        assert await db.import_messages(archive(room_id)) == 2
    before = [await db.get_messages(room_id) for room_id in ROOMS]
    for room_id in [*order, *order[::-1]]:
        assert await db.import_messages(archive(room_id)) == 0
    assert [await db.get_messages(room_id) for room_id in ROOMS] == before
    for room_id in ROOMS:
        await assert_whole(db, room_id)


async def test_one_archive_of_several_rooms_is_imported_whole_and_once(db: DatabaseService) -> None:
    both = [*archive("family"), *archive("work")]
    assert await db.import_messages(both, shared_ids=("1", "2")) == 4
    assert await db.import_messages(both[::-1], shared_ids=["2", "1"]) == 0
    for room_id in ROOMS:
        await assert_whole(db, room_id)


async def test_an_archive_in_pieces_is_imported_whole_and_once(db: DatabaseService) -> None:
    both = [*archive("family"), *archive("work")]
    for _ in range(2):
        for piece in both:
            await db.import_messages([piece], shared_ids=("1", "2"))
    for room_id in ROOMS:
        await assert_whole(db, room_id)


async def test_rooms_in_one_call_keep_their_messages_also_where_no_shared_ids_are_named(
    db: DatabaseService,
) -> None:
    both = [*archive("family"), *archive("work")]
    assert await db.import_messages(both) == 4
    assert await db.import_messages(both) == 0
    for room_id in ROOMS:
        await assert_whole(db, room_id)


async def test_shared_ids_that_are_there_already_in_that_room_are_not_added_again(
    db: DatabaseService,
) -> None:
    await db.import_messages(archive("family"))
    both = [*archive("work"), *archive("family")]
    assert await db.import_messages(both, shared_ids=("1", "2")) == 2
    assert [one.id for one in await db.get_messages("family")] == ["1", "2"]
    for room_id in ROOMS:
        await assert_whole(db, room_id)


async def test_files_and_reactions_stay_with_the_message_that_was_there(
    db: DatabaseService,
) -> None:
    await db.save_messages(archive("family"))
    await db.save_reaction(reaction("ann", message_id="1"))
    await db.save_attachment(attachment("photo", message_id="1"), b"cat")
    before = await db.get_messages("family")
    assert await db.import_messages(archive("work")) == 2
    assert await db.get_messages("family") == before
    assert await db.get_attachments_for_messages(["1"]) == {
        "1": [attachment("photo", message_id="1")]
    }
    ids = [one.id for one in await db.get_messages("work")]
    assert await db.get_attachments_for_messages(ids) == {}
    assert await db.count_attachments("work") == 0
    await assert_whole(db, "work")


async def test_importing_again_adds_nothing_after_the_other_room_was_deleted(
    db: DatabaseService,
) -> None:
    for room_id in ROOMS:
        await db.save_room(room(room_id))
        await db.import_messages(archive(room_id))
    await db.delete_room("family")
    assert await db.import_messages(archive("work")) == 0
    assert await db.get_messages("family") == []
    await assert_whole(db, "work")
    assert await db.import_messages(archive("family")) == 2
    for room_id in ROOMS:
        await assert_whole(db, room_id)


async def test_a_reply_to_a_message_that_is_not_in_its_room_answers_none_of_another(
    db: DatabaseService,
) -> None:
    await db.import_messages(archive("family"))
    late = message("9", room_id="work", reply_to_id="1", content="to a lost message")
    assert await db.import_messages([late]) == 1
    (found,) = await db.get_messages("work")
    assert found.id == "9"
    assert found.reply_to_id != "1"
    # When what it answers comes, the reply answers that.
    assert await db.import_messages(archive("work")[:1]) == 1
    first = next(one for one in await db.get_messages("work") if one.content == "work asks")
    assert found.reply_to_id == first.id


async def test_what_is_there_in_the_room_stays_as_it_is(db: DatabaseService) -> None:
    await db.save_message(message("1", room_id="family", content="edited", edited_at=5))
    await db.save_message(message("2", room_id="family"))
    await db.delete_message("2")
    before = await db.get_messages("family")
    assert await db.import_messages(archive("family")) == 0
    assert await db.get_messages("family") == before
    assert await db.get_reactions_for_message("1") == []


async def test_an_id_is_taken_also_by_a_message_that_cannot_be_read(
    world: World, db: DatabaseService
) -> None:
    bad = {"id": "1", "roomId": "family", "timestamp": 1, "content": 7}
    await world.plant("messages", bad)
    assert await db.import_messages(archive("work")) == 2
    await assert_whole(db, "work")
    assert [one for one in await world.stored("messages") if one["id"] == "1"] == [bad]
