"""A world is one device: what is stored on it, and services that work on that."""

import asyncio
import json
import sys
import unittest.mock
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from roomkeep import idb
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.keys import order
from roomkeep.persistence.memory_database_service import MemoryBackend
from roomkeep.persistence.memory_engine import MemoryEngine, Row
from roomkeep.persistence.schema import (
    BY_CHANNEL_AND_TIME,
    BY_ROOM_AND_TIME,
    SCHEMA,
    VERSION,
    database_name,
)
from support.js import run_js

if TYPE_CHECKING or sys.platform == "emscripten":
    from roomkeep.persistence.migrations import upgrade


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
    async def drop_paging_indexes(self) -> None:
        """Have nobody's database made by an older client, without the compound indexes."""

    @abstractmethod
    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        """Write records into an account's database, past the service."""

    @abstractmethod
    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        """Return what a store really holds, in the order of its keys."""

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

    async def drop_paging_indexes(self) -> None:
        self._backend = MemoryBackend(
            dict(SCHEMA) | {"messages": replace(SCHEMA["messages"], indexes={"roomId": "roomId"})}
        )

    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        await self._backend.open_account(user_id)
        target = self._engine(user_id).stores[store]
        for record in records:
            row = Row(target.schema, json.dumps(record).encode(), None)
            target.swap(order(row.key), row)

    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        rows = self._engine(user_id).stores[store].walk(None, None, "next")
        return [json.loads(row.text) for row in rows]

    def _engine(self, user_id: str | None) -> MemoryEngine:
        return self._backend.engines[database_name(user_id)]

    def _make(self) -> DatabaseService:
        return DatabaseService(self._backend)

    async def _wipe(self) -> None:
        self._backend = MemoryBackend()


class IndexedDBWorld(World):
    """A browser."""

    @asynccontextmanager
    async def busy(self, user_id: str | None) -> AsyncIterator[None]:
        database = await idb.open(database_name(user_id))
        begun, free = asyncio.Event(), asyncio.Event()

        async def hold(tx: idb.Transaction) -> None:
            begun.set()
            while not free.is_set():
                await tx.store("meta").count()

        holding = asyncio.ensure_future(database.write(list(SCHEMA), hold))
        await begun.wait()
        yield
        free.set()
        await holding
        database.close()

    async def drop_paging_indexes(self) -> None:
        async def old_client(tx: idb.UpgradeTransaction, old_version: int) -> None:
            await upgrade(tx, old_version)
            for index in (BY_ROOM_AND_TIME, BY_CHANNEL_AND_TIME):
                tx.store("messages").delete_index(index)

        (await idb.open(database_name(None), VERSION, old_client)).close()

    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        database = await idb.open(database_name(user_id), VERSION, upgrade)

        async def put(tx: idb.Transaction) -> None:
            tx.store(store).put_many_json(json.dumps(record) for record in records)

        await database.write([store], put)
        database.close()

    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        database = await idb.open(database_name(user_id), VERSION, upgrade)

        async def get(tx: idb.Transaction) -> Any:
            return await tx.store(store).get_all()

        records: list[dict[str, Any]] = await database.read([store], get)
        database.close()
        return records

    def _make(self) -> DatabaseService:
        return DatabaseService()

    async def _wipe(self) -> None:
        run_js("localStorage.clear()")
        for name in await idb.names():
            if name.startswith("roomkeep"):
                await idb.delete(name)


WORLDS: dict[str, type[World]] = {"memory": MemoryWorld, "indexeddb": IndexedDBWorld}
