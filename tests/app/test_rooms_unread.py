"""What is read, what is new, and what was said last."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from roomkeep.app.channel_ref import LAST_READ, setting_key
from roomkeep.app.effects import change_refresh, unread
from roomkeep.app.unread import first_new, has_new, read_marks, read_until, total
from roomkeep.models import Message, Room, RoomMember, User
from support.chat import Chat, until

ADA = User(oder_id="ada", username="ada", display_name="Ada", joined_at=1_000)


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """Two rooms; Cake is open."""
    async with Chat.opened("Tea", "Cake") as made:
        yield made


def ref(chat: Chat, name: str) -> tuple[str, str]:
    return next(room.id for room in chat.account.rooms() or () if room.name == name), "general"


def line(timestamp: int, sender: str = "bob") -> Message:
    return Message(
        id=f"m{timestamp}",
        room_id="r",
        sender_id=sender,
        sender_name=sender,
        content="",
        timestamp=timestamp,
    )


async def test_counts_what_came_elsewhere_and_shows_it_last(chat: Chat) -> None:
    tea = ref(chat, "Tea")
    for content in ("one", "two", "three"):
        said = await chat.hear(content, tea[0])
    await until(lambda: chat.account.unread() == {tea: 3})
    assert chat.account.previews()[tea[0]] == said


async def test_what_one_reads_counts_no_more_here_and_in_other_tabs(chat: Chat) -> None:
    tea = ref(chat, "Tea")
    before = chat.effects.unread.reader_mark(chat.account, tea)
    said = await chat.hear("one", tea[0])
    await until(lambda: chat.account.unread() == {tea: 1})
    await chat.effects.rooms.open(tea[0])
    assert chat.account.new_after() == before
    chat.effects.unread.reach_end()
    assert chat.account.unread() == {}
    await until(lambda: chat.effects.unread.reader_mark(chat.account, tea) == said.timestamp)
    await chat.effects.rooms.open(ref(chat, "Cake")[0])
    await chat.effects.rooms.open(tea[0])
    assert chat.account.new_after() is None
    await chat.effects.setting_writer.flush(chat.account)
    assert await chat.db.get_setting(setting_key(LAST_READ, tea)) == said.timestamp


async def test_what_is_heard_of_before_its_room_shows_with_it(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One change was just shown, so the next ones wait for longer than the counting does.
    monkeypatch.setattr(change_refresh, "PAUSE", 3 * unread.GATHER)
    await chat.db.update_room(ref(chat, "Tea")[0], topic="green")
    await until(lambda: any(room.topic for room in chat.account.rooms() or ()))
    await chat.db.save_room(
        Room(id="new", name="New", host_id="bob", created_at=chat.effects.context.now())
    )
    said = await chat.hear("one", "new")
    await until(lambda: chat.account.previews().get("new") == said)


async def test_follows_what_was_read_in_another_tab(chat: Chat) -> None:
    tea = ref(chat, "Tea")
    said = await chat.hear("one", tea[0])
    await until(lambda: chat.account.unread() == {tea: 1})
    await chat.db.save_setting(setting_key(LAST_READ, tea), said.timestamp)
    await until(lambda: chat.account.unread() == {})


async def test_knows_after_a_while_away(chat: Chat) -> None:
    tea = ref(chat, "Tea")
    await chat.hear("one", tea[0])
    await chat.effects.accounts.sign_out()
    await chat.effects.accounts.switch("Ada")
    await until(lambda: chat.account.unread() == {tea: 1})
    assert set(chat.account.previews()) == {tea[0], ref(chat, "Cake")[0]}


async def test_an_archive_of_years_is_nobodys_news(chat: Chat) -> None:
    await chat.db.save_room(Room(id="r", name="Old", host_id="Ada", created_at=1))
    await chat.db.save_messages([line(1), line(2)])
    await until(lambda: chat.account.previews().get("r") == line(2))
    assert chat.account.unread() == {}


async def fill(chat: Chat, count: int) -> tuple[str, str]:
    """Have Bob write a lot in Tea, after Ada has read it."""
    tea = ref(chat, "Tea")
    await chat.hear("read", tea[0])
    await chat.effects.rooms.open(tea[0])
    chat.effects.unread.reach_end()
    await chat.effects.rooms.open(ref(chat, "Cake")[0])
    now = chat.effects.context.now
    await chat.db.save_messages(
        [
            Message(
                id=f"n{n:04}",
                room_id=tea[0],
                sender_id="bob",
                sender_name="Bob",
                content=str(n),
                timestamp=now(),
            )
            for n in range(count)
        ]
    )
    await until(lambda: chat.account.unread() == {tea: count})
    return tea


async def test_a_channel_opens_where_what_is_new_begins_and_pages_both_ways(chat: Chat) -> None:
    tea = await fill(chat, 400)
    await chat.effects.rooms.open(tea[0])
    assert chat.shown[:2] == ["read", "0"]
    assert chat.account.new_count() == 400
    timeline = chat.account.timeline()
    assert timeline is not None
    assert not timeline.is_at_latest
    chat.effects.unread.reach_end()
    assert chat.account.unread() == {tea: 400}
    while (now := chat.account.timeline()) is not None and not now.is_at_latest:
        await chat.effects.messages.show_newer()
    assert chat.shown[-1] == "399"
    chat.effects.unread.reach_end()
    assert chat.account.unread() == {}
    # From the end back to where it began, which the window has left behind.
    await chat.effects.replies.show_new()
    assert chat.account.target() == "n0000"
    assert chat.shown[:2] == ["read", "0"]
    await chat.effects.messages.show_latest()
    assert chat.shown[-1] == "399"


async def test_what_comes_while_the_end_is_read_is_not_lost(chat: Chat) -> None:
    tea = await fill(chat, 60)
    await chat.effects.rooms.open(tea[0])
    read = chat.db.get_messages_after

    async def late(*args: object) -> list[Message]:
        chat.db.get_messages_after = read  # type: ignore[method-assign]
        page = await read(*args)  # type: ignore[arg-type]
        said = await chat.hear("just now", tea[0])
        await chat.effects.messages.refresh(chat.account, [said.id])
        return page

    chat.db.get_messages_after = late  # type: ignore[method-assign,assignment]
    await chat.effects.messages.show_newer()
    assert chat.shown[-2:] == ["59", "just now"]


async def test_marks_a_channel_as_read(chat: Chat) -> None:
    tea = await fill(chat, 70)
    await chat.effects.rooms.open(tea[0])
    assert chat.account.new_after() is not None
    await chat.effects.unread.read_channel()
    assert chat.account.new_after() is None
    assert chat.account.unread() == {}
    await until(lambda: chat.effects.unread.reader_mark(chat.account, tea) > 0)
    await chat.effects.rooms.open(ref(chat, "Cake")[0])
    await chat.effects.rooms.open(tea[0])
    assert chat.shown[-1] == "69"


async def test_what_comes_after_all_was_read_is_marked_anew(chat: Chat) -> None:
    tea = await fill(chat, 3)
    await chat.effects.rooms.open(tea[0])
    assert chat.account.new_count() == 3
    chat.effects.unread.reach_end()
    read = chat.effects.unread.reader_mark(chat.account, tea)
    await chat.hear("later", tea[0])
    await until(lambda: chat.shown[-1] == "later")
    chat.effects.unread.fall_behind()
    assert (chat.account.new_after(), chat.account.new_count()) == (read, 0)


async def test_a_room_that_goes_leaves_no_count(chat: Chat) -> None:
    tea = ref(chat, "Tea")
    await chat.hear("one", tea[0])
    await until(lambda: chat.account.unread() == {tea: 1})
    await chat.db.delete_room(tea[0])
    await until(lambda: chat.account.unread() == {} and tea[0] not in chat.account.previews())


async def test_a_channel_that_goes_leaves_no_count_of_its_own(chat: Chat) -> None:
    cake = ref(chat, "Cake")
    await chat.effects.channels.add(cake[0], "Icing", "text")
    assert chat.account.channel_ref is not None
    icing = chat.account.channel_ref
    await chat.effects.rooms.open(ref(chat, "Tea")[0])
    await chat.hear("one", *icing)
    await until(lambda: chat.account.unread() == {icing: 1})
    await chat.effects.channels.ask_remove(*icing)
    await chat.effects.channels.remove()
    await until(lambda: chat.account.unread() == {cake: 1})


async def test_what_was_read_stays_read_in_the_channel_that_takes_it_over(chat: Chat) -> None:
    cake = ref(chat, "Cake")
    await chat.effects.channels.add(cake[0], "Icing", "text")
    assert chat.account.channel_ref is not None
    icing = chat.account.channel_ref
    await chat.write("mine")
    said = await chat.hear("theirs", *icing)
    await until(lambda: chat.shown == ["mine", "theirs"])
    chat.effects.unread.reach_end()
    await chat.effects.rooms.open(ref(chat, "Tea")[0])
    await chat.effects.channels.ask_remove(*icing)
    await chat.effects.channels.remove()
    assert chat.effects.unread.reader_mark(chat.account, cake) == said.timestamp
    moved = replace(said, channel_id="general")
    await until(lambda: chat.account.previews().get(cake[0]) == moved)
    assert chat.account.unread() == {}


async def test_marks_a_room_as_read(chat: Chat) -> None:
    tea = ref(chat, "Tea")
    await chat.hear("one", tea[0])
    await until(lambda: chat.account.unread() == {tea: 1})
    await chat.effects.unread.read_room(tea[0])
    assert chat.account.unread() == {}


async def test_what_comes_while_one_looks_elsewhere_is_marked(chat: Chat) -> None:
    await chat.write("mine")
    chat.effects.unread.reach_end()
    mark = chat.effects.unread.reader_mark(chat.account, chat.account.channel_ref or ("", ""))
    await chat.hear("theirs", chat.room_id)
    await until(lambda: chat.shown == ["mine", "theirs"])
    chat.effects.unread.fall_behind()
    assert chat.account.new_after() == mark


def test_reading_begins_when_one_comes() -> None:
    member = RoomMember(oder_id="ada", username="ada", display_name="Ada", joined_at=2_000)
    room = Room(id="r", name="R", host_id="x", created_at=1, members=(member,))
    assert read_until({("r", "c"): 5}, ("r", "c"), room, ADA) == 5
    assert read_until({}, ("r", "c"), room, ADA) == 2_000
    assert read_until({}, ("r", "c"), None, ADA) == 1_000


def test_finds_where_reading_stopped() -> None:
    messages = [line(1), line(2), line(3, "ada"), line(4), line(5)]
    assert first_new(messages, 2, "ada", has_older=True) == "m4"
    assert first_new(messages, 0, "ada", has_older=False) == "m1"
    assert first_new(messages, 0, "ada", has_older=True) is None
    assert first_new(messages, None, "ada", has_older=False) is None
    assert first_new(messages, 5, "ada", has_older=False) is None
    assert not has_new(messages[:3], 2, "ada")
    assert has_new(messages, 2, "ada")


def test_counts_a_room() -> None:
    unread = {("r", "a"): 2, ("r", "b"): 3, ("s", "a"): 9}
    assert total(unread, "r") == 5


def test_settings_that_make_no_sense_are_passed_over() -> None:
    kept = {"lastRead/r/c": 5.0, "lastRead/r/d": "x", "lastRead/r": 1, "lastRead/r/e": True}
    assert read_marks(kept) == {("r", "c"): 5}
