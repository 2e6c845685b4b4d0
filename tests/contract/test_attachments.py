"""Attachments: what is known of a file, and its bytes."""

from typing import Any

import pytest

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.persistence import DatabaseService
from support.make import attachment, message
from support.worlds import World


async def test_the_bytes_are_read_back_exactly(db: DatabaseService) -> None:
    data = bytes(range(256)) * 400
    full = attachment(size=len(data), uploader_id="ann", created_at=5)
    await db.save_attachment(full, data)
    assert await db.get_attachments_for_message("m1") == [full]
    assert await db.read_attachment_data("a1") == data


async def test_bytes_outlive_the_service(world: World) -> None:
    first = await world.service()
    await first.save_attachment(attachment(), b"cat")
    await first.close()
    again = await world.service()
    assert await again.read_attachment_data("a1") == b"cat"


async def test_no_bytes_and_none_at_all_are_told_apart(db: DatabaseService) -> None:
    await db.save_attachment(attachment("bare"))
    await db.save_attachment(attachment("empty", size=0), b"")
    assert await db.read_attachment_data("bare") is None
    assert await db.read_attachment_data("empty") == b""
    with pytest.raises(RecordNotFound):
        await db.read_attachment_data("nowhere")


async def test_saving_without_data_leaves_the_bytes(db: DatabaseService) -> None:
    await db.save_attachment(attachment(), b"cat")
    await db.save_attachment(attachment(filename="renamed.png"))
    assert [found.filename for found in await db.get_all_attachments()] == ["renamed.png"]
    assert await db.read_attachment_data("a1") == b"cat"
    await db.save_attachment(attachment(), b"dog")
    assert await db.read_attachment_data("a1") == b"dog"


async def test_all_attachments_in_the_order_they_were_made(db: DatabaseService) -> None:
    for id_, created_at in [("b", 2), ("c", 1), ("a", 2)]:
        await db.save_attachment(attachment(id_, created_at=created_at, message_id=f"m {id_}"))
    assert [found.id for found in await db.get_all_attachments()] == ["c", "a", "b"]


async def test_attachments_of_several_messages_at_once(db: DatabaseService) -> None:
    assert await db.get_attachments_for_messages(["m1", "m2"]) == {}
    for id_, message_id in [("b", "m1"), ("a", "m1"), ("c", "m3")]:
        await db.save_attachment(attachment(id_, message_id=message_id))
    found = await db.get_attachments_for_messages(["m1", "m2", "m1"])
    assert found == {"m1": [attachment("a"), attachment("b")]}
    assert await db.get_attachments_for_messages([]) == {}
    with pytest.raises(InvalidRecord) as caught:
        await db.get_attachments_for_messages(["m1", ""])
    assert caught.value.field == "message_ids"


async def test_deleting_takes_those_of_one_message(db: DatabaseService) -> None:
    await db.save_attachment(attachment("a1"), b"cat")
    await db.save_attachment(attachment("a2"))
    await db.save_attachment(attachment("a3", message_id="m2"))
    await db.delete_attachments_for_message("m1")
    await db.delete_attachments_for_message("m1")
    assert [found.id for found in await db.get_all_attachments()] == ["a3"]
    with pytest.raises(RecordNotFound):
        await db.read_attachment_data("a1")


@pytest.mark.parametrize(
    ("fields", "data", "field"),
    [
        ({"size": 4}, b"cat", "size"),
        ({"size": -1}, None, "size"),
        ({"message_id": ""}, None, "message_id"),
        ({}, "cat", "data"),
    ],
)
async def test_bad_input_names_the_field(
    db: DatabaseService, fields: dict[str, Any], data: object, field: str
) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_attachment(attachment(**fields), data)
    assert caught.value.field == field
    assert await db.get_all_attachments() == []


async def test_a_deleted_message_takes_no_attachment(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.delete_message("m1")
    with pytest.raises(InvalidRecord) as caught:
        await db.save_attachment(attachment(), b"cat")
    assert caught.value.field == "message_id"
    assert await db.get_all_attachments() == []


async def test_an_attachment_moves_to_another_message_with_its_bytes(db: DatabaseService) -> None:
    await db.save_attachment(attachment(message_id="draft"), b"cat")
    await db.save_attachment(attachment(message_id="m1"))
    assert await db.get_attachments_for_message("draft") == []
    await db.delete_attachments_for_message("draft")
    assert await db.read_attachment_data("a1") == b"cat"
    assert await db.get_attachments_for_messages(["draft", "m1"]) == {"m1": [attachment()]}


async def test_the_attachments_of_a_room_are_counted(db: DatabaseService) -> None:
    await db.save_messages([message(), message("m2"), message("m3", room_id="r2")])
    for number, owner in enumerate(["m1", "m1", "m2", "m3", "nowhere"]):
        await db.save_attachment(attachment(f"a{number}", message_id=owner), b"cat")
    assert await db.count_attachments("r1") == 3
    assert await db.count_attachments("r2") == 1
    assert await db.count_attachments("r3") == 0
    await db.delete_message("m1")
    assert await db.count_attachments("r1") == 1


async def test_files_are_removed_and_their_messages_name_them_still(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.save_attachment(attachment("new", created_at=2), b"cat")
    await db.save_attachment(attachment("old", created_at=1), b"cat")
    await db.save_attachment(attachment("bare"))
    await db.save_attachment(attachment("waiting", message_id="later"), b"cat")
    assert [one.id for one in await db.get_files()] == ["old", "new"]
    before = await db.get_all_attachments()
    await db.remove_files(["old", "nowhere", "old"])
    assert [one.id for one in await db.get_files()] == ["new"]
    assert await db.get_all_attachments() == before
    assert await db.read_attachment_data("old") is None
    assert await db.read_attachment_data("new") == b"cat"
    assert await db.read_attachment_data("waiting") == b"cat"
