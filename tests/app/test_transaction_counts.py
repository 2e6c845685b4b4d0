"""How many transactions it takes to do what a person does all day: each is a wait."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from reaktiv import Effect, untracked

from roomkeep.app.channel_ref import DRAFT, LAST_READ, setting_key
from roomkeep.app.effects import change_refresh, people, setting_writer, unread
from roomkeep.app.files import StoredFile
from roomkeep.models import Attachment, Ban, Message
from roomkeep.persistence import Change, ChannelPage, DatabaseService
from support.chat import Chat
from support.make import member, message


class PickedBytes(StoredFile):
    """A picked file that can be read."""

    data: object = b"one"

    async def read(self, start: int, end: int) -> bytes:
        return b"one"[start:end]


class Page(Chat):
    """The app, and what its views do by themselves: they show files, and read to the end."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions: list[str] = []
        self._follow = Effect(self._follow_timeline)

    def _follow_timeline(self) -> None:
        account = self.page.account()
        timeline = None if account is None else account.timeline()
        if account is None or self.page.is_switching():
            return
        messages = () if timeline is None else timeline.messages
        with untracked():
            self.effects.pictures.show(account, messages)
            self.effects.unread.reach_end()

    def room(self, name: str) -> str:
        return next(room.id for room in self.account.rooms() or () if room.name == name)

    async def count(self) -> None:
        """Count transactions from now on, when nothing is under way any more."""
        await self.idle()
        opened = self.db._scopes.current.account
        run = opened.run

        async def run_counted(operation: Any, *args: Any, **kwargs: Any) -> Any:
            self.transactions.append(operation.name)
            return await run(operation, *args, **kwargs)

        opened.run = run_counted  # type: ignore[method-assign]


