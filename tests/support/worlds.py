"""A world is one device: what is stored on it, and services that work on that."""

import asyncio
import json
import sys
import unittest.mock
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

import indexeddb
from indexeddb.keys import sort_key
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.memory_backend import MemoryBackend
from roomkeep.storage.engines.memory import MemoryEngine, MemoryStore, Row
from roomkeep.storage.operations.older_clients import UPGRADED
from roomkeep.storage.schema import (
    BY_CHANNEL_AND_TIME,
    BY_ROOM_AND_TIME,
    SCHEMA,
    SEARCH_SCHEMA,
    VERSION,
    KeyPath,
    database_name,
    search_database_name,
)
from support.js import run_js

if TYPE_CHECKING or sys.platform == "emscripten":
    from roomkeep.storage.engines.indexeddb.engine import upgrade


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


class MemoryWorld(World):
    """A device on which all is in memory."""

    @asynccontextmanager
    async def busy(self, user_id: str | None) -> AsyncIterator[None]:
        engine = self._engine(user_id)
        run, free = engine._run, asyncio.Event()

        async def wait_and_run(*args: Any, **kwargs: Any) -> Any:
            await free.wait()
            return await run(*args, **kwargs)

        with unittest.mock.patch.object(engine, "_run", wait_and_run):
            yield
        free.set()

    async def make_old_database(
        self,
        user_id: str | None = None,
        indexes: Collection[str] = DESIGNED_INDEXES,  # noqa: ARG002
    ) -> None:
        self._old.add(user_id)
        await self.plant("meta", user_id=user_id)

    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        name = database_name(user_id)
        target = self._backend.engines.setdefault(name, MemoryEngine(name)).stores[store]
        for record in records:
            _write(target, record)
        if user_id in self._old:
            # Every index is there, and tells nothing of what such a client has written.
            note = {"key": UPGRADED, "value": True}
            _write(self._engine(user_id).stores["meta"], note)

    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        rows = self._engine(user_id).stores[store].walk(None, None, "next")
        return [json.loads(row.text) for row in rows]

    async def has_index(self, user_id: str | None = None) -> bool:
        return database_name(user_id) in self._backend.indexes

    async def stored_index(self, user_id: str | None = None) -> list[str]:
        rows = self._backend.indexes[database_name(user_id)].stores["blocks"]
        records = [json.loads(row.text) for row in rows.walk(None, None, "next")]
        return [record["name"] + record["text"] for record in records]

    async def lose_index(self, user_id: str | None = None) -> None:
        index = self._backend.indexes[database_name(user_id)]
        index.stores = MemoryEngine(index.name, SEARCH_SCHEMA).stores

    def _engine(self, user_id: str | None) -> MemoryEngine:
        return self._backend.engines[database_name(user_id)]

    def _make(self) -> DatabaseService:
        return DatabaseService(self._backend)

    async def _wipe(self) -> None:
        self._backend = MemoryBackend()
        self._old: set[str | None] = set()


def _write(store: MemoryStore, record: dict[str, Any]) -> None:
    row = Row(store.schema, json.dumps(record).encode(), None)
    store.swap(sort_key(row.key), row)


class IndexedDBWorld(World):
    """A browser."""

    @asynccontextmanager
    async def busy(self, user_id: str | None) -> AsyncIterator[None]:
        database = await indexeddb.open(database_name(user_id))
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

        (await indexeddb.open(database_name(user_id), VERSION, old_client)).close()

    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        database = await indexeddb.open(database_name(user_id), VERSION, upgrade)

        async def put(tx: indexeddb.Transaction) -> None:
            tx.store(store).put_many_json(json.dumps(record) for record in records)

        await database.write([store], put)
        database.close()

    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        database = await indexeddb.open(database_name(user_id), VERSION, upgrade)

        async def get(tx: indexeddb.Transaction) -> Any:
            return await tx.store(store).get_all()

        records: list[dict[str, Any]] = await database.read([store], get)
        database.close()
        return records

    async def has_index(self, user_id: str | None = None) -> bool:
        return await indexeddb.exists(search_database_name(database_name(user_id)))

    async def stored_index(self, user_id: str | None = None) -> list[str]:
        database = await indexeddb.open(search_database_name(database_name(user_id)))
        records = await database.get_all("blocks")
        database.close()
        return [record["name"] + record["text"] for record in records]

    async def lose_index(self, user_id: str | None = None) -> None:
        await indexeddb.delete(search_database_name(database_name(user_id)))

    def _make(self) -> DatabaseService:
        return DatabaseService()

    async def _wipe(self) -> None:
        run_js("localStorage.clear()")
        for name in await indexeddb.names():
            if name.startswith("roomkeep"):
                await indexeddb.delete(name)


def _only(store: str, indexes: Collection[str]) -> dict[str, KeyPath]:
    """Return those of a store's indexes that are named."""
    paths = SCHEMA[store].indexes.items()
    return {index: path for index, path in paths if f"{store}.{index}" in indexes}


def _js_path(path: KeyPath) -> str | list[str]:
    return path if isinstance(path, str) else list(path)


WORLDS: dict[str, type[World]] = {"memory": MemoryWorld, "indexeddb": IndexedDBWorld}
