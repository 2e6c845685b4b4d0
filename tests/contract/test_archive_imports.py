"""Archives of other programs: imported once, however often, and undone without a trace."""

import asyncio
import io
import itertools
import json
import zipfile
from datetime import UTC
from typing import Any

import pytest
from msgspec import structs

from roomkeep.archives import run as run_module
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers
from roomkeep.archives.recognition import open_archive
from roomkeep.archives.run import ImportCanceled, ImportProgress, import_archive, preview_archive
from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.persistence import DatabaseService
from support.make import attachment, channel, member, message, reaction, room, user
from support.worlds import World

STORES = ("messages", "reactions", "attachments", "users", "rooms", "bans", "meta")
ME = user("ann", display_name="Ann")
NAME = "WhatsApp Chat with Hiking.zip"
CHAT = """31.12.20, 23:58 - Ann: Happy new year
31.12.20, 23:58 - Bob: Same to you
31.12.20, 23:58 - Bob: Same to you
31.12.20, 23:59 - Bob: IMG-20201231-WA0001.jpg (file attached)
"""
LATER = "".join(CHAT.splitlines(keepends=True)[1:]) + "01.01.21, 10:00 - Cy: Hello\n"


def archive(chat: str = CHAT, photo: bytes | None = b"jpg") -> io.BytesIO:
    """Make a zip as WhatsApp does."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("_chat.txt", chat)
        if photo is not None:
            zipped.writestr("IMG-20201231-WA0001.jpg", photo)
    return made


async def load(
    db: DatabaseService, file: io.BytesIO, import_id: str, name: str = NAME, **said: Any
) -> tuple[int, int, int]:
    """Import an archive; return how many messages and files were added, and how many were there."""
    importer = open_archive(file, name)
    answers = Answers(time_zone=UTC, **said)
    result = await import_archive(db, importer, ME, import_id=import_id, answers=answers)
    return result.messages, result.there, result.files


async def everything(world: World) -> dict[str, list[dict[str, Any]]]:
    """Return all that is stored, but for the account's own notes."""
    stored = {store: await world.stored(store) for store in STORES}
    for found in stored.values():
        found.sort(key=lambda record: json.dumps(record, sort_keys=True, default=str))
        for record in found:
            record.pop("data", None)
    return stored


async def test_an_archive_becomes_a_room_with_people_messages_and_files(
    db: DatabaseService,
) -> None:
    assert await load(db, archive(), "one") == (4, 0, 1)
    (made,) = await db.get_all_rooms()
    assert (made.name, made.host_id) == ("Hiking", "ann")
    messages = await db.get_messages(made.id)
    assert [one.content for one in messages if one.content] == [
        "Happy new year",
        "Same to you",
        "Same to you",
    ]
    names = {one.sender_name for one in messages}
    assert names == {"Ann", "Bob"} == {one.display_name for one in made.members}
    profiles = await db.get_users_by_room(made.id)
    assert {profile.display_name for profile in profiles} == {"Ann", "Bob"}
    (photo,) = await db.get_all_attachments()
    assert (photo.filename, photo.size) == ("IMG-20201231-WA0001.jpg", 3)
    assert await db.read_attachment_data(photo.id) == b"jpg"
    assert photo.message_id == next(one.id for one in messages if not one.content)


async def test_what_the_person_wrote_is_theirs(db: DatabaseService) -> None:
    importer = open_archive(archive(), NAME)
    survey = await preview_archive(importer, Answers(time_zone=UTC))
    me = next(id_ for id_, name in survey.people.items() if name == "Ann")
    await load(db, archive(), "one", me=me)
    (made,) = await db.get_all_rooms()
    messages = await db.get_messages(made.id)
    assert [one.sender_id == "ann" for one in messages].count(True) == 1
    assert len(made.members) == 2
    # Whoever they say they are, the messages are the same ones.
    assert await load(db, archive(), "two") == (0, 4, 0)


async def test_archives_that_overlap_are_merged_and_importing_again_adds_nothing(
    world: World, db: DatabaseService
) -> None:
    assert await load(db, archive(), "one") == (4, 0, 1)
    assert await load(db, archive(LATER), "two") == (1, 3, 0)
    before = await everything(world)
    assert await load(db, archive(LATER), "three") == (0, 4, 0)
    assert await load(db, archive(), "four") == (0, 4, 0)
    after = await everything(world)
    for stored in (before, after):
        del stored["meta"]
    assert after == before
    (made,) = await db.get_all_rooms()
    assert len(await db.get_messages(made.id)) == 5


