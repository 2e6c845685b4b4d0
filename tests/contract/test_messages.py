"""Messages: what is saved is read, and what is deleted leaves a tombstone."""

import asyncio

import pytest

from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import DELETED_MESSAGE_CONTENT
from roomkeep.persistence import Change, DatabaseService
from support.make import attachment, message, reaction, stored_message
from support.worlds import World


async def test_a_saved_message_is_read_back_whole(db: DatabaseService) -> None:
    full = message(
        channel_id="dev", edited_at=2_000, reply_to_id="m0", content="grüße 👩‍👩‍👧 \0 <b>&amp;"
    )
    await db.save_message(full)
    assert await db.get_message_by_id("m1") == full


async def test_a_message_that_is_not_there_is_none(db: DatabaseService) -> None:
    assert await db.get_message_by_id("nowhere") is None


async def test_saving_replaces(db: DatabaseService) -> None:
    await db.save_message(message(reply_to_id="m0"))
    await db.save_message(message(content="anew"))
    assert await db.get_messages("r1") == [message(content="anew")]


async def test_messages_outlive_the_service(world: World) -> None:
    first = await world.service()
    await first.save_message(message())
    await first.close()
    again = await world.service()
    assert await again.get_messages("r1") == [message()]


async def test_many_messages_are_saved_at_once(db: DatabaseService) -> None:
    many = [message(f"m{n:04}", timestamp=n) for n in range(1_000)]
    await db.save_messages(many)
    assert await db.get_messages("r1", limit=2_000) == many


async def test_of_two_messages_with_one_id_the_later_is_saved(db: DatabaseService) -> None:
    await db.save_messages([message(content="first"), message(content="second")])
    assert [found.content for found in await db.get_messages("r1")] == ["second"]


async def test_nothing_of_many_messages_is_saved_when_one_is_bad(db: DatabaseService) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_messages([message("m1"), message("m2", sender_id="")])
    assert caught.value.field == "messages[1].sender_id"
    assert await db.get_messages("r1") == []


async def test_no_messages_are_saved_without_ado(db: DatabaseService) -> None:
    await db.save_messages([])
    assert await db.get_messages("r1") == []


async def test_update_changes_what_it_names_and_nothing_else(db: DatabaseService) -> None:
    await db.save_message(message(reply_to_id="m0"))
    await db.update_message("m1", content="edited", edited_at=5_000)
    expected = message(reply_to_id="m0", content="edited", edited_at=5_000)
    assert await db.get_message_by_id("m1") == expected


async def test_update_can_move_a_message_to_another_room(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.update_message("m1", room_id="r2", channel_id="dev")
    assert await db.get_messages("r1") == []
    assert [found.id for found in await db.get_latest_messages("r2", channel_id="dev")] == ["m1"]


async def test_update_of_a_missing_message_is_not_found(db: DatabaseService) -> None:
    with pytest.raises(RecordNotFound) as caught:
        await db.update_message("nowhere", content="x")
    assert (caught.value.store, caught.value.key) == ("messages", "nowhere")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "m2"}, "id"),
        ({"colour": "red"}, "colour"),
        ({"content": None}, "content"),
        ({"timestamp": "now"}, "timestamp"),
        ({"room_id": ""}, "room_id"),
        ({"content": "fine", "edited_at": 1.5}, "edited_at"),
    ],
)
async def test_a_bad_update_names_the_field_and_writes_nothing(
    db: DatabaseService, changes: dict[str, object], field: str
) -> None:
    await db.save_message(message())
    with pytest.raises(InvalidRecord) as caught:
        await db.update_message("m1", **changes)
    assert caught.value.field == field
    assert await db.get_messages("r1") == [message()]


async def test_fifty_concurrent_updates_lose_nothing(world: World, db: DatabaseService) -> None:
    await db.save_message(message())
    other_tab = await world.service()
    fields = ["content", "sender_name", "channel_id", "reply_to_id", "edited_at"]

    async def update(number: int) -> None:
        field = fields[number % len(fields)]
        value = number if field == "edited_at" else f"{field} {number}"
        await (db if number % 2 else other_tab).update_message("m1", **{field: value})

    await asyncio.gather(*(update(number) for number in range(50)))
    final = await db.get_message_by_id("m1")
    assert final is not None
    # Each field holds what one of its own updates wrote: none was overwritten by another field's.
    for field in fields[:4]:
        assert getattr(final, field).startswith(field), field
    assert final.edited_at is not None