@pytest.fixture
async def page(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    """Two rooms with a message of Bob's in each; Cake is open. What is gathered is so briefly."""
    for module, name in (
        (change_refresh, "PAUSE"),
        (people, "PAUSE"),
        (unread, "GATHER"),
        (unread, "REST"),
    ):
        monkeypatch.setattr(module, name, 0.02)
    # As in the app, long enough for the settings that opening a room leads to.
    monkeypatch.setattr(setting_writer, "PAUSE", 0.2)
    async with Page.opened("Tea", "Cake") as made:
        for name in ("Tea", "Cake"):
            await made.hear(f"about {name}", made.room(name))
        await made.idle()
        await made.effects.rooms.open(made.room("Tea"))
        await made.idle()
        await made.effects.rooms.open(made.room("Cake"))
        await made.idle()
        yield made


def answer(message: Message, content: str, **fields: Any) -> Message:
    return Message(
        id=f"answer to {message.id}",
        room_id=message.room_id,
        sender_id="bob",
        sender_name="Bob",
        content=content,
        timestamp=message.timestamp + 1,
        reply_to_id=message.id,
        **fields,
    )


async def other_tab(page: Page) -> DatabaseService:
    service = DatabaseService(page.db._backend)
    await service.initialize()
    return service


async def test_enter(page: Page) -> None:
    await page.count()
    await page.write("one")
    await page.idle()
    assert page.shown[-1] == "one"
    assert page.transactions == ["send-message"]


async def test_enter_with_a_reply_and_a_draft_that_was_saved(page: Page) -> None:
    page.effects.sending.begin_reply(page.latest.id)
    page.effects.sending.write_draft(page.here, "half")
    await page.count()
    assert await page.db.get_settings("draft/")
    page.transactions.clear()
    await page.write("half of it")
    await page.idle()
    assert page.transactions == ["send-message"]
    assert page.latest.reply_to_id is not None
    assert await page.db.get_settings("draft/") == {}


async def test_enter_with_two_kept_files(page: Page) -> None:
    files = [PickedBytes(name, 3, "text/plain") for name in ("a.txt", "b.txt")]
    await page.effects.attachments.add(files)
    await page.count()
    await page.write("look")
    await page.idle()
    assert page.transactions == ["get-rights", "send-message"]
    shown = page.account.files.by_message()[page.latest.id]
    assert [file.filename for file in shown] == ["a.txt", "b.txt"]
    assert page.account.files.pending() == {}
    assert await page.db.get_attachments_for_message(page.latest.id) == list(shown)
    assert await page.db.get_settings("draftFiles/") == {}


async def test_enter_with_a_kept_file(page: Page) -> None:
    await page.effects.attachments.add([PickedBytes("a.txt", 3, "text/plain")])
    await page.count()
    await page.write("look")
    await page.idle()
    assert page.transactions == ["send-message"]


async def test_open_a_room(page: Page) -> None:
    await page.count()
    await page.effects.rooms.open(page.room("Tea"))
    await page.idle()
    assert page.shown == ["about Tea"]
    assert len(page.transactions) <= 4, page.transactions


async def test_open_a_room_of_many_people(page: Page) -> None:
    members = tuple(member(f"p{n}") for n in range(people.MANY + 1))
    await page.db.update_room(page.room("Tea"), members=members)
    await page.count()
    await page.effects.rooms.open(page.room("Tea"))
    assert page.shown == ["about Tea"]
    assert "get-users-by-room" not in page.transactions
    await page.idle()
    assert page.transactions[-1] == "get-users-by-room"
    assert len(page.account.people.people() or ()) == people.MANY + 1
    # Who only passes through reads nothing of it.
    await page.effects.rooms.open(page.room("Cake"))
    await page.idle()
    page.transactions.clear()
    await page.effects.rooms.open(page.room("Tea"))
    await page.effects.rooms.open(page.room("Cake"))
    await page.idle()
    assert page.transactions.count("get-users-by-room") == 1


async def test_quotes_of_what_is_far_away_are_read_together(page: Page) -> None:
    room_id = page.room("Cake")
    old = [message(f"at {n}", room_id=room_id, timestamp=n) for n in range(4)]
    new = [answer(one, "yes") for one in old[:3]]
    await page.db.save_messages([*old, *new])
    await page.count()
    page.account.originals.set({})
    timeline = page.account.timeline()
    assert timeline is not None
    page.account.timeline.set(replace(timeline, messages=tuple(new)))
    await page.idle()
    assert page.transactions == ["get-messages-by-ids"]
    assert page.account.originals() == {one.id: one for one in old[:3]}


async def test_open_a_room_in_which_something_is_new(page: Page) -> None:
    first = await page.db.get_latest_messages(page.room("Tea"), 1)
    await page.db.save_message(answer(first[0], "new"))
    await page.count()
    await page.effects.rooms.open(page.room("Tea"))
    await page.idle()
    assert page.shown == ["about Tea", "new"]
    assert page.account.new_count() == 1
    assert page.account.unread() == {}
    assert len(page.transactions) <= 4, page.transactions


async def test_open_a_room_in_which_more_is_new_than_a_page(page: Page) -> None:
    tea = page.room("Tea")
    [first] = await page.db.get_latest_messages(tea, 1)
    reply = answer(first, "0")
    many = [
        Message(
            id=f"m{n:03}",
            room_id=tea,
            sender_id="bob",
            sender_name="Bob",
            content=str(n),
            timestamp=reply.timestamp + n,
        )
        for n in range(1, 120)
    ]
    await page.db.save_messages([reply, *many])
    await page.count()
    await page.effects.rooms.open(tea)
    await page.idle()
    assert page.shown == ["about Tea", *map(str, range(50))]
    assert page.account.new_count() == 120
    assert len(page.transactions) <= 4, page.transactions


async def test_a_message_that_another_tab_saves_in_the_open_channel(page: Page) -> None:
    other = await other_tab(page)
    message = answer(page.latest, "from there")
    await page.count()
    await other.save_message(message)
    await page.idle()
    assert page.shown[-1] == "from there"
    reads = [name for name in page.transactions if name != "save-settings"]
    assert len(reads) <= 1, page.transactions
    await other.close()


async def test_what_another_tab_changes_is_not_read(page: Page) -> None:
    other = await other_tab(page)
    cake, tea = page.room_id, page.room("Tea")
    [elsewhere] = await page.db.get_latest_messages(tea, 1)
    theirs = answer(page.latest, "theirs")
    await other.save_message(theirs)
    await page.count()
    await other.update_message(theirs.id, content="changed")
    await other.save_message(answer(elsewhere, "elsewhere"))
    await other.update_room(cake, topic="sweet")
    await other.save_setting(f"draft/{cake}/general", "from there")
    await page.idle()
    assert page.shown[-1] == "changed"
    assert page.account.unread() == {(tea, "general"): 1}
    assert page.account.previews()[tea] == answer(elsewhere, "elsewhere")
    assert page.account.draft == "from there"
    room = page.account.room
    assert room is not None
    assert room.topic == "sweet"
    assert page.transactions == []
    await other.close()


async def test_a_reaction(page: Page) -> None:
    await page.count()
    await page.effects.reactions.toggle(page.latest.id, "🎉")
    await page.idle()
    assert [one.emoji for one in page.latest.reactions] == ["🎉"]
    assert page.transactions == ["send-reaction"]
    await page.effects.reactions.toggle(page.latest.id, "🎉")
    await page.idle()
    assert page.latest.reactions == ()
    assert page.transactions == ["send-reaction", "remove-reaction"]


async def test_files_of_a_message_from_another_tab_show_without_a_look(page: Page) -> None:
    other = await other_tab(page)
    message = page.latest
    file = Attachment(id="f", message_id=message.id, filename="a", size=3, mime="text/plain")
    await page.count()
    await other.save_attachment(file, b"one")
    await page.idle()
    assert page.account.files.by_message()[message.id] == (file,)
    assert page.transactions == []
    await other.close()


async def test_what_comes_while_a_room_is_opened_shows(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    tea = page.room("Tea")
    read = page.db.get_channel_page
    file = Attachment(id="f", message_id="", filename="a", size=3, mime="text/plain")

    async def read_and_hear(*args: Any) -> ChannelPage:
        found = await read(*args)
        said = await page.hear("just now", tea)
        await page.db.save_attachment(replace(file, message_id=said.id), b"one")
        await page.db.update_message(found.before[0].id, content="changed")
        return found

    monkeypatch.setattr(page.db, "get_channel_page", read_and_hear)
    await page.effects.rooms.open(tea)
    await page.idle()
    assert page.shown == ["changed", "just now"]
    assert [one.id for one in page.account.files.by_message()[page.latest.id]] == ["f"]


async def test_what_another_tab_changed_before_is_told_late(page: Page) -> None:
    before = page.latest
    await page.db.update_message(before.id, content="from here")
    late = Change(
        store="messages",
        action="put",
        keys=(before.id,),
        room_id=page.room_id,
        records=(replace(before, content="from there, before"),),
        origin="other_tab",
    )
    page.effects.change_refresh._on_change(page.account, late)
    await page.idle()
    assert page.shown[-1] == "from here"


async def test_a_ban_that_the_page_does_not_know_of_refuses_all_the_same(page: Page) -> None:
    ban = Ban(room_id=page.room_id, user_id="Ada", banned_by="bob", reason="loud", timestamp=1)
    await page.db.save_ban(ban)
    page.account.people.bans.set(())
    page.effects.sending.begin_reply(page.latest.id)
    await page.write("precious")
    assert page.told == ["You're banned from this room, so your message wasn't sent."]
    advice = page.page.notices()[0].advice
    assert advice == "Your text is still here. Reason: loud"
    assert (page.account.draft, page.account.reply) == ("precious", page.latest)
    assert page.account.people.bans() == (ban,)
    page.account.people.bans.set(())
    await page.effects.reactions.add(page.latest.id, "🎉")
    assert page.told[-1] == "You're banned from this room, so your reaction wasn't added."
    assert page.latest.reactions == ()


async def test_a_message_goes_without_a_file_that_another_tab_has_removed(page: Page) -> None:
    files = [PickedBytes(name, 3, "text/plain") for name in ("a.txt", "b.txt")]
    await page.effects.attachments.add(files)
    [first, _] = next(iter(page.account.files.pending().values()))
    await page.db.delete_attachments_for_message(f"draft:{first.id}")
    await page.write("look")
    await page.idle()
    assert page.shown[-1] == "look"
    shown = page.account.files.by_message()[page.latest.id]
    assert [file.filename for file in shown] == ["b.txt"]
    [waiting] = next(iter(page.account.files.pending().values()))
    assert waiting.id == first.id
    assert "“a.txt”" in waiting.problem


async def test_a_draft_stays_until_its_message_is_there(page: Page) -> None:
    page.effects.sending.write_draft(page.here, "dear diary")
    await page.effects.setting_writer.flush(page.account)
    may_send = page.hold_sending()
    sending = page.effects.sending.send(page.here)
    page.effects.sending.write_draft(page.here, "next")
    await asyncio.sleep(2 * setting_writer.PAUSE)
    stashed = page.stash()
    assert stashed.pop(setting_key(DRAFT, page.here)) == "next"
    [unsent] = stashed.values()
    assert isinstance(unsent, dict)
    assert unsent["text"] == "dear diary"
    assert list((await page.db.get_settings("draft/")).values()) == ["dear diary"]
    assert sending is not None
    may_send.set()
    await sending
    await page.idle()
    assert list((await page.db.get_settings("draft/")).values()) == ["next"]


async def test_what_was_read_outlives_a_page_that_goes_at_once(page: Page) -> None:
    tea = (page.room("Tea"), "general")
    said = await page.hear("new", tea[0])
    await page.idle()
    await page.effects.rooms.open(tea[0])
    page.effects.unread.reach_end()
    await page.reopen(page.stash())
    key = setting_key(LAST_READ, tea)
    assert await page.db.get_setting(key) == said.timestamp
    # But not where another tab has read on.
    page.resume.save_unsaved("Ada", {key: 1})
    await page.effects.setting_writer.follow_stashed()
    assert await page.db.get_setting(key) == said.timestamp


async def test_a_file_is_removed_while_another_is_sent(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [PickedBytes(name, 3, "text/plain") for name in ("a.txt", "b.txt")]
    await page.effects.attachments.add(files)
    [_, second] = next(iter(page.account.files.pending().values()))
    read = page.db.get_setting
    has_read = asyncio.Event()

    async def read_slowly(key: str) -> object:
        found = await read(key)
        has_read.set()
        await asyncio.sleep(0.02)
        return found

    monkeypatch.setattr(page.db, "get_setting", read_slowly)
    page.effects.attachments.remove(second.id)
    await has_read.wait()
    await page.write("look")
    await page.idle()
    assert await page.db.get_settings("draftFiles/") == {}
    [kept] = await page.db.get_all_attachments()
    assert (kept.filename, kept.message_id) == ("a.txt", page.latest.id)