async def test_the_bytes_of_a_file_come_with_a_later_archive(db: DatabaseService) -> None:
    assert await load(db, archive(photo=None), "one") == (4, 0, 0)
    (photo,) = await db.get_all_attachments()
    assert await db.read_attachment_data(photo.id) is None
    assert await load(db, archive(), "two") == (0, 4, 1)
    assert await db.read_attachment_data(photo.id) == b"jpg"
    await db.undo_import("two")
    assert await db.read_attachment_data(photo.id) is None
    assert len(await db.get_all_attachments()) == 1


async def test_an_undone_import_leaves_no_trace(world: World, db: DatabaseService) -> None:
    await db.save_room(room("mine", channels=(channel(),), members=(member(),)))
    await db.save_message(message("m1", room_id="mine", reactions=(reaction(),)))
    await db.save_attachment(attachment(), b"cat")
    await db.save_user(ME)
    before = await everything(world)
    await load(db, archive(), "one")
    assert await everything(world) != before
    await db.undo_import("one")
    assert await everything(world) == before
    assert await db.get_imports() == []
    await db.undo_import("one")
    await load(db, archive(), "one")
    await db.undo_import("one")
    assert await everything(world) == before


async def test_undoing_takes_back_what_was_added_and_no_more(db: DatabaseService) -> None:
    await load(db, archive(), "one")
    await load(db, archive(LATER), "two")
    await db.undo_import("two")
    (made,) = await db.get_all_rooms()
    assert len(await db.get_messages(made.id)) == 4
    assert {one.display_name for one in made.members} == {"Ann", "Bob"}
    assert [one.id for one in await db.get_imports()] == ["one"]


async def test_a_room_that_was_written_in_since_stays_with_that(db: DatabaseService) -> None:
    await load(db, archive(), "one")
    (made,) = await db.get_all_rooms()
    await db.save_message(message("mine", room_id=made.id))
    await db.undo_import("one")
    assert [one.id for one in await db.get_messages(made.id)] == ["mine"]
    assert [one.id for one in await db.get_all_rooms()] == [made.id]


async def test_what_is_here_stays_as_it_is(db: DatabaseService) -> None:
    await load(db, archive(), "one")
    (made,) = await db.get_all_rooms()
    first, second, *_ = await db.get_messages(made.id)
    await db.update_message(first.id, content="edited")
    await db.delete_message(second.id)
    await db.update_room(made.id, name="Our hikes")
    assert await load(db, archive(), "two") == (0, 4, 0)
    kept = await db.get_message_by_id(first.id)
    gone = await db.get_message_by_id(second.id)
    assert kept is not None
    assert gone is not None
    assert (kept.content, gone.is_deleted) == ("edited", True)
    assert [one.name for one in await db.get_all_rooms()] == ["Our hikes"]
    await db.undo_import("two")
    assert await db.get_message_by_id(first.id) == kept


async def test_a_canceled_import_keeps_what_it_has_and_can_be_undone_or_finished(
    world: World, db: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "BATCH", 1)
    before = await everything(world)
    told: list[ImportProgress] = []

    def tell(progress: ImportProgress) -> None:
        told.append(progress)
        if progress.done == 2:
            raise ImportCanceled

    importer = open_archive(archive(), NAME)
    answers = Answers(time_zone=UTC)
    with pytest.raises(ImportCanceled):
        await import_archive(db, importer, ME, import_id="one", answers=answers, tell=tell)
    assert told[-1] == ImportProgress(done=2, total=4, added=2)
    (noted,) = await db.get_imports()
    assert (noted.messages, noted.finished_at, noted.format) == (2, None, "whatsapp")
    assert await load(db, archive(), "two") == (2, 2, 1)
    await db.undo_import("two")
    (made,) = await db.get_all_rooms()
    assert len(await db.get_messages(made.id)) == 2
    await db.undo_import("one")
    assert await everything(world) == before


async def test_an_import_that_is_undone_while_it_runs_ends(
    world: World, db: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "BATCH", 1)
    before = await everything(world)
    write, calls = db.import_into, itertools.count()

    async def write_and_undo(*args: Any) -> int:
        if next(calls) == 2:
            await db.undo_import("one")
        return await write(*args)

    monkeypatch.setattr(db, "import_into", write_and_undo)
    with pytest.raises(RecordNotFound):
        await load(db, archive(), "one")
    assert await everything(world) == before


