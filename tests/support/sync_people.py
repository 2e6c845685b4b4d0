"""People whose accounts are kept in step with a real homeserver, and connections that fail."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from roomkeep.models import Message
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend
from roomkeep.sync.client import SyncClient
from roomkeep.sync.errors import NotReachable
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.session import sign_in
from roomkeep.sync.wire import Request, Response, Transport, account
from tools.homeserver import PASSWORD, Homeserver

T = TypeVar("T")

PATIENCE_S = 60
FEW = 5


class CutTransport:
    """A connection that can be cut: all at once, or at random, before or after an answer."""

    def __init__(self, inner: Transport, *, chance: float = 0, seed: int = 0) -> None:
        self.is_cut = False
        self.chance = chance
        self.count = 0
        self.sent: list[Request] = []
        self._inner = inner
        self._random = random.Random(seed)  # noqa: S311 - a seed repeats it.
        self._waiting: set[asyncio.Future[None]] = set()
        self._left: int | None = None

    async def send(self, request: Request) -> Response:
        self.sent.append(request)
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                self.cut()
        if self._is_cut_now():
            raise NotReachable("cut before")
        sending = asyncio.ensure_future(self._inner.send(request))
        cut = asyncio.get_running_loop().create_future()
        self._waiting.add(cut)
        try:
            await asyncio.wait((sending, cut), return_when=asyncio.FIRST_COMPLETED)
            if cut.done():
                raise NotReachable("cut while waiting")
            response = await sending
        finally:
            self._waiting.discard(cut)
            sending.cancel()
        if self._is_cut_now():
            raise NotReachable("cut after")
        return response

    def cut(self) -> None:
        """End all that is under way; nothing gets through from now on."""
        self.is_cut = True
        for cut in self._waiting:
            if not cut.done():
                cut.set_result(None)

    def cut_after(self, requests: int) -> None:
        """Let so many requests through, then cut."""
        self._left = requests

    def mend(self) -> None:
        self.is_cut = False
        self._left = None

    def _is_cut_now(self) -> bool:
        if self.is_cut or self._random.random() < self.chance:
            self.count += 1
            return True
        return False


class SyncedPerson:
    """Someone with a device of their own."""

    def __init__(self, name: str, user_id: str, server: Homeserver, inner: Transport) -> None:
        self.name = name
        self.user_id = user_id
        self.server = server
        self.transport = CutTransport(inner)
        self.backend = MemoryBackend()
        self.database = DatabaseService(self.backend)
        self.client = SyncClient(self.database, self.transport, retry_s=0.05)

    async def sign_in(self) -> None:
        await self.database.initialize()
        await sign_in(self.database, self.transport, self.server.url, self.user_id, PASSWORD)
        await self.client.start()
        await self.until_online()

    async def restart(self) -> None:
        """End the program, as a crash would, and start it again on what is stored."""
        await self.client.stop()
        await self.database.close()
        self.database = DatabaseService(self.backend)
        await self.database.initialize()
        self.client = SyncClient(self.database, self.transport, retry_s=0.05)
        await self.client.start()

    async def until_online(self) -> None:
        await self.until(lambda: _at_once(self.client.status() == "online"))

    async def until(self, look: Callable[[], Awaitable[T]]) -> T:
        """Look again after each change, until there is something to see."""
        changed = asyncio.Event()
        unsubscribe = self.database.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (found := await look()):
                    changed.clear()
                    # The status is no change of the database.
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), 0.05)
                return found
        finally:
            unsubscribe()

    async def say(
        self,
        room_id: str,
        channel_id: str,
        text: str,
        *,
        attachment_ids: Sequence[str] = (),
        **more: Any,
    ) -> Message:
        message = Message(
            id=secrets.token_hex(8),
            room_id=room_id,
            channel_id=channel_id,
            sender_id=self.user_id,
            sender_name=self.name.capitalize(),
            content=text,
            timestamp=await self.now(),
            **more,
        )
        await self.database.send_message(message, attachment_ids=attachment_ids)
        return message

    async def now(self) -> int:
        return self.database._clock()

    async def texts(self, room_id: str, channel_id: str) -> list[str]:
        listed = await self.database.get_latest_messages(room_id, 10_000, None, channel_id)
        return [message.content for message in listed]

    async def find(self, room_id: str, text: str) -> Message | None:
        listed = await self.database.get_messages(room_id, 10_000)
        return next((message for message in listed if message.content == text), None)

    async def until_text(self, room_id: str, text: str) -> Message:
        found = await self.until(lambda: self.find(room_id, text))
        assert found is not None
        return found

    async def until_sent(self) -> None:
        async def is_sent() -> bool:
            return not await self.database.get_outbox()

        await self.until(is_sent)

    async def until_few_wait(self) -> None:
        """Wait until little is left to send: people write more slowly than programs."""

        async def are_few() -> bool:
            return self.transport.is_cut or len(await self.database.get_outbox()) <= FEW

        await self.until(are_few)


async def _at_once(value: T) -> T:
    return value


@asynccontextmanager
async def other_device(person: SyncedPerson) -> AsyncIterator[SyncedPerson]:
    """Sign in once more as a person, on another device."""
    async with HttpxTransport() as inner:
        other = SyncedPerson(person.name, person.user_id, person.server, inner)
        await other.sign_in()
        yield other
        await other.client.stop()


@asynccontextmanager
async def synced_people(server: Homeserver, *names: str) -> AsyncIterator[list[SyncedPerson]]:
    """Make accounts whose names begin as given, each signed in on a device of its own."""
    async with AsyncExitStack() as stack:
        people = []
        for name in names:
            inner = await stack.enter_async_context(HttpxTransport())
            user_id = server.register(f"{name}-{secrets.token_hex(4)}", PASSWORD)
            person = SyncedPerson(name, user_id, server, inner)
            await person.sign_in()
            session = await person.database.get_sync_session()
            assert session is not None
            wire = person.client._connected.wire
            await account.set_display_name(wire, user_id, name.capitalize())
            stack.push_async_callback(person.client.stop)
            people.append(person)
        yield people
