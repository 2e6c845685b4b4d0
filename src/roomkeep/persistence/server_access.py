"""The homeservers that the page may reach: the desktop's window blocks all others."""

import asyncio
import functools
import sys
from collections import Counter
from collections.abc import Iterable

import msgspec

from roomkeep.persistence.desktop_backend import Bridge, page_bridge
from roomkeep.storage.device_requests import ReachServers, name_of
from roomkeep.storage.wire import decode_reply, encode_request

__all__ = ["ServerAccess", "page_access"]


class ServerAccess:
    """Lets the page reach homeservers for as long as something uses them.

    Args:
        bridge: the way to the main process; None where requests need no permission.
    """

    def __init__(self, bridge: Bridge | None) -> None:
        self._bridge = bridge
        self._uses: Counter[str] = Counter()
        # Who comes second waits, too, until it is let through.
        self._turn = asyncio.Lock()

    @property
    def is_needed(self) -> bool:
        """Whether requests need a permission."""
        return self._bridge is not None

    async def open(self, origin: str) -> None:
        """Use a homeserver, which `close` ends.

        Args:
            origin: its scheme, host and port, as the browser writes them.

        Raises:
            InvalidRecord: the main process does not let it through.
        """
        async with self._turn:
            self._uses[origin] += 1
            try:
                if self._uses[origin] == 1:
                    await self._tell()
            except BaseException:
                self._uses[origin] -= 1
                raise

    async def close(self, origins: Iterable[str]) -> None:
        """Use some homeservers no longer."""
        async with self._turn:
            before = set(+self._uses)
            self._uses.subtract(origins)
            if set(+self._uses) != before:
                await self._tell()

    async def _tell(self) -> None:
        if self._bridge is not None:
            request = ReachServers(servers=tuple(sorted(+self._uses)))
            payload = msgspec.json.encode(request)
            text = encode_request(name_of(ReachServers), payload, None)
            decode_reply(await self._bridge.command(text))


@functools.cache
def page_access() -> ServerAccess:
    """Return the access of the page that this runs in."""
    return ServerAccess(page_bridge() if sys.platform == "emscripten" else None)
