"""The service in the browser: one IndexedDB database for each account."""

import logging
from typing import Any

import js
import msgspec
from pyodide.ffi import create_proxy

from roomkeep import idb
from roomkeep.errors import StorageError
from roomkeep.persistence.account import EngineAccount
from roomkeep.persistence.app_resume_storage import AppResumeStorage
from roomkeep.persistence.database_service import DatabaseService
from roomkeep.persistence.indexeddb_engine import IndexedDBEngine
from roomkeep.persistence.migrations import upgrade
from roomkeep.persistence.schema import (
    LEGACY_DATABASE,
    VERSION,
    account_of,
    check_stores,
    database_name,
)
from roomkeep.persistence.stores import reactions
from roomkeep.persistence.stores.meta import CURRENT_USER_ID
from roomkeep.reports import Change, Space, account_deletion

__all__ = ["BrowserBackend", "BrowserDatabaseService"]

logger = logging.getLogger(__name__)


class BrowserBackend:
    """Accounts' databases in IndexedDB."""

    name = "indexeddb"

    def __init__(self, resume: AppResumeStorage | None = None) -> None:
        self._resume = resume or AppResumeStorage()

    async def open_account(self, user_id: str | None) -> "BrowserAccount":
        """Open an account's database, and make it where there is none; None is nobody's."""
        name = database_name(user_id)
        if user_id is not None and not await idb.exists(name) and await _owns_legacy(user_id):
            name = LEGACY_DATABASE
        database = await idb.open(name, VERSION, upgrade)
        try:
            check_stores(name, database.store_names)
            account = BrowserAccount(IndexedDBEngine(database))
            await account.run(reactions.reconcile_older_client)
        except BaseException:
            database.close()
            raise
        return account

    async def get_account_ids(self) -> list[str]:
        """Return the ids of the accounts that have a database, sorted."""
        ids = {account_of(name) for name in await idb.names()}
        if await idb.exists(LEGACY_DATABASE):
            ids.add(await _legacy_owner())
        return sorted(user_id for user_id in ids if user_id is not None)

    async def delete_account(self, user_id: str) -> None:
        """Delete an account's database, where there is one; other tabs let go of it."""
        names = [database_name(user_id)]
        if await _owns_legacy(user_id):
            names.append(LEGACY_DATABASE)
        for name in names:
            channel = js.BroadcastChannel.new(name)
            channel.postMessage(msgspec.json.encode([account_deletion(user_id)]).decode())
            channel.close()
            await idb.delete(name)

    async def get_space(self) -> Space:
        """Return what the browser tells of its quota."""
        storage = getattr(js.navigator, "storage", None)
        if not storage:  # it is there on secure origins only
            return Space()
        estimate = await storage.estimate()
        persisted = await storage.persisted()
        return Space(usage=estimate.usage, quota=estimate.quota, persisted=bool(persisted))

    async def request_persistence(self) -> bool:
        """Ask the browser, which may ask the person, and then waits for the answer."""
        storage = getattr(js.navigator, "storage", None)
        return bool(storage and await storage.persist())

    async def load_current_user_id(self) -> str | None:
        """Return who was signed in when the page was last open."""
        return self._resume.load_current_user_id()

    async def save_current_user_id(self, user_id: str | None) -> None:
        """Remember who is signed in for the page's next visit."""
        try:
            self._resume.save_current_user_id(user_id)
        except StorageError:
            logger.warning("who is signed in will be forgotten on reload", exc_info=True)


class BrowserAccount(EngineAccount):
    """An account's database that tells the account's other tabs what was changed."""

    def __init__(self, engine: IndexedDBEngine) -> None:
        super().__init__(engine)
        self._channel = js.BroadcastChannel.new(engine.name)
        self._on_message = create_proxy(self._receive)
        self._channel.addEventListener("message", self._on_message)

    def publish(self, changes: list[Change]) -> None:
        """Tell the listeners, here and in the other tabs."""
        self._channel.postMessage(msgspec.json.encode(changes).decode())
        super().publish(changes)

    def dispose(self) -> None:
        """Let go of the database and of the channel to the other tabs."""
        self._channel.removeEventListener("message", self._on_message)
        self._channel.close()
        self._on_message.destroy()
        super().dispose()

    def _receive(self, event: Any) -> None:
        super().publish(msgspec.json.decode(event.data, type=list[Change]))


class BrowserDatabaseService(DatabaseService):
    """`DatabaseService` on IndexedDB; it does not fall back to memory."""

    def __init__(self) -> None:
        super().__init__(BrowserBackend())


async def _owns_legacy(user_id: str) -> bool:
    return await idb.exists(LEGACY_DATABASE) and await _legacy_owner() == user_id


async def _legacy_owner() -> str | None:
    """Look whose the shared database of old clients is; it is neither upgraded nor changed."""
    database = await idb.open(LEGACY_DATABASE)
    try:
        if "meta" not in database.store_names:
            return None

        async def look(tx: idb.Transaction) -> Any:
            return await tx.store("meta").get(CURRENT_USER_ID)

        record = await database.read(["meta"], look)
    finally:
        database.close()
    owner = record.get("value") if isinstance(record, dict) else None
    return owner if isinstance(owner, str) else None
