"""The desktop's window as a world, seen from the page in it: the real bridge and main process."""

import json
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any

import js

from roomkeep.persistence import DatabaseService
from roomkeep.persistence.desktop_backend import DesktopBackend, PageBridge
from support.worlds import DESIGNED_INDEXES, World

__all__ = ["WindowWorld"]


class SharedBridge(PageBridge):
    """The page's one bridge, for several services."""

    def __init__(self) -> None:
        super().__init__(js.roomkeepDesktop)
        self._listeners: list[Callable[[str], None]] = []
        super().listen(self._tell)

    def listen(self, listener: Callable[[str], None]) -> None:
        self._listeners.append(listener)

    def _tell(self, text: str) -> None:
        for listener in self._listeners:
            listener(text)


class WindowWorld(World):
    """The computer that the window is on; `window_tests` does what is done past the service."""

    def __init__(self) -> None:
        super().__init__()
        self._bridge = SharedBridge()

    @asynccontextmanager
    async def busy(self, user_id: str | None) -> AsyncIterator[None]:
        await self._have_done("hold", user_id)
        yield
        await self._have_done("free")

    async def make_old_database(
        self, user_id: str | None = None, indexes: Collection[str] = DESIGNED_INDEXES
    ) -> None:
        await self._have_done("make_old_database", user_id, list(indexes))

    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        await self._have_done("plant", store, list(records), user_id)

    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = await self._have_done("stored", store, user_id)
        return records

    async def has_index(self, user_id: str | None = None) -> bool:
        found: bool = await self._have_done("has_index", user_id)
        return found

    async def stored_index(self, user_id: str | None = None) -> list[str]:
        texts: list[str] = await self._have_done("stored_index", user_id)
        return texts

    async def lose_index(self, user_id: str | None = None) -> None:
        await self._have_done("lose_index", user_id)

    async def _have_done(self, *call: object) -> Any:
        answer = json.loads(await self._bridge.command(json.dumps({"test": call})))
        assert "trouble" not in answer, answer["trouble"]
        return answer["result"]

    def _make(self) -> DatabaseService:
        return DatabaseService(DesktopBackend(self._bridge))

    async def _wipe(self) -> None:
        await self._have_done("wipe")
