"""What was just sent is not lost when the page goes at that moment."""

from collections.abc import AsyncIterator

import pytest

from roomkeep.app.channel_ref import DRAFT, setting_key
from roomkeep.models import DELETED_MESSAGE_CONTENT
from support.chat import Chat
from support.make import ban
from support.picked_file import PickedFile


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """A room with one message is open."""
    async with Chat.opened() as made:
        await made.effects.rooms.create("Tea")
        await made.write("about Tea")
        await made.idle()
        yield made


async def stash_sent(chat: Chat, *texts: str) -> dict[str, object]:
    """Send replies to the last message, and return what the page stashed before they arrived."""
    may_send, answered = chat.hold_sending(), chat.latest
    for text in texts:
        chat.effects.sending.begin_reply(answered.id)
        chat.effects.sending.write_draft(chat.here, text)
        chat.effects.sending.send(chat.here)
    chat.effects.sending.write_draft(chat.here, "three")
    stashed = chat.stash()
    may_send.set()
    await chat.idle()
    return stashed


async def test_what_did_not_arrive_is_sent_when_the_page_opens_again(chat: Chat) -> None:
    stashed = await stash_sent(chat, "one", "two")
    sent = (await chat.db.get_messages(chat.here[0]))[-2:]
    assert [message.content for message in sent] == ["one", "two"]
    for message in sent:
        await chat.db.delete_message(message.id)

    # All of it arrived, even if it was deleted since.
    await chat.reopen(stashed)
    assert chat.shown[-2:] == [DELETED_MESSAGE_CONTENT] * 2
    assert chat.account.draft == "three"

    # None of it arrived.
    await chat.db.clear_room_messages(chat.here[0])
    await chat.reopen(stashed)
    assert await chat.db.get_messages(chat.here[0]) == sent
    assert chat.account.draft == "three"
    assert chat.resume.load_unsaved("Ada") == {}


async def test_what_cannot_be_sent_any_more_is_the_draft_again(chat: Chat) -> None:
    answered = chat.latest
    stashed = await stash_sent(chat, "one", "two")
    await chat.db.clear_room_messages(chat.here[0])
    await chat.db.save_message(answered)
    await chat.db.save_ban(ban("Ada", room_id=chat.here[0], expires_at=None))
    await chat.reopen(stashed)
    assert await chat.db.get_messages(chat.here[0]) == [answered]
    assert chat.account.draft == "one\ntwo\nthree"
    assert chat.account.reply == answered


async def test_a_message_with_files_goes_back_beside_them(chat: Chat) -> None:
    await chat.effects.attachments.add([PickedFile("notes.txt", b"tea")])
    stashed = await stash_sent(chat, "with notes")
    await chat.db.clear_room_messages(chat.here[0])
    await chat.reopen(stashed)
    assert chat.shown == []
    assert chat.account.draft == "with notes\nthree"


async def test_a_draft_stays_while_its_message_is_not_made_yet(chat: Chat) -> None:
    chat.effects.sending.begin_reply(chat.latest.id)
    await chat.effects.setting_writer.flush(chat.account)
    with chat.effects.setting_writer.sending(chat.account, setting_key(DRAFT, chat.here)):
        chat.effects.sending.cancel_reply()
        stashed = chat.stash()
    assert stashed == {}


async def test_a_page_that_stays_leaves_nothing_behind(chat: Chat) -> None:
    may_send = chat.hold_sending()
    chat.effects.sending.write_draft(chat.here, "just sent")
    sending = chat.effects.sending.send(chat.here)
    assert len(chat.stash()) == 2
    assert sending is not None
    may_send.set()
    await sending
    await chat.idle()
    assert chat.resume.load_unsaved("Ada") == {}
    assert await chat.db.get_setting(setting_key(DRAFT, chat.here)) is None


async def test_an_edit_that_did_not_arrive_is_made_when_the_page_opens_again(chat: Chat) -> None:
    await chat.write("before")
    await chat.idle()
    message = chat.latest
    chat.effects.edits.begin_last()
    saving = chat.effects.edits.save(message.id, "after")
    stashed = chat.stash()
    await saving
    await chat.idle()

    await chat.reopen(stashed)
    assert chat.account.editing is None

    await chat.db.update_message(message.id, content="before", edited_at=message.timestamp)
    await chat.reopen(stashed)
    assert chat.account.editing is None
    assert chat.shown[-1] == "after"

    # It was edited elsewhere since.
    later = chat.effects.context.now()
    await chat.db.update_message(message.id, content="otherwise", edited_at=later)
    await chat.reopen(stashed)
    assert chat.shown[-1] == "otherwise"
    assert chat.edited_id == message.id
    assert chat.account.edit_texts[chat.here] == {message.id: "after"}

    # There is nothing to edit any more.
    chat.effects.edits.cancel()
    await chat.idle()
    await chat.db.delete_message(message.id)
    await chat.reopen(stashed)
    assert chat.account.draft == "after"
