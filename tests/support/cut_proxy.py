"""A connection to a server that can be cut, for programs of any kind."""

import asyncio
import contextlib
import random
from typing import Self

from tools.homeserver import Homeserver

_PIECE = 65_536


class CutProxy:
    """Passes connections on to a homeserver, until they are cut.

    Attributes:
        url: the address at which it answers in the homeserver's place.
        chance: how likely a connection is cut as a piece of an answer comes.
        count: how many connections were cut.
    """

    def __init__(self, server: Homeserver, seed: str) -> None:
        self.chance = 0.0
        self.count = 0
        self._port = server.port
        self._random = random.Random(seed)  # noqa: S311 - a seed repeats it.
        self._is_cut = False
        self._open = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._open, return_exceptions=True)

    def cut(self) -> None:
        """End all connections; there are none until they are mended."""
        self._is_cut = True
        for connection in self._open:
            self.count += 1
            connection.cancel()

    def mend(self) -> None:
        self._is_cut = False

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass_on(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back: asyncio.StreamWriter | None = None
        try:
            if self._is_cut:
                return
            answers, back = await asyncio.open_connection("127.0.0.1", self._port)
            async with asyncio.TaskGroup() as both:
                sending = both.create_task(_copy(reader, back))
                await self._answer(answers, writer)
                sending.cancel()
        except (OSError, ExceptionGroup):
            pass
        finally:
            for end in (writer, back):
                if end is not None:
                    end.transport.abort()
                    with contextlib.suppress(OSError):
                        await end.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE):
            if self._random.random() < self.chance:
                self.count += 1
                return
            writer.write(piece)
            await writer.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
