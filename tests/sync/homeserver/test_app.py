"""The app without its views, signed in to a real homeserver."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from roomkeep.app.state import AccountState
from roomkeep.app.typing import describe_typing
from roomkeep.sync.httpx_transport import HttpxTransport
from support.chat import Chat
from support.sync_people import CutTransport
from tools.homeserver import PASSWORD, Homeserver

pytestmark = pytest.mark.homeserver


class Person:
    """Someone in the app, signed in to a homeserver."""

    def __init__(self, chat: Chat, name: str, user_id: str, transport: CutTransport) -> None:
        self.chat = chat
        self.name = name
        self.user_id = user_id
        self.transport = transport

    @property
    def account(self) -> AccountState:
        return self.chat.account

    @property
    def name_shown(self) -> str:
        return self.account.user().display_name

    async def until(self, look: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not look():  # noqa: ASYNC110 what is waited for tells nobody
                await asyncio.sleep(0.02)

    async def until_shown(self, *texts: str) -> None:
        await self.until(lambda: self.chat.shown[-len(texts) :] == list(texts))

    async def until_sent(self) -> None:
        await self.until(lambda: not self.account.sync.outbox().waiting)


@asynccontextmanager
async def people(server: Homeserver, *names: str) -> AsyncIterator[list[Person]]:
    async with AsyncExitStack() as stack:
        found = []
        for name in names:
            transport = CutTransport(await stack.enter_async_context(HttpxTransport()))
            chat = await stack.enter_async_context(Chat.opened())
            user_id = server.register(f"{name}-{secrets.token_hex(4)}", PASSWORD)
            chat.effects.homeserver.transport = transport
            stack.push_async_callback(chat.effects.homeserver.leave)
            person = Person(chat, name, user_id, transport)
            await chat.effects.sign_in.sign_in(server.url, user_id, PASSWORD)
            await person.until(lambda p=person: p.account.sync.connection() == "online")  # type: ignore[misc]
            found.append(person)
        yield found


@pytest.fixture
async def two(homeserver: Homeserver) -> AsyncIterator[list[Person]]:
    """Ada and Ben, in a room of hers that all can find."""
    async with people(homeserver, "ada", "ben") as found:
        ada, ben = found
        name = f"Club {secrets.token_hex(4)}"
        await ada.chat.effects.homeserver.create(name, is_private=False)
        ben.chat.effects.homeserver.open_find()
        await ben.chat.effects.homeserver.find(name)
        searched = ben.account.sync.found()
        assert searched is not None
        assert searched.rooms is not None
        (preview,) = searched.rooms
        assert (preview.name, preview.member_count) == (name, 1)
        await ben.chat.effects.homeserver.join(preview.id)
        await ben.until(lambda: ben.account.room_id() == ada.account.room_id())
        yield found


async def test_two_people_talk(two: list[Person]) -> None:
    ada, ben = two
    assert (ada.account.user_id, ada.account.sync.server()) == (
        ada.user_id,
        f"localhost:{ada.account.sync.server().split(':')[1]}",
    )
    await ada.chat.write("hello")
    await ben.until_shown("hello")
    await ben.chat.write("hello too")
    await ada.until_shown("hello", "hello too")
    await ada.until_sent()
    assert ada.account.sync.outbox().by_message == {}


async def test_what_is_written_offline_is_sent_later(two: list[Person]) -> None:
    ada, ben = two
    ada.transport.cut()
    await ada.until(lambda: ada.account.sync.connection() == "offline")
    await ada.chat.write("one")
    await ada.chat.write("two")
    await ada.until(lambda: ada.account.sync.outbox().waiting >= 2)
    states = {one.state for one in ada.account.sync.outbox().by_message.values()}
    assert states == {"waiting"}
    ada.transport.mend()
    ada.chat.effects.homeserver.wake()
    await ben.until_shown("one", "two")
    await ada.until_sent()


async def test_what_is_refused_is_sent_again_or_discarded(two: list[Person]) -> None:
    ada, ben = two
    room = ada.account.room
    assert room is not None
    await ben.chat.write("hello")
    await ada.until_shown("hello")
    ada.transport.cut()
    await ada.chat.write("one")
    await ada.chat.write("two")
    (first, second) = await ada.chat.db.get_outbox()
    for entry in (first, second):
        await ada.chat.db.fail_outbox(entry.id, "NoRight")
    await ada.until(lambda: ada.account.sync.outbox().waiting == 0)
    sending = ada.account.sync.outbox().by_message[ada.chat.latest.id]
    assert (sending.state, sending.text) == ("failed", "sending.failed_right")
    await ada.chat.effects.homeserver.discard(second.id)
    await ada.until_shown("hello", "one")
    await ada.chat.effects.homeserver.retry(first.id)
    ada.transport.mend()
    ada.chat.effects.homeserver.wake()
    await ben.until_shown("hello", "one")


async def test_the_others_see_who_is_typing(two: list[Person]) -> None:
    ada, ben = two
    ada.chat.effects.typing.note(ada.chat.here, "hel")
    await ben.until(lambda: describe_typing(ben.account) == f"{ada.name_shown} is typing…")
    await ada.chat.write("hello")
    ada.chat.effects.typing.end()
    await ben.until(lambda: not describe_typing(ben.account))
    assert describe_typing(ada.account) == ""


async def test_an_invitation_is_shown_and_accepted(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada", "ben") as (ada, ben):
        await ada.chat.effects.homeserver.create("Den", is_private=True)
        await ada.chat.effects.homeserver.invite(ben.user_id)
        assert ada.chat.told == [f"Invited {ben.user_id}."]
        await ben.until(ben.account.sync.invites)
        (invite,) = ben.account.sync.invites()
        assert (invite.name, invite.by) == ("Den", ada.user_id)
        await ben.chat.effects.homeserver.join(invite.room_id)
        await ben.until(lambda: not ben.account.sync.invites())
        await ben.until(lambda: ben.account.room is not None)
        await ben.chat.effects.room_settings.ask_leave()
        leaving = ben.account.leaving()
        assert leaving is not None
        assert not leaving.is_host
        await ben.chat.effects.room_settings.leave()
        await ben.until(lambda: ben.account.rooms() == ())


async def test_earlier_messages_are_got_as_one_scrolls(two: list[Person]) -> None:
    ada, ben = two
    await ben.chat.effects.accounts.sign_out()
    for number in range(90):
        await ada.chat.write(f"message {number}")
    await ada.until_sent()
    await ben.chat.effects.accounts.switch(ben.user_id)
    room_id = ada.account.room_id()
    assert room_id is not None
    await ben.chat.effects.rooms.open(room_id)
    await ben.until(lambda: ben.chat.shown[-1:] == ["message 89"])

    def has_older() -> bool:
        timeline = ben.account.timeline()
        return timeline is not None and timeline.has_older

    await ben.until(has_older)
    while has_older():
        await ben.chat.effects.messages.show_older()
    assert ben.chat.shown == [f"message {number}" for number in range(90)]


async def test_what_goes_wrong_is_told(homeserver: Homeserver) -> None:
    async with people(homeserver, "ada") as (ada,):
        effects = ada.chat.effects
        await effects.sign_in.sign_in(homeserver.url, ada.user_id, "wrong")
        assert "The user name or password is wrong." in ada.chat.told[-1]
        assert ada.account.user_id == ada.user_id
        await effects.sign_in.sign_in("http://localhost:1", ada.user_id, PASSWORD)
        assert "The homeserver can't be reached." in ada.chat.told[-1]
        await effects.homeserver.join("#nowhere:localhost")
        assert "There's nothing at this address." in ada.chat.told[-1]


async def test_who_signs_out_of_the_homeserver_keeps_the_data(two: list[Person]) -> None:
    ada, _ = two
    await ada.chat.write("mine")
    await ada.until_sent()
    await ada.chat.effects.homeserver.sign_out()
    assert ada.account.sync.server() == ""
    assert ada.chat.shown[-1] == "mine"
    assert await ada.chat.db.get_sync_session() is None


async def test_a_channel_made_offline_stays_open_as_the_server_names_it(two: list[Person]) -> None:
    ada, ben = two
    ada.transport.cut()
    await ada.until(lambda: ada.account.sync.connection() == "offline")
    room_id, _ = ada.chat.here
    await ada.chat.effects.channels.add(room_id, "porch", "text")
    local = ada.chat.here
    await ada.chat.write("sit down")
    ada.chat.effects.sending.write_draft(local, "half a sen")
    ada.transport.mend()
    ada.chat.effects.homeserver.wake()
    await ada.until(lambda: ada.chat.here != local)
    channel = ada.account.channel
    assert channel is not None
    assert channel.name == "porch"
    await ada.until_shown("sit down")
    assert ada.account.draft == "half a sen"
    await ada.until_sent()
    await ada.chat.write("have some tea")
    await ben.until(lambda: len(ben.account.room.channels) == 2 if ben.account.room else False)
    await ben.chat.effects.rooms.open(room_id, ada.chat.here[1])
    await ben.until_shown("sit down", "have some tea")
