"""The search panel's effects, on the database in memory."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from reaktiv import Effect

from roomkeep.app.effects.search import PAGE
from roomkeep.errors import StorageLost
from roomkeep.models import Attachment, Message
from support.chat import Chat, until


@pytest.fixture
async def in_room() -> AsyncIterator[Chat]:
    async with Chat.opened("Hill", "Tea") as made:
        made.effects.search.open(in_front=False)
        yield made


def message(number: int, room_id: str, content: str) -> Message:
    return Message(
        id=f"m{number:04}",
        room_id=room_id,
        sender_id="bob",
        sender_name="Bob",
        content=content,
        timestamp=number,
    )


def found(chat: Chat) -> list[str] | None:
    results = chat.account.search.results()
    return None if results is None else [hit.message.content for hit in results.hits]


async def search(chat: Chat, text: str) -> list[str] | None:
    chat.effects.search.type(text)
    await chat.idle()
    return found(chat)


def other_room(chat: Chat) -> str:
    return next(room.id for room in chat.account.rooms() or () if room.id != chat.room_id)


class HeldSearches:
    """Has searches wait before they are answered."""

    def __init__(self, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.may_go = asyncio.Event()
        run = chat.db.search_messages

        async def wait(text: str, **also: Any) -> Any:
            self.asked.append(text)
            await self.may_go.wait()
            return await run(text, **also)

        monkeypatch.setattr(chat.db, "search_messages", wait)


async def test_finds_while_one_types_in_this_room_or_everywhere(in_room: Chat) -> None:
    await in_room.write("garden tea")
    await in_room.hear("garden path", other_room(in_room))
    assert await search(in_room, "gar") == ["garden tea"]
    in_room.effects.search.choose_scope("everywhere")
    await in_room.idle()
    assert found(in_room) == ["garden path", "garden tea"]
    assert await search(in_room, "gar ") == []
    assert await search(in_room, "") is None


async def test_this_room_is_the_one_that_is_open(in_room: Chat) -> None:
    await in_room.write("garden tea")
    hill = other_room(in_room)
    await in_room.hear("garden path", hill)
    assert await search(in_room, "garden") == ["garden tea"]
    await in_room.effects.rooms.open(hill)
    await in_room.idle()
    assert found(in_room) == ["garden path"]
    await in_room.db.delete_room(hill)
    await until(lambda: in_room.account.room_id() is None)
    await until(lambda: found(in_room) == ["garden tea"])


async def test_of_what_is_typed_during_a_search_only_the_last_is_searched_for(
    in_room: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_room.write("garden tea")
    held = HeldSearches(in_room, monkeypatch)
    shown = []
    following = Effect(lambda: shown.append(found(in_room)))
    for length in range(1, 7):
        in_room.effects.search.type("garden"[:length])
    assert in_room.account.search.is_searching()
    assert held.asked == ["g*"]
    held.may_go.set()
    await in_room.idle()
    assert held.asked == ["g*", "garden*"]
    assert shown == [None, ["garden tea"]]
    following.dispose()
    assert not in_room.account.search.is_searching()


async def test_more_is_found_page_by_page(in_room: Chat) -> None:
    many = [message(n, in_room.room_id, f"tea {n}") for n in range(2 * PAGE + 5)]
    await in_room.db.save_messages(many)
    newest_first = [one.content for one in reversed(many)]
    assert await search(in_room, "tea") == newest_first[:PAGE]
    for count in (2 * PAGE, len(many)):
        in_room.effects.search.show_more()
        in_room.effects.search.show_more()
        await in_room.idle()
        assert found(in_room) == newest_first[:count]


async def test_a_message_that_is_deleted_is_gone_at_once_and_a_new_one_is_found(
    in_room: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_room.write("old tea")
    deleted = await in_room.hear("bad tea", in_room.room_id)
    assert await search(in_room, "tea") == ["bad tea", "old tea"]
    held = HeldSearches(in_room, monkeypatch)
    await in_room.db.delete_message(deleted.id)
    assert found(in_room) == ["old tea"]
    held.may_go.set()
    await in_room.hear("new tea", in_room.room_id)
    await until(lambda: found(in_room) == ["new tea", "old tea"])


async def test_as_much_as_was_found_stays_when_something_changes(in_room: Chat) -> None:
    many = [message(n, in_room.room_id, f"tea {n}") for n in range(2 * PAGE)]
    await in_room.db.save_messages(many)
    await search(in_room, "tea")
    in_room.effects.search.show_more()
    await in_room.idle()
    await in_room.hear("new tea", in_room.room_id)
    await until(lambda: (found(in_room) or [""])[0] == "new tea")
    assert len(found(in_room) or ()) == 2 * PAGE


async def test_files_are_named(in_room: Chat) -> None:
    one = await in_room.hear("the plan", in_room.room_id)
    plan = Attachment(
        id="a", message_id=one.id, filename="plan.pdf", size=1, mime="application/pdf"
    )
    await in_room.db.save_attachment(plan, b"x")
    await search(in_room, "has:file")
    results = in_room.account.search.results()
    assert results is not None
    assert {key: [f.filename for f in files] for key, files in results.attachments.items()} == {
        one.id: ["plan.pdf"]
    }


async def test_what_is_no_query_is_told_and_forgotten(in_room: Chat) -> None:
    await in_room.write("tea")
    problem = in_room.account.search.problem
    assert await search(in_room, "has:cake tea") is None
    assert problem() == "has"
    assert await search(in_room, "on:2024-13-01 tea") is None
    assert problem() == "date"
    assert await search(in_room, "tea") == ["tea"]
    assert problem() is None
    # What is not finished is no mistake yet.
    assert await search(in_room, "tea on:2024-") == ["tea"]
    assert problem() is None
    assert in_room.told == []


async def test_a_storage_that_fails_is_told(in_room: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise StorageLost("lost")

    monkeypatch.setattr(in_room.db, "search_messages", fail)
    assert await search(in_room, "tea") is None
    assert in_room.told[0].startswith("Couldn't search.")
    monkeypatch.undo()
    assert await search(in_room, "teas") == []


async def test_goes_to_what_was_found_and_on(in_room: Chat) -> None:
    hill = other_room(in_room)
    tea = in_room.room_id
    await in_room.db.save_messages(
        [message(1, tea, "tea one"), message(2, hill, "tea two"), message(3, tea, "tea three")]
    )
    in_room.effects.search.choose_scope("everywhere")
    in_room.account.search.in_front.set(True)
    await search(in_room, "tea")
    account = in_room.account
    seen = []
    for by in (1, 1, 1, 1, -1):
        in_room.effects.search.step(by)
        await in_room.idle()
        seen.append((account.search.chosen(), account.room_id(), account.message_id()))
        # In a narrow window the conversation is seen.
        assert not account.search.in_front()
    assert [one[0] for one in seen] == ["m0003", "m0002", "m0001", "m0001", "m0002"]
    assert [one[1] for one in seen] == [tea, hill, tea, tea, hill]
    assert all(one[0] == one[2] for one in seen)
    # What was found is still there.
    assert account.search.is_open()
    assert found(in_room) == ["tea three", "tea two", "tea one"]


async def test_one_panel_is_open_at_a_time(in_room: Chat) -> None:
    account = in_room.account
    await in_room.effects.people.toggle_column()
    assert not account.search.is_open()
    assert account.people.in_column()
    in_room.effects.search.open(in_front=False)
    await in_room.effects.people.toggle_column()
    assert not account.search.is_open()
    assert account.people.in_column()
    await in_room.effects.people.toggle_column()
    assert not account.people.in_column()


async def test_another_account_has_found_nothing(
    in_room: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_room.write("garden tea")
    held = HeldSearches(in_room, monkeypatch)
    in_room.effects.search.type("garden")
    await in_room.effects.accounts.create("Bea")
    held.may_go.set()
    await in_room.idle()
    assert in_room.account.user_id == "Bea"
    assert not in_room.account.search.is_open()
    assert found(in_room) is None
    assert in_room.told == []
    in_room.effects.search.open(in_front=False)
    assert await search(in_room, "garden") == []


async def test_closed_it_holds_nothing_but_the_text(in_room: Chat) -> None:
    await in_room.write("garden tea")
    await search(in_room, "garden")
    in_room.effects.search.close()
    assert found(in_room) is None
    in_room.effects.search.open(in_front=False)
    await in_room.idle()
    assert found(in_room) == ["garden tea"]
