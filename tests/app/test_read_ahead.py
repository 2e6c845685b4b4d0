"""Who goes back through a room finds the next page there already, as it is by then."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from roomkeep.app.timeline import PAGE, STEP
from roomkeep.errors import StorageError
from roomkeep.models import Attachment
from support.chat import Chat, until
from support.make import attachment, message

MANY = 6 * PAGE


@pytest.fixture
async def back() -> AsyncIterator[Chat]:
    """A room of many messages, in which somebody went back by a page."""
    async with Chat.opened("Tea") as chat:
        await chat.db.save_messages(
            [
                message(f"m{n:04}", room_id=chat.room_id, content=str(n), timestamp=n)
                for n in range(MANY)
            ]
        )
        await chat.idle()
        await chat.effects.messages.show_latest()
        await chat.effects.messages.show_older()
        await is_read(chat)
        yield chat


async def is_read(chat: Chat) -> None:
    """Wait until the next page is read."""
    begun = chat.effects.messages._ahead._begun
    if begun is not None:
        await asyncio.wait([begun.reading])


def first(steps: int) -> int:
    """Return the number of the first message that is shown after so many steps back."""
    return MANY - PAGE - steps * STEP


async def test_the_next_page_is_shown_in_the_same_event(back: Chat) -> None:
    assert back.shown[0] == str(first(1))
    going = back.effects.messages.show_older()
    assert back.shown == [str(n) for n in range(first(2), MANY)]
    await going
    await is_read(back)
    back.effects.messages.show_older()
    assert back.shown == [str(n) for n in range(first(3), MANY)]


async def test_what_is_said_meanwhile_does_not_take_the_page_away(back: Chat) -> None:
    await back.hear("news", back.room_id)
    await back.db.save_message(message("x", room_id="elsewhere", timestamp=1))
    back.effects.messages.show_older()
    assert (back.shown[0], back.shown[-1]) == (str(first(2)), "news")


AHEAD = first(1) - 1
"""The last message of the page that was read ahead."""

CHANGES: dict[str, Callable[[Chat], Awaitable[object]]] = {
    "edited": lambda chat: chat.db.update_message(f"m{AHEAD:04}", content="changed"),
    "deleted": lambda chat: chat.db.delete_message(f"m{AHEAD:04}"),
    "come late": lambda chat: chat.db.save_message(
        message("late", room_id=chat.room_id, timestamp=AHEAD)
    ),
    "gone": lambda chat: chat.db.clear_room_messages(chat.room_id),
    "moved": lambda chat: chat.db.move_messages(chat.room_id, "general", "another"),
}


@pytest.mark.parametrize("how", CHANGES)
async def test_what_was_changed_meanwhile_is_shown_as_it_is(back: Chat, how: str) -> None:
    await CHANGES[how](back)
    await back.idle()
    await back.effects.messages.show_older()
    timeline = back.account.timeline()
    assert timeline is not None
    count = PAGE + 2 * STEP
    found = await back.db.get_latest_messages(back.room_id, count, channel_id="general")
    assert list(timeline.messages) == found


async def test_what_was_changed_while_it_was_read_is_shown_as_it_is(
    back: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = back.db.get_attachments_for_messages

    async def find_after_a_change(ids: list[str]) -> dict[str, list[Attachment]]:
        monkeypatch.undo()
        await back.db.update_message(f"m{first(2) - 1:04}", content="changed")
        return await find(ids)

    monkeypatch.setattr(back.db, "get_attachments_for_messages", find_after_a_change)
    await back.effects.messages.show_older()
    # It is awaited by now.
    await back.effects.messages.show_older()
    assert "changed" in back.shown


async def test_its_files_are_there_too(back: Chat) -> None:
    await back.effects.messages.show_older()
    await is_read(back)
    await back.db.save_attachment(
        attachment("a", message_id=f"m{first(2) - 1:04}", filename="tea.png"), b"tea"
    )
    await back.effects.messages.show_older()
    files = back.account.files.by_message()[f"m{first(2) - 1:04}"]
    assert [file.filename for file in files] == ["tea.png"]


async def test_a_page_that_cannot_be_read_ahead_is_told_of_when_it_is_asked_for(
    back: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise StorageError("the disk is gone")

    await back.effects.messages.show_older()
    with monkeypatch.context() as broken:
        await is_read(back)
        broken.setattr(back.db, "get_latest_messages", fail)
        await back.effects.messages.show_older()  # which was read
        await is_read(back)
        assert back.told == []
        await back.effects.messages.show_older()
        await until(lambda: back.told)
    assert back.shown[0] == str(first(3))
    await back.effects.messages.show_older()
    assert back.shown[0] == str(first(4))
