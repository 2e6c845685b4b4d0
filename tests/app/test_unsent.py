"""What was just sent is not lost when the page goes at that moment."""

from collections.abc import AsyncIterator

import pytest

from roomkeep.app.channel_ref import DRAFT, setting_key
from support.chat import Chat


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """A room with one message is open."""
    async with Chat.opened() as made:
        await made.effects.rooms.create("Tea")
        await made.write("about Tea")
        await made.idle()
        yield made


async def reload_while_sending(chat: Chat, stashed: dict[str, object]) -> None:
    """Open the account as after a reload, with what the page before had stashed."""
    await chat.effects.accounts.sign_out()
    chat.resume.save_unsaved("Ada", stashed)
    await chat.effects.accounts.switch("Ada")


def stash(chat: Chat) -> dict[str, object]:
    chat.effects.setting_writer.stash()
    return chat.resume.load_unsaved("Ada")


async def test_a_message_that_did_not_arrive_is_the_draft_again(chat: Chat) -> None:
    answered = chat.account.timeline().messages[-1]  # type: ignore[union-attr]
    may_send = chat.hold_sending()
    for text in ("one", "two"):
        chat.effects.sending.begin_reply(answered.id)
        chat.effects.sending.write_draft(chat.here, text)
        chat.effects.sending.send(chat.here)
    chat.effects.sending.write_draft(chat.here, "three")
    stashed = stash(chat)
    may_send.set()
    await chat.idle()
    sent = chat.shown
    for message in await chat.db.get_messages(chat.here[0]):
        if message.content in ("one", "two"):
            await chat.db.delete_message(message.id)
    assert sent[-2:] == ["one", "two"]

    # All of it arrived, even if it was deleted since: nothing is given back.
    await reload_while_sending(chat, stashed)
    assert chat.account.draft == "three"

    # None of it arrived.
    await chat.db.clear_room_messages(chat.here[0])
    await chat.db.save_message(answered)
    await reload_while_sending(chat, stashed)
    assert chat.account.draft == "one\ntwo\nthree"
    assert chat.account.reply == answered


async def test_a_page_that_stays_leaves_nothing_behind(chat: Chat) -> None:
    may_send = chat.hold_sending()
    chat.effects.sending.write_draft(chat.here, "just sent")
    sending = chat.effects.sending.send(chat.here)
    assert len(stash(chat)) == 2
    assert sending is not None
    may_send.set()
    await sending
    await chat.idle()
    assert chat.resume.load_unsaved("Ada") == {}
    assert await chat.db.get_setting(setting_key(DRAFT, chat.here)) is None


async def test_an_edit_that_did_not_arrive_is_in_its_editor_again(chat: Chat) -> None:
    await chat.write("before")
    await chat.idle()
    message = chat.account.timeline().messages[-1]  # type: ignore[union-attr]
    chat.effects.edits.begin_last()
    saving = chat.effects.edits.save(message.id, "after")
    stashed = stash(chat)
    await saving
    await chat.idle()

    await reload_while_sending(chat, stashed)
    assert chat.account.editing is None

    await chat.db.update_message(message.id, content="before")
    await reload_while_sending(chat, stashed)
    assert chat.account.editing == message.id
    assert chat.account.edit_texts[chat.here] == {message.id: "after"}

    # There is nothing to edit any more.
    chat.effects.edits.cancel()
    await chat.idle()
    await chat.db.delete_message(message.id)
    await reload_while_sending(chat, stashed)
    assert chat.account.draft == "after"
