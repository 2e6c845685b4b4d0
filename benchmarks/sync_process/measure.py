"""Measures signing in to an account, in a process of its own, under CPython and in memory."""

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable

from roomkeep.persistence import DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend
from roomkeep.sync.client import SyncClient
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.session import sign_in
from roomkeep.sync.wire import Request, Response

GOAL_S = 5
MIB = 1_048_576


class Counted:
    """A transport that counts the answers that came, and their bytes."""

    def __init__(self, inner: HttpxTransport) -> None:
        self.requests = 0
        self.received = 0
        self.longest_s = 0.0
        self._inner = inner

    async def send(self, request: Request) -> Response:
        """Send a request and return the answer."""
        began = time.perf_counter()
        response = await self._inner.send(request)
        self.longest_s = max(self.longest_s, time.perf_counter() - began)
        self.requests += 1
        self.received += len(response.body)
        return response


def memory() -> float:
    """Return the most memory that the process has had, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (MIB if sys.platform == "darwin" else 1024)


async def until(database: DatabaseService, look: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a change makes something true."""
    changed = asyncio.Event()
    unsubscribe = database.subscribe(lambda _: changed.set())
    try:
        while not await look():
            changed.clear()
            await changed.wait()
    finally:
        unsubscribe()


async def main(address: str, user_id: str, password: str, rooms: int) -> int:
    """Sign in, wait until all is there, start again, and print what that took."""
    rows: list[tuple[str, str]] = []
    async with HttpxTransport() as inner:
        transport = Counted(inner)
        backend = MemoryBackend()
        database = DatabaseService(backend)
        await database.initialize()
        before = memory()
        began, used = time.perf_counter(), time.process_time()

        def note(what: str) -> float:
            took = time.perf_counter() - began
            rows.append((what, f"{took:.2f} s"))
            return took

        async def has_room() -> bool:
            return bool(await database.get_all_rooms())

        async def has_all_rooms() -> bool:
            return len(await database.get_all_rooms()) >= rooms

        async def has_messages() -> bool:
            return await database.get_sync_token() is not None

        await sign_in(database, transport, address, user_id, password)
        note("signed in")
        client = SyncClient(database, transport)
        await client.start()
        await until(database, has_room)
        usable = note("the first room is there")
        rows.append(("  of that, the server's first answer", f"{transport.longest_s:.2f} s"))
        await until(database, has_all_rooms)
        note("all rooms are there")
        while not await has_messages():  # noqa: ASYNC110 - the token is no change that is told.
            await asyncio.sleep(0.01)
        note("their latest messages are there")
        found = await database.get_all_rooms()
        messages = 0
        for room in found:
            messages += len(await database.get_messages(room.id, 1_000))
        rows += [
            ("processor time of the client", f"{time.process_time() - used:.2f} s"),
            ("rooms", f"{len(found):,}"),
            ("messages", f"{messages:,}"),
            ("requests", f"{transport.requests:,}"),
            ("received", f"{transport.received / MIB:.1f} MiB"),
            ("memory, more than before", f"{memory() - before:.0f} MiB"),
        ]
        await client.stop()

        # A start with nothing new.
        await database.close()
        database = DatabaseService(backend)
        await database.initialize()
        transport.requests = 0
        client = SyncClient(database, transport)
        began = time.perf_counter()
        await client.start()
        while client.status() != "online":  # noqa: ASYNC110 - a signal has no event.
            await asyncio.sleep(0.001)
        note("started again, with nothing new")
        rows.append(("requests of that", f"{transport.requests}"))
        await client.stop()
    width = max(len(what) for what, _ in rows)
    for what, value in rows:
        print(f"{what:<{width}}  {value:>12}")
    if usable > GOAL_S:
        print(f"\nThe first room took longer than {GOAL_S} s.")
    return int(usable > GOAL_S)


if __name__ == "__main__":
    address, user_id, password, rooms = sys.argv[1:]
    sys.exit(asyncio.run(main(address, user_id, password, int(rooms))))
