"""Who is typing: what the others are told, and what one reads of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.effects.typing import TypingEffects
from roomkeep.app.people import Avatar
from roomkeep.app.state import AccountState
from roomkeep.app.typing import describe_typing
from roomkeep.sync.errors import NotReachable
from support.chat import Chat

TEA, CAKE, LOCAL = ("!tea", "!tea-1"), ("!cake", "!cake-1"), ("here", "general")
SHOWN = 20_000


class Server:
    """A homeserver that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.answers = asyncio.Event()
        self.answers.set()
        self.is_gone = False
        self.ended = asyncio.Event()

    def has_room(self, room_id: str) -> bool:
        return room_id.startswith("!")

    async def set_typing(self, account: AccountState, channel_id: str, *, for_ms: int) -> None:
        assert isinstance(account, AccountState)
        await self.answers.wait()
        if self.is_gone:
            raise NotReachable("gone")
        self.told.append((channel_id, for_ms))
        if for_ms == 0:
            self.ended.set()


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with Chat.opened("Tea") as made:
        yield made


@pytest.fixture
def server() -> Server:
    return Server()


async def test_it_is_told_once_in_a_while(
    chat: Chat, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = chat.effects.context
    typing = TypingEffects(context, server)
    monkeypatch.setattr(context, "time", lambda: 1_000)
    for text in ("h", "he", "hel"):
        typing.note(TEA, text)
        await chat.idle()
    assert server.told == [("!tea-1", SHOWN)]
    monkeypatch.setattr(context, "time", lambda: 11_000)
    for text in ("hell", "hello"):
        typing.note(TEA, text)
        await chat.idle()
    assert server.told == [("!tea-1", SHOWN)] * 2
    typing.end()
    await chat.idle()


async def test_it_ends_with_sending_and_with_an_empty_field(chat: Chat, server: Server) -> None:
    typing = TypingEffects(chat.effects.context, server)
    typing.note(TEA, "hello")
    typing.end()
    await chat.idle()
    typing.note(TEA, "hello")
    typing.note(TEA, " ")
    await chat.idle()
    assert server.told == [("!tea-1", SHOWN), ("!tea-1", 0)] * 2
    typing.end()
    await chat.idle()
    assert len(server.told) == 4


async def test_it_ends_when_no_key_is_pressed(chat: Chat, server: Server) -> None:
    typing = TypingEffects(chat.effects.context, server, idle_s=0.01)
    typing.note(TEA, "hello")
    async with asyncio.timeout(10):
        await server.ended.wait()
    assert server.told == [("!tea-1", SHOWN), ("!tea-1", 0)]


async def test_it_moves_to_another_channel_in_order(chat: Chat, server: Server) -> None:
    typing = TypingEffects(chat.effects.context, server)
    server.answers.clear()
    typing.note(TEA, "hello")
    typing.note(CAKE, "yum")
    server.answers.set()
    await chat.idle()
    assert server.told == [("!tea-1", SHOWN), ("!tea-1", 0), ("!cake-1", SHOWN)]
    typing.note(LOCAL, "only mine")
    await chat.idle()
    assert server.told[3:] == [("!cake-1", 0)]


async def test_who_cannot_be_told_loses_nothing(chat: Chat, server: Server) -> None:
    typing = TypingEffects(chat.effects.context, server)
    server.is_gone = True
    typing.note(TEA, "hello")
    await chat.idle()
    assert chat.told == []
    server.is_gone = False
    typing.end()
    await chat.idle()
    assert chat.told == []


async def test_who_is_typing_is_named_as_in_the_conversation(chat: Chat) -> None:
    account = chat.account
    _, channel_id = chat.here

    def typists(*user_ids: str) -> str:
        account.sync.typing.set({channel_id: user_ids, "elsewhere": ("@x:h",)})
        return describe_typing(account)

    account.people.avatars.set({"@ben:h": Avatar("Ben B.", None)})
    assert typists() == ""
    assert typists("@ben:h") == "Ben B. is typing…"
    assert typists("@ben:h", "@cleo:h") == "Ben B. and cleo are typing…"
    assert typists("@ben:h", "@cleo:h", "@dan:h") == "Several people are typing…"
