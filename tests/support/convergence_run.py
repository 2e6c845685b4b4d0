"""A run of the convergence test: directs the clients, cuts their connections, and kills them."""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final, Self

from msgspec import structs

from support.convergence import Part, View
from support.convergence_clients import Killable
from support.convergence_ledger import Ledger
from support.cut_proxy import CutProxy
from tools.homeserver import Homeserver

logger = logging.getLogger(__name__)

TELL_EVERY: Final = 500
CHANCE: Final = 0.01
"""How likely a connection is cut as a piece of an answer comes."""
CUT_EVERY: Final = 30
"""How many operations there are for each time that a client has no network."""
LONGEST_CUT_S: Final = 3.0
SETTLE_S: Final = 300
"""How long it may take until all see the same."""
LOOK_AGAIN_S: Final = 1.0
SILENCE_S: Final = 120
"""After how long without a word a run fails."""
MOST_AHEAD: Final = 40
"""How many operations a client may be ahead of another: a program is faster than a browser."""


class OneDirector:
    """The run, as one client knows it: see `convergence.Director`."""

    def __init__(self, run: "Run", name: str) -> None:
        self._run = run
        self._name = name

    async def ask(self, what: str, data: Any = None) -> Any:
        # As from another process.
        return await self._run.answer(self._name, what, json.loads(json.dumps(data)))


