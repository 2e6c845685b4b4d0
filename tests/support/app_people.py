"""People in the app without its views, signed in to a real homeserver."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from roomkeep.app.state import AccountState
from roomkeep.sync.httpx_transport import HttpxTransport
from support.chat import Chat
from support.sync_people import CutTransport
from tools.homeserver import PASSWORD, Homeserver


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

    async def until_holds(self, ask: Callable[[], Awaitable[object]], wanted: object) -> None:
        """Ask again until the answer is the wanted one."""
        found: object = None
        try:
            async with asyncio.timeout(30):
                while (found := await ask()) != wanted:  # noqa: ASYNC110 as above
                    await asyncio.sleep(0.02)
        except TimeoutError:
            assert found == wanted, found

    async def until_shown(self, *texts: str) -> None:
        await self.until(lambda: self.chat.shown[-len(texts) :] == list(texts))

    async def until_sent(self) -> None:
        await self.until(lambda: not self.account.sync.outbox().waiting)


@asynccontextmanager
async def device(server: Homeserver, name: str, user_id: str) -> AsyncIterator[Person]:
    """Open the app on a device of its own, and sign in."""
    async with AsyncExitStack() as stack:
        transport = CutTransport(await stack.enter_async_context(HttpxTransport()))
        chat = await stack.enter_async_context(Chat.opened())
        chat.effects.homeserver.transport = transport
        stack.push_async_callback(chat.effects.homeserver.leave)
        person = Person(chat, name, user_id, transport)
        await chat.effects.sign_in.sign_in(server.url, user_id, PASSWORD)
        await person.until(lambda: person.account.sync.connection() == "online")
        yield person


@asynccontextmanager
async def people(server: Homeserver, *names: str) -> AsyncIterator[list[Person]]:
    """Sign people in, each with an account of their own."""
    async with AsyncExitStack() as stack:
        found = []
        for name in names:
            user_id = server.register(f"{name}-{secrets.token_hex(4)}", PASSWORD)
            found.append(await stack.enter_async_context(device(server, name, user_id)))
        yield found
