"""Effects, on the database in memory: what they save, and what the state says then."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from roomkeep.errors import StorageBlocked, StorageFull
from roomkeep.models import Message, Reaction, Room
from roomkeep.persistence import LastViewedChat
from support.archives import line, text
from support.chat import Chat


class App(Chat):
    """The app, in which one may try to send nothing."""

    async def write(self, content: str) -> None:
        self.effects.sending.write_draft(self.here, content)
        sending = self.effects.sending.send(self.here)
        if sending is not None:
            await sending

    @property
    def said(self) -> str:
        """What the import says."""
        importing = self.account.importing()
        return "" if importing is None else importing.text


class File:
    """A picked file."""

    def __init__(self, data: bytes, *, when: Callable[[int], None] | None = None) -> None:
        self.name = "archive.jsonl"
        self.size = len(data)
        self.data = data
        self.reads = 0
        self.when = when

    async def read(self, start: int, end: int) -> bytes:
        self.reads += 1
        if self.when is not None:
            self.when(self.reads)
        return self.data[start:end]


@pytest.fixture
async def app() -> AsyncIterator[App]:
    made = App()
    await made.effects.accounts.begin()
    yield made
    await made.db.close()


@pytest.fixture
async def in_room(app: App) -> App:
    await app.effects.accounts.create("Ada")
    await app.effects.rooms.create("Tea")
    return app


async def test_nobody_is_signed_in_at_first(app: App) -> None:
    assert app.page.account() is None
    assert app.page.phase() == "working"


async def test_makes_an_account(app: App) -> None:
    await app.effects.accounts.create("  Ada  Lovelace ")
    assert app.account.user().display_name == "Ada Lovelace"
    assert list(app.page.accounts()) == ["Ada Lovelace"]
    assert await app.db.get_current_user() == app.account.user()


async def test_says_why_a_name_will_not_do_and_forgets_it_on_the_next_try(app: App) -> None:
    await app.effects.accounts.create(" ")
    assert app.told == ["Enter a name."]
    assert app.page.account() is None
    await app.effects.accounts.create("Ada")
    assert app.told == []


async def test_makes_a_room_and_opens_it(in_room: App) -> None:
    room = in_room.account.room
    assert room is not None
    assert (room.name, room.host_id, room.members[0].role) == ("Tea", "Ada", "host")
    assert [channel.id for channel in room.channels] == ["general"]
    assert in_room.resume.load_last_viewed_chat("Ada") == LastViewedChat(
        room_id=room.id, channel_id="general"
    )


async def test_who_presses_twice_makes_one_room(in_room: App) -> None:
    rooms = in_room.effects.rooms
    await asyncio.gather(rooms.create("Cake"), rooms.create("Cake"), rooms.create("Cake"))
    assert [room.name for room in in_room.account.rooms() or ()] == ["Tea", "Cake"]
    await rooms.create("Cake")
    assert len(in_room.account.rooms() or ()) == 3


async def test_writes_edits_reacts_and_deletes(in_room: App) -> None:
    app = in_room
    await app.write(" one ")
    await app.write("two")
    assert app.shown == ["one", "two"]
    assert app.account.drafts() == {}
    app.effects.edits.begin_last()
    await app.effects.edits.save(app.edited_id, "two and a half")
    assert app.shown == ["one", "two and a half"]
    assert app.account.editing is None
    timeline = app.account.timeline()
    assert timeline is not None
    message = timeline.messages[1]
    assert message.edited_at is not None
    await app.effects.reactions.toggle(message.id, "🎉")
    assert len(await app.db.get_reactions_for_message(message.id)) == 1
    await app.effects.reactions.toggle(message.id, "🎉")
    assert await app.db.get_reactions_for_message(message.id) == []
    app.effects.edits.ask_delete(message.id)
    await app.effects.edits.delete()
    assert app.shown == ["one", "This message was deleted."]


async def test_an_empty_message_is_not_sent(in_room: App) -> None:
    await in_room.write("  \n ")
    assert in_room.shown == []


async def test_an_edit_to_nothing_asks_whether_to_delete(in_room: App) -> None:
    await in_room.write("one")
    in_room.effects.edits.begin_last()
    await in_room.effects.edits.save(in_room.edited_id, "  ")
    assert in_room.account.deleting() is not None
    assert in_room.shown == ["one"]


async def test_what_others_wrote_is_not_edited(in_room: App) -> None:
    room_id = in_room.account.room_id() or ""
    other = Message(
        id="x", room_id=room_id, sender_id="bob", sender_name="B", content="b", timestamp=1
    )
    await in_room.db.save_message(other)
    await in_room.effects.messages.show_latest()
    in_room.effects.edits.begin("x")
    in_room.effects.edits.begin_last()
    assert in_room.account.editing is None


async def test_a_message_that_cannot_be_saved_is_not_lost(
    in_room: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_message: Message, **_: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(in_room.db, "send_message", full)
    await in_room.write("dear diary")
    assert list(in_room.account.drafts().values()) == ["dear diary"]
    assert in_room.told == ["Couldn't send the message. This browser's storage is full."]
    monkeypatch.undo()
    sending = in_room.effects.sending.send(in_room.here)
    assert sending is not None
    await sending
    assert in_room.shown == ["dear diary"]
    assert in_room.told == []


async def test_a_message_that_is_too_long_is_not_lost(in_room: App) -> None:
    await in_room.write("x" * 8_001)
    assert list(in_room.account.drafts().values()) == ["x" * 8_001]
    assert in_room.told == ["The message has 8,001 characters. The limit is 8,000."]


async def test_what_is_unexpected_is_told_and_logged(
    in_room: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_room_id: str, *_: object) -> None:
        raise ZeroDivisionError("inner detail")

    monkeypatch.setattr(in_room.db, "get_channel_page", broken)
    await in_room.effects.messages.show_latest()
    assert in_room.told == ["Couldn't load the latest messages. Something went wrong."]
    assert "ZeroDivisionError" in caplog.text


async def test_a_switch_leaves_nothing_of_the_account_before(in_room: App) -> None:
    app = in_room
    await app.write("secret")
    app.effects.sending.write_draft(app.here, "secret draft")
    app.effects.context.tell("error", "secret trouble")
    await app.effects.accounts.create("Grace")
    assert app.account.user_id == "Grace"
    assert app.account.rooms() == ()
    assert (app.account.room_id(), app.account.timeline(), app.account.drafts()) == (None, None, {})
    assert app.told == []
    await app.effects.accounts.switch("Ada")
    assert app.shown == ["secret"]
    await app.effects.accounts.sign_out()
    assert app.page.account() is None
    assert list(app.page.accounts()) == ["Ada", "Grace"]


async def test_what_is_under_way_does_not_reach_the_next_account(in_room: App) -> None:
    app = in_room
    before = app.account
    app.effects.sending.write_draft(app.here, "late")
    sending = app.effects.sending.send(app.here)
    assert sending is not None
    switching = app.effects.accounts.create("Grace")
    opening = app.effects.rooms.open("elsewhere")
    await asyncio.gather(sending, switching, opening)
    assert app.account is not before
    assert app.account.room_id() is None
    assert await app.db.get_all_rooms() == []
    assert app.told == []


async def test_begins_where_one_left_off(in_room: App) -> None:
    await in_room.write("one")
    await in_room.effects.accounts.sign_out()
    await in_room.effects.accounts.switch("Ada")
    assert in_room.shown == ["one"]
    assert in_room.account.pane() == "chat"


async def test_shows_a_room_that_comes_while_one_signs_in(
    in_room: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = in_room
    load = app.effects.drafts.load

    async def load_late(*given: Any) -> None:
        await load(*given)
        await app.db.save_room(Room(id="new", name="New", host_id="bob", created_at=1))

    monkeypatch.setattr(app.effects.drafts, "load", load_late)
    await app.effects.accounts.sign_out()
    await app.effects.accounts.switch("Ada")
    assert [room.name for room in app.account.rooms() or ()] == ["New", "Tea"]


async def test_shows_what_others_change(in_room: App) -> None:
    room_id = in_room.account.room_id() or ""
    other = Message(
        id="x", room_id=room_id, sender_id="bob", sender_name="B", content="b", timestamp=1
    )
    await in_room.db.save_message(other)
    await until(lambda: in_room.shown == ["b"])
    await in_room.db.update_message("x", content="c")
    await until(lambda: in_room.shown == ["c"])
    await in_room.db.clear_room_messages(room_id)
    await until(lambda: in_room.shown == [])
    await in_room.db.update_room(room_id, name="Cake")
    await until(lambda: in_room.account.room is not None and in_room.account.room.name == "Cake")
    await in_room.db.update_user("Ada", display_name="Countess")
    await until(lambda: in_room.account.user().display_name == "Countess")
    await in_room.db.delete_room(room_id)
    await until(lambda: in_room.account.room_id() is None)
    assert in_room.told == []


async def test_pages_through_a_room_and_back(in_room: App) -> None:
    app = in_room
    room_id = app.account.room_id() or ""
    await app.db.save_messages(
        [
            Message(
                id=f"m{n:04}",
                room_id=room_id,
                sender_id="s",
                sender_name="S",
                content=str(n),
                timestamp=n,
            )
            for n in range(700)
        ]
    )
    await app.effects.messages.show_latest()
    while app.shown[0] != "0":
        await app.effects.messages.show_older()
    assert app.shown == [str(n) for n in range(300)]
    # Some come while one is far back.
    app.effects.context.now = lambda: 10_000  # type: ignore[method-assign]
    await app.db.save_messages(
        [
            Message(
                id=f"n{n:04}",
                room_id=room_id,
                sender_id="s",
                sender_name="S",
                content=str(n),
                timestamp=n,
            )
            for n in range(700, 830)
        ]
    )
    assert app.shown == [str(n) for n in range(300)]
    while app.shown[-1] != "829":
        await app.effects.messages.show_newer()
    assert app.shown == [str(n) for n in range(530, 830)]


async def test_imports(in_room: App) -> None:
    app = in_room
    lines = [line(id=f"m{n}", roomId=f"r{n % 2}", senderId=f"s{n % 7}") for n in range(1_000)]
    await app.import_files(File(text(*lines)))
    importing = app.account.importing()
    assert importing is not None
    assert importing.phase == "done"
    assert importing.text == "Imported 1,000 messages from 7 people in 2 rooms."
    assert len(await app.db.get_messages("r0", 2_000)) == 500
    assert {room.name for room in app.account.rooms() or ()} == {"Tea", "r0", "r1"}
    assert len(await app.db.get_users_by_room("r0")) == 8


async def test_importing_again_harms_nothing(in_room: App) -> None:
    app = in_room
    lines = (line(), line(id="m2", unheard="of"))
    data = text(*({**each, "senderId": "cid", "senderName": "Cid"} for each in lines))
    for _ in range(2):
        await app.import_files(File(data))
        await app.db.update_user("cid", display_name="Count")
        await app.db.update_room("r", name="Renamed")
    assert len(await app.db.get_messages("r")) == 2
    room = await app.db.get_room("r")
    assert room is not None
    assert room.name == "Renamed"
    assert [member.oder_id for member in room.members] == ["Ada", "cid"]
    user = await app.db.get_user("cid")
    assert user is not None
    assert user.display_name == "Count"
    importing = app.account.importing()
    assert importing is not None
    assert importing.advice == ("Not imported: 1 entry with fields that Roomkeep doesn't import.")


async def test_importing_again_keeps_what_was_done_with_messages(in_room: App) -> None:
    app = in_room
    data = text(*(line(id=f"m{n}") for n in range(3)))
    await app.import_files(File(data))
    await app.db.update_message("m0", content="edited")
    await app.db.save_reaction(Reaction(oder_id="Ada", emoji="🎉", message_id="m1", timestamp=1))
    await app.db.delete_message("m2")
    before = await app.db.get_messages("r")
    await app.import_files(File(data + text(line(id="m3"))))
    after = {message.id: message for message in await app.db.get_messages("r")}
    assert [after[message.id] for message in before] == before
    importing = app.account.importing()
    assert importing is not None
    assert importing.text == (
        "Imported 1 message from 1 person in 1 room. 3 messages were already here."
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (text(line()) * 600 + b"{}", "Line 601: id is missing."),
        (text(line(), line(content=[])), "Line 2: content isn't valid (expected str, got array)."),
    ],
)
async def test_a_bad_file_changes_nothing(in_room: App, data: bytes, said: str) -> None:
    app = in_room
    rooms = await app.db.get_all_rooms()
    refused = f"refused: {said} Nothing was imported. Fix the file or choose another."
    assert await app.import_files(File(data)) == refused
    assert app.account.importing() is None
    assert await app.db.get_imports() == []
    assert await app.db.get_all_rooms() == rooms
    assert await app.db.get_messages("r") == []


async def test_a_file_that_goes_away_is_told(in_room: App) -> None:
    def gone(_reads: int) -> None:
        raise FileNotFoundError

    said = await in_room.import_files(File(text(line()), when=gone))
    assert said.startswith("refused: ")
    assert "can no longer be read" in said


async def test_a_stopped_import_keeps_what_is_there_and_says_how_much(in_room: App) -> None:
    app = in_room
    data = text(*(line(id=f"m{n}") for n in range(5_000)))
    task = asyncio.ensure_future(app.import_files(File(data)))
    await until(lambda: app.said.startswith("Imported"))
    app.effects.imports.cancel()
    await task
    importing = app.account.importing()
    assert importing is not None
    assert importing.phase == "stopped"
    kept = len(await app.db.get_messages("r", 9_999))
    assert 0 < kept < 5_000
    assert importing.text == f"Import canceled. {kept:,} of 5,000 messages were imported."
    assert await app.db.get_room("r") is not None


async def test_an_import_that_is_stopped_after_one_message_says_one(in_room: App) -> None:
    app = in_room
    write = app.db.import_into

    async def write_and_stop(*args: Any) -> int:
        written = await write(*args)
        app.effects.imports.cancel()
        return written

    app.db.import_into = write_and_stop  # type: ignore[method-assign, assignment]
    await app.import_files(File(text(line())))
    importing = app.account.importing()
    assert importing is not None
    assert importing.text == "Import canceled. 1 of 1 message was imported."


async def test_an_import_that_fails_late_does_not_say_that_nothing_was_changed(
    in_room: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = in_room
    write = app.db.import_into
    batches: list[int] = []

    async def write_once(import_id: str, messages: list[Message], *rest: Any) -> int:
        batches.append(len(messages))
        if len(batches) > 1:
            raise StorageFull("full")
        return await write(import_id, messages, *rest)

    monkeypatch.setattr(app.db, "import_into", write_once)
    await app.import_files(File(text(*(line(id=f"m{n}") for n in range(300)))))
    importing = app.account.importing()
    assert importing is not None
    assert importing.phase == "failed"
    assert importing.advice == (
        "Free up space on this device, then try again. 250 messages were imported."
        " You can safely import the file again."
    )


async def test_a_switch_stops_an_import(in_room: App) -> None:
    app = in_room
    data = text(*(line(id=f"m{n}") for n in range(5_000)))
    task = asyncio.ensure_future(app.import_files(File(data)))
    await until(lambda: app.said.startswith("Imported"))
    await app.effects.accounts.create("Grace")
    await task
    assert app.account.importing() is None
    assert await app.db.get_all_rooms() == []
    assert await app.db.get_messages("r", 9_999) == []
    assert app.told == []


async def test_what_is_deleted_during_an_import_stays_away(in_room: App) -> None:
    app = in_room
    data = text(*(line(id=f"m{n}", roomId=f"r{n % 2}") for n in range(5_000)))
    task = asyncio.ensure_future(app.import_files(File(data)))
    await until(lambda: app.said.startswith("Imported"))
    await app.db.delete_room("r0")
    await task
    assert await app.db.get_messages("r0", 9_999) == []
    assert len(await app.db.get_messages("r1", 9_999)) == 2_500

    # As another tab does it.
    app.effects.imports.forget()
    await app.db.delete_room("r1")
    task = asyncio.ensure_future(app.import_files(File(data)))
    await until(lambda: app.said.startswith("Imported"))
    await app.db.clear_all_data()
    await task
    importing = app.account.importing()
    assert importing is not None
    assert importing.phase == "stopped"
    assert importing.text == "Import stopped because what it had added was deleted."
    assert await app.db.get_all_rooms() == []
    assert (await app.db.get_records("messages")).messages == ()


async def test_an_account_that_cannot_be_opened_leaves_one_where_one_was(
    in_room: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_user_id: object) -> None:
        raise StorageFull("full")

    await in_room.write("one")
    monkeypatch.setattr(in_room.db, "set_current_user_id", full)
    await in_room.effects.accounts.create("Grace")
    assert in_room.account.user_id == "Ada"
    assert in_room.shown == ["one"]
    assert in_room.told == ["Couldn't create the account. This browser's storage is full."]
    assert not in_room.page.is_switching()


async def until(holds: Callable[[], Any]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 what is waited for has no event of its own
            await asyncio.sleep(0)


async def test_says_why_the_storage_cannot_be_opened_and_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = App()

    async def blocked() -> None:
        raise StorageBlocked("blocked")

    monkeypatch.setattr(app.db, "initialize", blocked)
    await app.effects.accounts.begin()
    trouble = app.page.trouble()
    assert trouble is not None
    assert "Another tab" in trouble[0]
    monkeypatch.undo()
    await app.effects.accounts.retry()
    assert app.page.trouble() is None
    assert app.page.phase() == "working"
    await app.db.close()
