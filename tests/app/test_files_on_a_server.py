"""In a room on a server, each file goes with a message of its own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from roomkeep.errors import StorageFull
from roomkeep.models import Attachment, Message
from roomkeep.storage.remote import SendMessage
from support.chat import Chat
from support.picked_file import PickedFile
from support.synced import ROOM, synced_room


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """A room on a server is open."""
    async with Chat.opened() as made:
        await made.db.apply_room(synced_room())
        await made.effects.rooms.load(made.account)
        await made.effects.rooms.open(ROOM)
        yield made


def waiting(chat: Chat) -> list[str]:
    files = chat.account.files.pending().get(chat.here, ())
    return [file.name for file in files if not file.is_saving]


async def attach(chat: Chat, *names: str) -> None:
    await chat.effects.attachments.add([PickedFile(name, b"one") for name in names])


async def sent(chat: Chat) -> list[tuple[str, str | None]]:
    """Return the texts and the names of the files that are sent."""
    names = {one.id: one.filename for one in await chat.db.get_all_attachments()}
    requests = [entry.request for entry in await chat.db.get_outbox()]
    messages = [one for one in requests if isinstance(one, SendMessage)]
    for one in messages:
        found = await chat.db.get_attachments_for_message(one.message_id)
        assert [file.id for file in found] == ([one.attachment_id] if one.attachment_id else [])
    return [(one.content, names.get(one.attachment_id or "")) for one in messages]


async def test_each_file_has_a_message_and_the_text_goes_with_the_first(chat: Chat) -> None:
    await chat.write("question")
    chat.effects.sending.begin_reply(chat.latest.id)
    await attach(chat, "a.txt", "b.txt", "c.txt")
    await chat.write("look")
    assert await sent(chat) == [
        ("question", None),
        ("look", "a.txt"),
        ("", "b.txt"),
        ("", "c.txt"),
    ]
    timeline = chat.account.timeline()
    assert timeline is not None
    _, *messages = timeline.messages
    assert [one.content for one in messages] == ["look", "", ""]
    assert [one.reply_to_id is not None for one in messages] == [True, False, False]
    shown = [chat.account.files.by_message()[one.id] for one in messages]
    assert [[file.filename for file in files] for files in shown] == [
        ["a.txt"],
        ["b.txt"],
        ["c.txt"],
    ]
    assert (waiting(chat), chat.account.draft) == ([], "")
    assert await chat.db.get_settings("draftFiles/") == {}


async def test_a_file_that_could_not_be_kept_goes_with_its_message(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_attachment: Attachment, _data: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(chat.db, "save_attachment", full)
    await attach(chat, "a.txt")
    await chat.write("lost?")
    assert await sent(chat) == []
    assert (waiting(chat), chat.account.draft) == (["a.txt"], "lost?")
    monkeypatch.undo()
    await chat.write("look")
    assert await sent(chat) == [("look", "a.txt")]
    assert waiting(chat) == []


async def test_files_whose_message_fails_wait_and_the_others_are_sent(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = chat.db.send_message

    async def send_the_first(message: Message, **also: Any) -> None:
        if not message.content:
            raise StorageFull("full")
        await send(message, **also)

    monkeypatch.setattr(chat.db, "send_message", send_the_first)
    await attach(chat, "a.txt", "b.txt", "c.txt")
    await chat.write("look")
    assert await sent(chat) == [("look", "a.txt")]
    assert chat.shown == ["look"]
    assert (waiting(chat), chat.account.draft) == (["b.txt", "c.txt"], "")
    assert len(chat.told) == 1
    # They are still there after a reload.
    monkeypatch.undo()
    await chat.effects.accounts.sign_out()
    await chat.effects.accounts.switch("Ada")
    await chat.write("and these")
    assert await sent(chat) == [("look", "a.txt"), ("and these", "b.txt"), ("", "c.txt")]


async def test_a_message_without_its_only_file_is_not_sent(chat: Chat) -> None:
    await attach(chat, "a.txt")
    (file,) = chat.account.files.pending()[chat.here]
    # In another tab.
    await chat.db.delete_attachments_for_message(f"draft:{file.id}")
    await chat.effects.sending.send(chat.here)  # type: ignore[misc]
    assert (await sent(chat), chat.shown) == ([], [])