async def test_an_import_that_is_undone_beside_it_adds_nothing_more(
    world: World, db: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "BATCH", 1)
    before = await everything(world)
    write = db.import_into
    undoing: list[asyncio.Task[None]] = []

    async def write_beside(*args: Any) -> int:
        if not undoing:
            await write(*args)
            undoing.append(asyncio.ensure_future(db.undo_import("one")))
        return await write(*args)

    monkeypatch.setattr(db, "import_into", write_beside)
    lines = "".join(f"31.12.20, 23:{n} - Ann: {n}\n" for n in range(10, 60))
    with pytest.raises(RecordNotFound):
        await load(db, archive(lines), "one")
    await undoing[0]
    assert await everything(world) == before


async def test_a_room_that_is_deleted_while_it_is_imported_stays_deleted(
    db: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "BATCH", 1)
    write, calls = db.import_into, itertools.count()

    async def write_after_deletion(*args: Any) -> int:
        if next(calls) == 2:
            (made,) = await db.get_all_rooms()
            await db.delete_room(made.id)
        return await write(*args)

    monkeypatch.setattr(db, "import_into", write_after_deletion)
    assert await load(db, archive(), "one") == (2, 2, 0)
    counts = (await db.get_storage_report()).rows
    assert (counts["messages"], counts["attachments"], counts["rooms"]) == (0, 0, 0)


async def test_a_bad_archive_changes_nothing(world: World, db: DatabaseService) -> None:
    before = await everything(world)
    with pytest.raises(ArchiveError, match="Line 5"):
        await load(db, archive(CHAT + "31.12.1912, 23:58 - Ann: x\n"), "one")
    assert await everything(world) == before


async def test_two_imports_cannot_have_one_id(db: DatabaseService) -> None:
    await load(db, archive(), "one")
    with pytest.raises(InvalidRecord) as caught:
        await load(db, archive(), "one")
    assert caught.value.field == "import_id"


async def test_our_own_archive_goes_the_same_way(
    db: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "BATCH", 1)
    lines = [
        {"id": "1", "roomId": name, "senderId": "bob", "senderName": "Bob", "content": name}
        | {"timestamp": 5, "replyToId": None}
        for name in ("family", "work")
    ]
    text = io.BytesIO("".join(json.dumps(line) + "\n" for line in lines).encode())
    assert await load(db, text, "one", "archive.jsonl") == (2, 0, 0)
    assert await load(db, text, "two", "archive.jsonl") == (0, 2, 0)
    ids = {one.id for name in ("family", "work") for one in await db.get_messages(name)}
    assert all(id_.startswith("imported:") for id_ in ids)
    for name in ("family", "work"):
        assert [one.content for one in await db.get_messages(name)] == [name]
    await db.undo_import("one")
    assert await db.get_all_rooms() == []


async def test_a_message_that_is_too_long_becomes_several(db: DatabaseService) -> None:
    long = "x" * 100_000
    assert await load(db, archive(f"31.12.20, 23:58 - Ann: {long}\n"), "one") == (2, 0, 0)
    (made,) = await db.get_all_rooms()
    parts = [one.content for one in await db.get_messages(made.id)]
    assert sorted(map(len, parts)) == [34_464, 65_536]


async def test_reactions_and_replies_come_along(db: DatabaseService) -> None:
    base = {"type": "message", "date": "2024-01-02T10:02:00", "date_unixtime": "1704189720"}
    chat = {
        "id": 7,
        "name": "Hiking",
        "type": "private_group",
        "messages": [
            {**base, "id": 1, "from": "Bob", "from_id": "user2", "text": "Sunday?"},
            {
                **base,
                "id": 2,
                "from": "Ann",
                "from_id": "user1",
                "text": "Yes",
                "reply_to_message_id": 1,
                "reactions": [
                    {
                        "type": "emoji",
                        "emoji": "👍",
                        "count": 2,
                        "recent": [{"from": "Bob", "from_id": "user2"}] * 2,
                    }
                ],
            },
        ],
    }
    file = io.BytesIO(json.dumps(chat).encode())
    assert await load(db, file, "one", "result.json", me="telegram:user1") == (2, 0, 0)
    answered, answer = await db.get_messages("telegram:7")
    assert (answer.reply_to_id, answer.sender_id) == (answered.id, "ann")
    (liked,) = await db.get_reactions_for_message(answer.id)
    assert (liked.emoji, liked.oder_id) == ("👍", "telegram:user2")
    assert structs.replace(answer, reactions=(liked,)) == answer
    await db.undo_import("one")
    assert await db.get_reactions_for_message(answer.id) == []
