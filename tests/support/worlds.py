"""A world is one device: what is stored on it, and services that work on that."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import indexeddb
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend
from roomkeep.storage.engines.indexeddb.engine import upgrade
from roomkeep.storage.schema import (
    BY_CHANNEL_AND_TIME,
    BY_ROOM_AND_TIME,
    SCHEMA,
    VERSION,
    KeyPath,
    database_name,
    search_database_name,
)
from support.js import run_js

DESIGNED_INDEXES = ("messages.roomId",)
"""The indexes that the design's table of stores asks for."""

ALL_BUT_PAGING_INDEXES = tuple(
    f"{store}.{index}"
    for store, schema in SCHEMA.items()
    for index in schema.indexes
    if index not in (BY_ROOM_AND_TIME, BY_CHANNEL_AND_TIME)
)


class World(ABC):
    """One device."""

    def __init__(self) -> None:
        self._services: list[DatabaseService] = []

    async def service(self) -> DatabaseService:
        """Open the app once more: another tab, or the next visit."""
        service = self._make()
        self._services.append(service)
        await service.initialize()
        return service

    async def reset(self) -> None:
        """Delete everything that is on the device."""
        for service in self._services:
            await service.close()
        self._services.clear()
        await self._wipe()

    @abstractmethod
    def busy(self, user_id: str | None) -> AbstractAsyncContextManager[None]:
        """Keep an account's database busy: what is asked of it meanwhile waits."""

    @abstractmethod
    async def make_old_database(
        self, user_id: str | None = None, indexes: Collection[str] = DESIGNED_INDEXES
    ) -> None:
        """Make an account's database as an older client does: with no other than some indexes."""

    async def drop_paging_indexes(self) -> None:
        """Have nobody's database made by an older client, without the compound indexes."""
        await self.make_old_database(indexes=ALL_BUT_PAGING_INDEXES)

    @abstractmethod
    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        """Write records into an account's database, past the service."""

    @abstractmethod
    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        """Return what a store really holds, in the order of its keys."""

    @abstractmethod
    async def has_index(self, user_id: str | None = None) -> bool:
        """Tell whether there is a search index of an account."""

    @abstractmethod
    async def stored_index(self, user_id: str | None = None) -> list[str]:
        """Return the names and the texts of the blocks that the search index really holds."""

    @abstractmethod
    async def lose_index(self, user_id: str | None = None) -> None:
        """Delete what is in the search index, unseen by the account."""

    @abstractmethod
    def _make(self) -> DatabaseService: ...

    @abstractmethod
    async def _wipe(self) -> None: ...


class OnIndexedDB(World):
    """A device whose databases are in IndexedDB: in the browser's (None), or in memory."""

    _memory: indexeddb.Memory | None = None

    @asynccontextmanager
    async def busy(self, user_id: str | None) -> AsyncIterator[None]:
        database = await indexeddb.open(database_name(user_id), memory=self._memory)
        begun, free = asyncio.Event(), asyncio.Event()

        async def hold(tx: indexeddb.Transaction) -> None:
            begun.set()
            while not free.is_set():
                await tx.store("meta").count()

        holding = asyncio.ensure_future(database.write(list(SCHEMA), hold))
        await begun.wait()
        yield
        free.set()
        await holding
        database.close()

    async def make_old_database(
        self, user_id: str | None = None, indexes: Collection[str] = DESIGNED_INDEXES
    ) -> None:
        async def old_client(tx: indexeddb.UpgradeTransaction, _old_version: int) -> None:
            for name, schema in SCHEMA.items():
                store = tx.create_store(name, key_path=_js_path(schema.key_path))
                for index, path in _only(name, indexes).items():
                    store.create_index(index, _js_path(path))
            if user_id is not None:
                await tx.store("meta").put({"key": "currentUserId", "value": user_id})

        name = database_name(user_id)
        (await indexeddb.open(name, VERSION, old_client, memory=self._memory)).close()

    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        database = await self._open(user_id)

        async def put(tx: indexeddb.Transaction) -> None:
            tx.store(store).put_many_json(json.dumps(record) for record in records)

        await database.write([store], put)
        database.close()

    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        database = await self._open(user_id)

        async def get(tx: indexeddb.Transaction) -> Any:
            return await tx.store(store).get_all()

        records: list[dict[str, Any]] = await database.read([store], get)
        database.close()
        return records

    async def has_index(self, user_id: str | None = None) -> bool:
        name = search_database_name(database_name(user_id))
        return await indexeddb.exists(name, memory=self._memory)

    async def stored_index(self, user_id: str | None = None) -> list[str]:
        name = search_database_name(database_name(user_id))
        database = await indexeddb.open(name, memory=self._memory)
        records = await database.get_all("blocks")
        database.close()
        return [record["name"] + record["text"] for record in records]

    async def lose_index(self, user_id: str | None = None) -> None:
        name = search_database_name(database_name(user_id))
        await indexeddb.delete(name, memory=self._memory)

    async def _open(self, user_id: str | None) -> indexeddb.Database:
        return await indexeddb.open(database_name(user_id), VERSION, upgrade, memory=self._memory)


class IndexedDBWorld(OnIndexedDB):
    """A browser."""

    def _make(self) -> DatabaseService:
        return DatabaseService()

    async def _wipe(self) -> None:
        run_js("localStorage.clear()")
        for name in await indexeddb.names():
            if name.startswith("roomkeep"):
                await indexeddb.delete(name)


class MemoryWorld(OnIndexedDB):
    """A device on which all is in memory."""

    def _make(self) -> DatabaseService:
        return DatabaseService(self._backend)

    async def _wipe(self) -> None:
        self._backend = MemoryBackend()
        self._memory = self._backend.memory


def _only(store: str, indexes: Collection[str]) -> dict[str, KeyPath]:
    """Return those of a store's indexes that are named."""
    paths = SCHEMA[store].indexes.items()
    return {index: path for index, path in paths if f"{store}.{index}" in indexes}


def _js_path(path: KeyPath) -> str | list[str]:
    return path if isinstance(path, str) else list(path)


WORLDS: dict[str, type[World]] = {"memory": MemoryWorld, "indexeddb": IndexedDBWorld}