async def test_a_deleted_message_leaves_a_tombstone(world: World, db: DatabaseService) -> None:
    await db.save_message(message(content="secret", reactions=(reaction(),)))
    await db.save_attachment(attachment(), b"cat")
    await db.delete_message("m1")

    (found,) = await db.get_messages("r1")
    assert found == message(content=DELETED_MESSAGE_CONTENT, is_deleted=True)
    assert await db.get_latest_messages("r1") == [found]
    assert await db.get_message_by_id("m1") == found
    assert await db.get_reactions_for_message("m1") == []
    assert await db.get_all_attachments() == []
    assert "secret" not in str(await world.stored("messages"))
    assert await world.stored("reactions") == []


async def test_a_tombstone_erases_fields_that_we_do_not_know(
    world: World, db: DatabaseService
) -> None:
    await world.plant("messages", stored_message(html="<b>secret</b>"))
    await db.delete_message("m1")
    assert "secret" not in str(await world.stored("messages"))


async def test_deleting_is_idempotent(db: DatabaseService) -> None:
    await db.delete_message("m1")
    await db.save_message(message())
    await db.delete_message("m1")
    await db.delete_message("m1")
    assert [found.is_deleted for found in await db.get_messages("r1")] == [True]


async def test_whatever_is_stored_a_deleted_message_reads_the_same(
    world: World, db: DatabaseService
) -> None:
    await world.plant("messages", stored_message(isDeleted=True, content="leaked"))
    assert [found.content for found in await db.get_messages("r1")] == [DELETED_MESSAGE_CONTENT]


@pytest.mark.parametrize("way", ["save", "update", "edit the tombstone"])
async def test_no_way_of_writing_keeps_content_in_a_tombstone(
    world: World, db: DatabaseService, way: str
) -> None:
    await db.save_message(message(content="secret", reactions=(reaction(),)))
    if way == "save":
        await db.save_message(message(content="secret", is_deleted=True, reactions=(reaction(),)))
    elif way == "update":
        await db.update_message("m1", is_deleted=True)
    else:
        await db.delete_message("m1")
        await db.update_message("m1", content="secret")
    (stored,) = await world.stored("messages")
    assert (stored["content"], stored["reactions"]) == ("", [])
    assert await world.stored("reactions") == []


async def test_clearing_a_room_takes_its_messages_and_all_that_hangs_on_them(
    world: World, db: DatabaseService
) -> None:
    kept = message("kept", room_id="r2", reactions=(reaction(message_id="kept"),))
    await db.save_messages([message("m1", reactions=(reaction(),)), message("m2"), kept])
    await db.save_attachment(attachment("a1", message_id="m2"))
    await db.save_attachment(attachment("a2", message_id="kept"))
    await world.plant("messages", stored_message("corrupt", timestamp="never"))
    await db.clear_room_messages("r1")
    assert [stored["id"] for stored in await world.stored("messages")] == ["kept"]
    assert [stored["messageId"] for stored in await world.stored("reactions")] == ["kept"]
    assert [found.id for found in await db.get_all_attachments()] == ["a2"]
    await db.clear_room_messages("r1")
    assert await db.get_messages("r2") == [kept]


async def test_a_message_that_is_not_there_takes_nothing_along(db: DatabaseService) -> None:
    early = reaction(message_id="later")
    await db.save_reaction(early)
    await db.save_attachment(attachment(message_id="later"), b"cat")
    heard: list[Change] = []
    db.subscribe(heard.append)
    await db.delete_message("later")
    assert heard == []
    await db.save_message(message("later"))
    assert await db.get_messages("r1") == [message("later", reactions=(early,))]
    assert await db.get_attachments_for_message("later") == [attachment(message_id="later")]
    assert await db.read_attachment_data("a1") == b"cat"


async def test_both_rooms_hear_of_a_message_that_moves(db: DatabaseService) -> None:
    await db.save_message(message(reactions=(reaction(),)))
    heard: list[Change] = []
    db.subscribe(heard.append)
    await db.update_message("m1", room_id="r2")
    rooms = {change.room_id: change for change in heard if change.store == "messages"}
    assert rooms.keys() == {"r1", "r2"}
    assert (rooms["r1"].action, rooms["r1"].keys) == ("delete", ("m1",))
    assert (rooms["r2"].action, rooms["r2"].keys) == ("put", ("m1",))
    assert await db.get_messages("r1") == []
    assert [found.id for found in await db.get_messages("r2")] == ["m1"]


@pytest.mark.parametrize("world", ["memory"], indirect=True)  # elsewhere it takes longer
async def test_any_number_of_messages_is_written_at_once(db: DatabaseService) -> None:
    # Lists inside records have a limit of 100,000. Few ids: it is storing that takes long.
    many = [message(f"m{n % 1_000:03}", timestamp=n) for n in range(100_001)]
    await db.save_messages(many)
    assert await db.count_messages("r1") == 1_000
    assert await db.get_latest_messages("r1", 1) == many[-1:]
    with pytest.raises(InvalidRecord) as caught:
        await db.save_messages([*many, message("")])
    assert caught.value.field == "messages[100001].id"