class Run:
    """Some operations of several clients, and what comes of them.

    Args:
        parts: what the clients are to be.
        ledger: notes what is acknowledged.
        seed: what happens is made from it, as far as time allows.
        operations: how many there are of all clients together.
        kills: how many times a client is killed.

    Attributes:
        clients: to be filled before it runs.
        proxies: the clients' connections.
    """

    def __init__(
        self,
        server: Homeserver,
        parts: Mapping[str, Part],
        ledger: Ledger,
        *,
        seed: int,
        operations: int,
        kills: int,
    ) -> None:
        self.clients: dict[str, Killable] = {}
        self.proxies = {name: CutProxy(server, f"{seed} {name}") for name in parts}
        self.count = 0
        self.killed = 0
        self._parts = parts
        self._ledger = ledger
        self._seed = seed
        self._operations = operations
        chance = random.Random(f"{seed} troubles")  # noqa: S311 - a seed repeats it.
        names = sorted(parts)
        self._troubles: dict[int, list[tuple[str, str, float]]] = {}
        for kind, many in (("kill", kills), ("cut", operations // CUT_EVERY)):
            for _ in range(many):
                at = chance.randrange(1, operations)
                trouble = (kind, chance.choice(names), chance.random())
                self._troubles.setdefault(at, []).append(trouble)
        self._numbers = dict.fromkeys(parts, 0)
        self._said: dict[str, tuple[str, int]] = {}
        self._locks = {name: asyncio.Lock() for name in parts}
        self._here = set[str]()
        self._all_here = asyncio.Event()
        self._settling = asyncio.Event()
        self._views: dict[str, View] = {}
        self._seen = asyncio.Event()
        self._wanted = set[str]()
        self._asked = asyncio.Condition()
        self._moved = asyncio.Condition()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks = set[asyncio.Task[None]]()
        self._serving = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for proxy in self.proxies.values():
                await stack.enter_async_context(proxy)
            server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
            stack.callback(server.close)
            self._port = server.sockets[0].getsockname()[1]
            stack.push_async_callback(self._kill_all)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def address(self, name: str) -> str:
        """Return where a client in another process finds its director."""
        return f"http://127.0.0.1:{self._port}/{name}"

    async def run(self) -> dict[str, View]:
        """Have the clients act, wait until all see the same, and return what they see.

        It returns what they see also where that is not the same in time.
        """
        for client in self.clients.values():
            await client.start()
        await self._wait(self._settling.wait())
        await self._wait(asyncio.gather(*self._tasks))
        for proxy in self.proxies.values():
            proxy.chance = 0
            proxy.mend()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                while not _are_same(await self._look()):  # noqa: ASYNC110
                    # What is on its way is no change that could be waited for.
                    await asyncio.sleep(LOOK_AGAIN_S)
        return self._views

    async def answer(self, name: str, what: str, data: Any) -> Any:
        """Answer a client: see `convergence.Director`."""
        self._said[name] = (what, self._numbers[name])
        match what:
            case "part":
                part = structs.replace(self._parts[name], server=self.proxies[name].url)
                return structs.asdict(part)
            case "intend":
                self._ledger.intend(name, *data)
            case "view":
                self._views[name] = data
                self._wanted.discard(name)
                if not self._wanted:
                    self._seen.set()
            case "trouble":
                if not self._failed.done():
                    self._failed.set_exception(AssertionError(f"{name}: {data}"))
            case "next":
                return await self._next(name)
        return None

    async def _next(self, name: str) -> dict[str, Any]:
        self._ledger.acknowledge(name)
        self._here.add(name)
        if self._here == self._parts.keys() and not self._all_here.is_set():
            for proxy in self.proxies.values():
                proxy.chance = CHANCE
            self._all_here.set()
        await self._all_here.wait()
        async with self._moved:
            await self._moved.wait_for(lambda: self._may_act(name))
        if self.count < self._operations:
            self.count += 1
            self._numbers[name] += 1
            async with self._moved:
                self._moved.notify_all()
            if self.count % TELL_EVERY == 0:
                logger.warning(
                    "%d operations, %d kills: %s", self.count, self.killed, self._numbers
                )
            for trouble in self._troubles.pop(self.count, ()):
                self._begin(*trouble)
            return {"act": f"{self._seed} {name} {self._numbers[name]}"}
        self._settling.set()
        async with self._asked:
            await self._asked.wait_for(lambda: name in self._wanted)
        return {"view": True}

    def _may_act(self, name: str) -> bool:
        is_ahead = self._numbers[name] >= min(self._numbers.values()) + MOST_AHEAD
        return not is_ahead or self.count >= self._operations

    def _begin(self, kind: str, name: str, chance: float) -> None:
        task = asyncio.create_task(getattr(self, f"_{kind}")(name, chance))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _kill(self, name: str, chance: float) -> None:
        async with self._locks[name]:
            await asyncio.sleep(chance)
            await self.clients[name].kill()
            self._ledger.forget(name)
            self.killed += 1
            await self.clients[name].start()

    async def _cut(self, name: str, chance: float) -> None:
        self.proxies[name].cut()
        await asyncio.sleep(chance * LONGEST_CUT_S)
        self.proxies[name].mend()

    async def _look(self) -> list[View]:
        """Ask all clients what they see."""
        self._seen.clear()
        async with self._asked:
            self._wanted = set(self._parts)
            self._asked.notify_all()
        await self._wait(self._seen.wait())
        return [*self._views.values()]

    async def _wait(self, what: Awaitable[Any]) -> None:
        """Wait for something; fail as a client did, or where nobody does anything any more."""
        waiting = asyncio.ensure_future(what)
        try:
            while not waiting.done():
                before = self._said.copy()
                both = (waiting, self._failed)
                await asyncio.wait(both, timeout=SILENCE_S, return_when=asyncio.FIRST_COMPLETED)
                if self._failed.done():
                    self._failed.result()
                assert waiting.done() or self._said != before, f"all is still: {before}"
            waiting.result()
        finally:
            waiting.cancel()

    async def _kill_all(self) -> None:
        for task in self._tasks:
            task.cancel()
        for client in self.clients.values():
            await client.kill()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a client in another process."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            name = head.split()[1].strip("/")
            length = int(head.partition("content-length:")[2].split()[0])
            what, data = json.loads(await reader.readexactly(length))
            body = json.dumps(await self.answer(name, what, data)).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            # Killed.
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _are_same(views: list[View]) -> bool:
    first, *others = [{**one, "own": None} for one in views]
    return all(one == first for one in others)
