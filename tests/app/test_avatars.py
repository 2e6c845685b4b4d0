"""The pictures of people and rooms on a homeserver, which is played here."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest

from roomkeep.app.effects.avatars import AT_ONCE
from roomkeep.sync.errors import HomeserverError, NotFound, NotReachable, RateLimited
from support.chat import Chat, until

PNG = "image/png"


def address(number: int) -> str:
    return f"mxc://x/{number}"


def url(number: int) -> str:
    return "data:image/png;base64," + base64.b64encode(address(number).encode()).decode()


class Server:
    """Gives pictures whose bytes are their addresses, or what a test wants instead.

    Attributes:
        asked: the addresses that were asked for, in order.
        answers: what it answers instead, by the address; errors are raised.
        may_answer: cleared, it lets all wait.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, tuple[bytes, str] | HomeserverError] = {}
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def get_picture(self, one: str, _side: int) -> tuple[bytes, str]:
        self.asked.append(one)
        await self.may_answer.wait()
        answer = self.answers.get(one, (one.encode(), PNG))
        if isinstance(answer, HomeserverError):
            raise answer
        return answer


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with Chat.opened() as made:
        yield made


@pytest.fixture
def server(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(chat.effects.homeserver, "get_client", lambda: made)
    chat.account.sync.connection.set("online")
    return made


def show(chat: Chat, *numbers: int) -> None:
    for number in numbers:
        chat.effects.avatars.ask(chat.account, address(number))


def shown(chat: Chat) -> dict[str, str]:
    return dict(chat.account.sync.avatars())


async def test_a_picture_is_downloaded_once_and_is_there_without_the_network(
    chat: Chat, server: Server
) -> None:
    show(chat, 1, 1)
    await until(lambda: shown(chat) == {address(1): url(1)})
    show(chat, 1)
    await chat.effects.accounts.sign_out()
    await chat.effects.accounts.switch("Ada")
    assert shown(chat) == {}
    chat.account.sync.connection.set("offline")
    show(chat, 1)
    await until(lambda: shown(chat) == {address(1): url(1)})
    assert server.asked == [address(1)]


async def test_few_are_downloaded_at_a_time_and_what_was_shown_last_first(
    chat: Chat, server: Server
) -> None:
    server.may_answer.clear()
    show(chat, *range(10))
    await until(lambda: len(server.asked) == AT_ONCE)
    show(chat, 10, 11)
    await until(lambda: not chat.effects.avatars._asked.work(chat.account))
    assert len(server.asked) == AT_ONCE
    server.may_answer.set()
    await until(lambda: len(shown(chat)) == 12)
    assert server.asked[AT_ONCE : AT_ONCE + 2] == [address(11), address(10)]
    assert len(server.asked) == 12


@pytest.mark.parametrize(
    "answer",
    [NotFound(404), (b"<svg/>", "image/svg+xml"), (b"x" * 65_536, PNG)],
    ids=["missing", "no bitmap", "large"],
)
async def test_one_that_cannot_be_shown_holds_up_no_others(
    chat: Chat, server: Server, answer: tuple[bytes, str] | HomeserverError
) -> None:
    server.answers = {address(number): answer for number in range(AT_ONCE)}
    show(chat, *range(AT_ONCE + 1))
    await until(lambda: shown(chat) == {address(AT_ONCE): url(AT_ONCE)})
    await chat.idle()
    show(chat, 0)
    await chat.idle()
    assert server.asked.count(address(0)) == 1
    assert chat.told == []


async def test_what_could_not_be_reached_is_downloaded_later(chat: Chat, server: Server) -> None:
    server.answers[address(1)] = NotReachable("no network")
    show(chat, 1)
    await until(lambda: server.asked)
    await chat.idle()
    chat.account.sync.connection.set("offline")
    server.answers.clear()
    show(chat, 2)
    await chat.idle()
    assert shown(chat) == {}
    chat.account.sync.connection.set("online")
    await until(lambda: shown(chat) == {address(1): url(1), address(2): url(2)})


async def test_a_server_that_asks_to_wait_is_asked_again(chat: Chat, server: Server) -> None:
    server.answers[address(1)] = RateLimited(429, retry_after_ms=20)
    server.may_answer.clear()
    show(chat, 1)
    await until(lambda: server.asked)
    server.may_answer.set()
    await until(lambda: len(server.asked) > 1)
    server.answers.clear()
    await until(lambda: shown(chat) == {address(1): url(1)})


async def test_the_list_of_accounts_remembers_the_own_picture(chat: Chat, server: Server) -> None:
    await chat.db.update_user("Ada", avatar_url=address(1))
    await until(lambda: chat.account.user().avatar_url == address(1))
    show(chat, 1)
    await until(lambda: server.asked)
    await until(lambda: chat.page.accounts()["Ada"].avatar_url == url(1))
