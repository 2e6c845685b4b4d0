"""What a person does is so in the event in which they do it; the database follows."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.address import Address
from roomkeep.errors import StorageFull
from support.chat import Chat


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with Chat.opened("Tea", "Cake") as opened:
        yield opened


def fail_to(chat: Chat, method: str) -> None:
    async def fail(*_args: object, **_kwargs: object) -> None:
        await asyncio.sleep(0)
        raise StorageFull("no room left")

    setattr(chat.db, method, fail)


def room_named(chat: Chat, name: str) -> str:
    return next(room.id for room in chat.account.rooms() or () if room.name == name)


async def test_a_message_is_shown_at_once_and_can_be_edited_at_once(chat: Chat) -> None:
    await chat.write("before")
    may_send = chat.hold_sending()
    chat.effects.sending.write_draft(chat.here, "just sent")
    sending = chat.effects.sending.send(chat.here)
    assert sending is not None
    assert chat.shown == ["before", "just sent"]
    chat.effects.edits.begin_last()
    saving = chat.effects.edits.save(chat.edited_id, "just changed")
    may_send.set()
    await sending
    await saving
    assert chat.shown == ["before", "just changed"]
    stored = await chat.db.get_messages(chat.room_id)
    assert [message.content for message in stored] == ["before", "just changed"]


async def test_a_message_just_sent_can_be_deleted_and_reacted_to(chat: Chat) -> None:
    may_send = chat.hold_sending()
    for text in ("one", "two"):
        chat.effects.sending.write_draft(chat.here, text)
        chat.effects.sending.send(chat.here)
    timeline = chat.account.timeline()
    assert timeline is not None
    one, two = timeline.messages
    reacting = chat.effects.reactions.add(one.id, "👍")
    chat.effects.edits.ask_delete(two.id)
    may_send.set()
    await chat.effects.edits.delete()
    await reacting
    first, second = await chat.db.get_messages(chat.room_id)
    assert [reaction.emoji for reaction in first.reactions] == ["👍"]
    assert second.is_deleted
    assert chat.told == []


async def test_a_channel_is_read_up_to_what_one_sends(chat: Chat) -> None:
    await chat.write("last words")
    timeline = chat.account.timeline()
    assert timeline is not None
    assert chat.account.last_read()[chat.here] == timeline.messages[-1].timestamp


async def test_what_could_not_be_sent_is_shown_no_more(chat: Chat) -> None:
    fail_to(chat, "send_message")
    await chat.write("precious")
    assert chat.shown == []
    assert chat.account.draft == "precious"


async def test_a_reload_of_the_channel_loses_no_message_that_is_being_sent(chat: Chat) -> None:
    may_send = chat.hold_sending()
    chat.effects.sending.write_draft(chat.here, "on its way")
    sending = chat.effects.sending.send(chat.here)
    assert sending is not None
    await chat.effects.messages.show_latest()
    assert chat.shown == ["on its way"]
    may_send.set()
    await sending
    assert chat.shown == ["on its way"]


async def test_a_room_is_open_at_once(chat: Chat) -> None:
    tea = room_named(chat, "Tea")
    before = chat.account.composer_focus()
    chat.effects.overlays.open_quick_switcher()
    opening = chat.effects.rooms.open(tea)
    assert chat.here == (tea, "general")
    assert chat.account.dialog() is None
    assert chat.account.composer_focus() == before + 1
    chat.effects.sending.write_draft(chat.here, "to Tea")
    sending = chat.effects.sending.send(chat.here)
    assert sending is not None
    await opening
    await sending
    assert [message.content for message in await chat.db.get_messages(tea)] == ["to Tea"]


async def test_one_writes_in_a_new_room_before_it_is_saved(chat: Chat) -> None:
    creating = chat.effects.rooms.create("Scones")
    room = chat.account.room
    assert room is not None
    assert room.name == "Scones"
    chat.effects.sending.write_draft(chat.here, "first words")
    sending = chat.effects.sending.send(chat.here)
    assert sending is not None
    await creating
    await sending
    assert chat.shown == ["first words"]
    assert await chat.db.get_room(room.id) == room


async def test_a_room_that_cannot_be_saved_is_asked_for_again(chat: Chat) -> None:
    save = chat.db.save_room
    fail_to(chat, "save_room")
    creating = chat.effects.rooms.create("Scones")
    ref = chat.here
    chat.effects.sending.write_draft(ref, "begun")
    await creating
    assert chat.account.dialog() == "room"
    assert [room.name for room in chat.account.rooms() or ()] == ["Tea", "Cake"]
    assert await chat.db.get_room(ref[0]) is None
    chat.db.save_room = save  # type: ignore[method-assign]
    await chat.effects.rooms.create("Scones")
    assert chat.account.draft == "begun"


async def test_an_address_leads_to_its_room_and_message(chat: Chat) -> None:
    await chat.write("far away")
    timeline = chat.account.timeline()
    assert timeline is not None
    cake, message_id = chat.room_id, timeline.messages[-1].id
    await chat.effects.rooms.open(room_named(chat, "Tea"))
    chat.effects.rooms.open_dialog()
    await chat.effects.navigation.go(
        Address(room_id=cake, channel_id="general", message_id=message_id)
    )
    assert chat.here == (cake, "general")
    assert chat.account.target() == message_id
    assert chat.account.dialog() is None


async def test_an_address_of_another_account_opens_nothing(chat: Chat) -> None:
    here = chat.here
    await chat.effects.navigation.go(Address(room_id="elsewhere"))
    assert chat.here == here
    assert chat.told == ["That room isn't on this device."]


async def test_an_address_beats_where_one_left_off(chat: Chat) -> None:
    tea = room_named(chat, "Tea")
    chat.page.address = Address(room_id=tea, panel="settings")
    await chat.effects.accounts.sign_out()
    await chat.effects.accounts.switch("Ada")
    assert chat.room_id == tea
    assert chat.account.dialog() == "settings"
    chat.page.address = Address(room_id="elsewhere")
    await chat.effects.accounts.sign_out()
    await chat.effects.accounts.switch("Ada")
    assert chat.account.room_id() is None
