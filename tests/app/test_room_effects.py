"""Rooms, their channels and drafts: what is saved, and what the state says then."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from msgspec.structs import replace

from roomkeep.app.channel_ref import (
    DRAFT,
    DRAFT_FILES,
    EDIT,
    LAST_READ,
    channel_ref_of,
    setting_key,
)
from roomkeep.app.channels import channels_of, manages
from roomkeep.models import Channel, Message, Room, RoomMember
from roomkeep.persistence import LastViewedChat
from support.chat import Chat, until


class File:
    """A picked file."""

    name, mime, size = "tea.txt", "text/plain", 3
    data: object = b"tea"

    async def read(self, start: int, end: int) -> bytes:
        return b"tea"[start:end]


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with Chat.opened("Tea") as made:
        yield made


@pytest.fixture
async def two(chat: Chat) -> Chat:
    """A room with two text channels; general is open."""
    await chat.effects.channels.add(chat.room_id, "Brewing", "text")
    await chat.effects.rooms.open(chat.room_id, "general")
    return chat


def other(chat: Chat) -> str:
    room = chat.account.room
    assert room is not None
    return next(channel.id for channel in room.channels if channel.id != "general")


async def test_each_channel_has_its_own_messages(two: Chat) -> None:
    await two.write("in general")
    await two.effects.rooms.open(two.room_id, other(two))
    assert two.shown == []
    await two.write("about brewing")
    assert two.shown == ["about brewing"]
    await two.effects.rooms.open(two.room_id, "general")
    assert two.shown == ["in general"]
    await two.hear("elsewhere", two.room_id, other(two))
    await two.hear("here", two.room_id)
    await until(lambda: two.shown == ["in general", "here"])


async def test_a_room_opens_where_one_was_in_it_last(two: Chat) -> None:
    tea, brewing = two.room_id, other(two)
    await two.effects.rooms.open(tea, brewing)
    last = LastViewedChat(room_id=tea, channel_id=brewing)
    assert two.resume.load_last_viewed_chat("Ada") == last
    await two.effects.rooms.create("Cake")
    await two.effects.rooms.open(tea)
    assert two.account.channel_ref == (tea, brewing)
    await two.effects.accounts.sign_out()
    await two.effects.accounts.switch("Ada")
    assert two.account.channel_ref == (tea, brewing)
    assert two.account.recent()[0] == (tea, brewing)


async def test_of_two_rooms_opened_at_once_the_later_is_where_one_left_off(chat: Chat) -> None:
    tea = chat.room_id
    await chat.effects.rooms.create("Cake")
    cake = chat.room_id
    for count in range(60):
        await chat.hear(f"{count}", tea)
    rooms = chat.effects.rooms
    await asyncio.gather(rooms.open(tea), rooms.open(cake))
    assert chat.account.channel_ref == (cake, "general")
    last = LastViewedChat(room_id=cake, channel_id="general")
    assert chat.resume.load_last_viewed_chat("Ada") == last
    assert chat.account.recent()[0] == (cake, "general")


async def test_why_a_file_was_refused_is_said_in_its_channel_alone(two: Chat) -> None:
    empty = File()
    empty.size = 0
    await two.effects.attachments.add([empty])
    assert two.account.files.refused() == ("“tea.txt” is empty, so it can't be sent.",)
    await two.effects.rooms.open(two.room_id, "general")
    assert two.account.files.refused() != ()
    await two.effects.rooms.open(two.room_id, other(two))
    assert two.account.files.refused() == ()


async def test_drafts_are_kept_for_each_channel_and_account(two: Chat) -> None:
    tea, brewing = two.room_id, other(two)
    two.effects.sending.write_draft(two.here, "for all")
    await two.effects.rooms.open(tea, brewing)
    assert two.account.draft == ""
    two.effects.sending.write_draft(two.here, "for few")
    await two.effects.accounts.create("Grace")
    assert two.account.drafts() == {}
    assert await two.db.get_settings("draft/") == {}
    await two.effects.accounts.switch("Ada")
    assert two.account.drafts() == {(tea, "general"): "for all", (tea, brewing): "for few"}
    await two.write("for few")
    key = setting_key(DRAFT, (tea, "general"))
    await until(lambda: not two.effects.drafts.is_unsaved(two.account, (tea, brewing)))
    assert await two.db.get_settings("draft/") == {key: "for all"}


async def test_what_is_written_in_another_tab_shows_but_replaces_nothing(chat: Chat) -> None:
    ref = (chat.room_id, "general")
    await chat.db.save_setting(setting_key(DRAFT, ref), "from there")
    await until(lambda: chat.account.draft == "from there")
    chat.effects.sending.write_draft(chat.here, "from here")
    chat.effects.drafts.show_kept(chat.account, ref, "from there")
    assert chat.account.draft == "from here"


async def test_changes_a_room(chat: Chat) -> None:
    chat.effects.room_settings.open_dialog()
    await chat.effects.room_settings.change(chat.room_id, " Green  tea ", " hot\n", "🍵")
    room = await chat.db.get_room(chat.room_id)
    assert room is not None
    assert (room.name, room.topic, room.icon) == ("Green tea", "hot", "🍵")
    assert chat.account.room == room
    assert chat.account.dialog() is None
    await chat.effects.room_settings.change(chat.room_id, "Tea", "", "")
    room = await chat.db.get_room(chat.room_id)
    assert room is not None
    assert (room.topic, room.icon) == (None, None)
    await chat.effects.room_settings.change(chat.room_id, "Tea", "", "far too long")
    assert chat.told == ["The icon is too long. Use an emoji or up to 3 letters."]


async def test_what_comes_late_takes_no_other_dialog_away(chat: Chat) -> None:
    room_id, user_id = chat.room_id, chat.account.user_id
    effects = chat.effects
    late: list[Callable[[], asyncio.Task[None]]] = [
        lambda: effects.room_settings.change(room_id, "Tea", "", ""),
        effects.room_settings.ask_leave,
        lambda: effects.people.open_card(user_id),
    ]
    for begin in late:
        effects.overlays.close_dialog()
        doing = begin()
        await asyncio.sleep(0)
        effects.rooms.open_dialog()
        await doing
        assert chat.account.dialog() == "room"


async def test_a_room_goes_with_all_that_is_in_it(two: Chat) -> None:
    tea = two.room_id
    await two.write("one")
    two.effects.sending.write_draft(two.here, "two")
    await two.effects.setting_writer.flush(two.account)
    two.effects.unread.reach_end()
    await two.effects.room_settings.ask_leave()
    leaving = two.account.leaving()
    assert leaving is not None
    assert (leaving.room.id, leaving.messages, leaving.is_host) == (tea, 1, True)
    await two.effects.room_settings.leave()
    assert (two.account.channel_ref, two.account.rooms(), two.account.pane()) == (None, (), "rooms")
    assert await two.db.count_messages(tea) == 0
    kept = await two.db.get_settings()
    assert [
        key for key in kept if channel_ref_of(DRAFT, key) or channel_ref_of(LAST_READ, key)
    ] == []


async def test_a_room_that_went_meanwhile_is_not_opened(chat: Chat) -> None:
    tea = chat.account.channel_ref
    await chat.effects.rooms.open("gone")
    assert chat.told == ["Couldn't open the room. It's no longer there."]
    assert chat.account.channel_ref == tea
    assert all(room_id != "gone" for room_id, _ in chat.account.recent())


async def test_what_was_open_of_a_room_goes_with_it(two: Chat) -> None:
    await two.write("one")
    two.effects.room_settings.open_dialog()
    two.effects.reactions.pick("")
    await two.effects.channels.ask_remove(two.room_id, other(two))
    await two.db.delete_room(two.room_id)
    await until(lambda: two.account.room_id() is None)
    account = two.account
    assert (account.dialog(), account.picking(), account.removing()) == (None, None, None)


async def test_a_channel_that_goes_elsewhere_is_left(two: Chat) -> None:
    await two.effects.rooms.open(two.room_id, other(two))
    general = Channel(id="general", name="general", type="text", position=0)
    await two.db.update_room(two.room_id, channels=(general,))
    await until(lambda: two.account.channel_ref == (two.room_id, "general"))


async def test_adds_renames_and_moves_channels(chat: Chat) -> None:
    room_id = chat.room_id
    await chat.effects.channels.add(room_id, " Brewing ", "text")
    assert chat.account.channel is not None
    assert chat.account.channel.name == "Brewing"
    await chat.effects.channels.add(room_id, "Parlour", "voice")
    await chat.effects.channels.add(room_id, "brewing", "text")
    assert chat.told == ["There's already a channel “Brewing” in this room."]
    await chat.effects.channels.rename(room_id, other(chat), "Leaves")
    await chat.effects.channels.move(room_id, other(chat), -1)
    room = await chat.db.get_room(room_id)
    assert room is not None
    assert [(c.name, c.type, c.position) for c in room.channels] == [
        ("Leaves", "text", 0),
        ("general", "text", 1),
        ("Parlour", "voice", 2),
    ]


async def test_changes_of_channels_that_follow_each_other_fast_are_all_kept(chat: Chat) -> None:
    room_id, channels = chat.room_id, chat.effects.channels
    names = ["Brewing", "Leaves", "Cups"]
    await asyncio.gather(*(channels.add(room_id, name, "text") for name in names))
    await asyncio.gather(*(channels.move(room_id, "general", 1) for _ in names))
    room = await chat.db.get_room(room_id)
    assert room is not None
    assert [channel.name for channel in channels_of(room)] == [*names, "general"]


async def test_a_channel_that_goes_leaves_what_was_begun_to_general(two: Chat) -> None:
    brewing, general = (two.room_id, other(two)), (two.room_id, "general")
    await two.effects.rooms.open(*general)
    two.effects.sending.write_draft(two.here, "begun in general")
    await two.effects.rooms.open(*brewing)
    two.effects.sending.write_draft(two.here, "begun in brewing")
    await two.effects.attachments.add([File()])
    await two.effects.channels.ask_remove(*brewing)
    await two.effects.channels.remove()
    assert two.account.drafts() == {general: "begun in brewing\nbegun in general"}
    [waiting] = two.account.files.pending()[general]
    await until(lambda: two.effects.drafts.is_unsaved(two.account, brewing) is False)
    assert await two.db.get_settings("draftFiles/") == {
        setting_key(DRAFT_FILES, general): [waiting.id]
    }


async def test_a_change_that_was_begun_goes_with_its_message(two: Chat) -> None:
    brewing, general = (two.room_id, other(two)), (two.room_id, "general")
    await two.effects.rooms.open(*brewing)
    await two.write("steep it")
    two.effects.edits.begin_last()
    message_id = two.account.editing
    assert message_id is not None
    two.effects.edits.write(two.edited_id, "steep it for long")
    await two.effects.channels.ask_remove(*brewing)
    await two.effects.channels.remove()
    assert (two.account.channel_ref, two.account.editing) == (general, message_id)
    assert two.account.edit_texts[general] == {message_id: "steep it for long"}
    await two.effects.setting_writer.flush(two.account)
    kept = {"open": message_id, "texts": {message_id: "steep it for long"}}
    assert await two.db.get_settings("edit/") == {setting_key(EDIT, general): kept}


async def test_a_channel_that_goes_leaves_its_messages_to_general(two: Chat) -> None:
    brewing = other(two)
    await two.effects.rooms.open(two.room_id, brewing)
    for content in ("one", "two", "three"):
        await two.write(content)
    await two.effects.channels.ask_remove(two.room_id, brewing)
    removing = two.account.removing()
    assert removing is not None
    assert removing.successor is not None
    assert (removing.messages, removing.successor.id) == (3, "general")
    await two.effects.channels.remove()
    assert two.account.removing() is None
    assert two.account.channel_ref == (two.room_id, "general")
    assert two.shown == ["one", "two", "three"]
    room = await two.db.get_room(two.room_id)
    assert room is not None
    assert [channel.id for channel in room.channels] == ["general"]


async def test_a_channel_that_goes_leaves_what_came_while_one_was_asked(two: Chat) -> None:
    brewing = other(two)
    await two.effects.channels.ask_remove(two.room_id, brewing)
    await two.hear("just now", two.room_id, brewing)
    await two.effects.channels.remove()
    [message] = await two.db.get_messages(two.room_id)
    assert message.channel_id == "general"


async def test_a_channel_that_goes_leaves_no_message_to_one_that_went_meanwhile(two: Chat) -> None:
    brewing = other(two)
    await two.hear("kept", two.room_id, brewing)
    await two.effects.channels.add(two.room_id, "Pots", "text")
    room = await two.db.get_room(two.room_id)
    assert room is not None
    left = tuple(channel for channel in room.channels if channel.id != "general")
    await two.db.update_room(two.room_id, channels=left)
    await two.effects.channels.ask_remove(two.room_id, brewing)
    alone = tuple(channel for channel in left if channel.id == brewing)
    await two.db.update_room(two.room_id, channels=alone)
    await two.effects.channels.remove()
    assert two.told == [
        "“Brewing” is the only text channel left in this room, so it can't be removed."
    ]
    [message] = await two.db.get_messages(two.room_id)
    assert message.channel_id == brewing


async def test_general_and_the_last_text_channel_stay(chat: Chat) -> None:
    await chat.effects.channels.ask_remove(chat.room_id, "general")
    assert chat.account.removing() is None


async def test_a_room_without_a_list_of_channels_has_general(chat: Chat) -> None:
    room = Room(id="old", name="Old", host_id="bob", created_at=1)
    await chat.db.save_room(room)
    await until(lambda: any(room.id == "old" for room in chat.account.rooms() or ()))
    await chat.effects.rooms.open("old")
    assert chat.account.channel_ref == ("old", "general")
    await chat.write("hello")
    stored = await chat.db.get_messages("old")
    assert [message.channel_id for message in stored] == ["general"]


async def test_a_voice_channel_shows_no_messages(chat: Chat) -> None:
    await chat.effects.channels.add(chat.room_id, "Parlour", "voice")
    await chat.effects.rooms.open(chat.room_id, other(chat))
    assert chat.account.timeline() is None
    message = Message(
        id="x",
        room_id=chat.room_id,
        channel_id=other(chat),
        sender_id="b",
        sender_name="B",
        content="b",
        timestamp=1,
    )
    await chat.db.save_message(message)
    await chat.effects.messages.show_latest()
    assert chat.account.timeline() is None


def test_places_have_keys_of_their_own() -> None:
    assert setting_key(LAST_READ, ("r1", "general")) == "lastRead/r1/general"
    places = [("a/b", "c"), ("a", "b/c"), ("a%2Fb", "c"), ("a%b", "/")]
    keys = [setting_key(DRAFT, ref) for ref in places]
    assert len(set(keys)) == len(places)
    assert [channel_ref_of(DRAFT, key) for key in keys] == places
    assert channel_ref_of(LAST_READ, keys[0]) is None
    assert channel_ref_of(DRAFT, "draft/room") is None


async def test_a_member_leaves_and_the_device_forgets(chat: Chat) -> None:
    await chat.db.save_room(Room(id="old", name="Old", host_id="bob", created_at=1))
    await until(lambda: any(room.id == "old" for room in chat.account.rooms() or ()))
    await chat.effects.rooms.open("old")
    await chat.effects.room_settings.ask_leave()
    leaving = chat.account.leaving()
    assert leaving is not None
    assert not leaving.is_host
    await chat.effects.room_settings.leave()
    assert await chat.db.get_room("old") is None
    assert chat.told == ["You left “Old”. It was removed from this device."]


def test_who_only_takes_part_may_change_nothing_of_a_room() -> None:
    room = Room(id="old", name="Old", host_id="bob", created_at=1)
    assert not manages(room, "Ada")
    admin = RoomMember(oder_id="Ada", username="a", display_name="A", role="admin")
    assert manages(replace(room, members=(admin,)), "Ada")


async def test_no_room_that_changes_is_read(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    first = chat.room_id
    await chat.effects.rooms.create("Cake")
    second = chat.room_id
    read: list[str] = []
    get_room = chat.db.get_room

    def noted(room_id: str) -> Coroutine[Any, Any, Room | None]:
        read.append(room_id)
        return get_room(room_id)

    monkeypatch.setattr(chat.db, "get_room", noted)
    monkeypatch.setattr(chat.db, "get_all_rooms", None)
    await chat.effects.room_settings.change(first, "Green tea", "", "")
    assert [room.name for room in chat.account.rooms() or ()] == ["Green tea", "Cake"]
    assert [room.id for room in chat.account.rooms() or ()] == [first, second]
    # Somebody else, such as another tab, changes and deletes rooms.
    await chat.db.update_room(second, name="Pie")
    await until(lambda: chat.account.room is not None and chat.account.room.name == "Pie")
    await chat.db.delete_room(second)
    await until(lambda: chat.account.room_id() is None)
    assert [room.name for room in chat.account.rooms() or ()] == ["Green tea"]
    assert read == []
    assert chat.told == []
