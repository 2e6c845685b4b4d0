"""The service in the browser: one IndexedDB database for each account."""

import asyncio
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
from roomkeep.persistence.operation import Operation
from roomkeep.persistence.schema import (
    LEGACY_DATABASE,
    SCHEMA,
    VERSION,
    account_of,
    check_stores,
    database_name,
)
from roomkeep.persistence.stores import reactions
from roomkeep.persistence.stores.meta import CURRENT_USER_ID
from roomkeep.reports import Change, Space, account_deletion, account_loss

__all__ = ["BrowserBackend", "BrowserDatabaseService"]

logger = logging.getLogger(__name__)


class BrowserBackend:
    """Accounts' databases in IndexedDB.

    Args:
        resume: where it is noted who is signed in, and which accounts have data.
        durability: `"relaxed"`, or `"strict"` for writes that survive a power failure, too.
    """

    name = "indexeddb"

    def __init__(
        self, resume: AppResumeStorage | None = None, *, durability: idb.Durability = "relaxed"
    ) -> None:
        self._resume = resume or AppResumeStorage()
        self._durability = durability

    async def open_account(self, user_id: str | None) -> "BrowserAccount":
        """Open an account's database, and make it where there is none; None is nobody's."""
        name = database_name(user_id)
        if user_id is not None and not await idb.exists(name) and await _owns_legacy(user_id):
            name = LEGACY_DATABASE
        account: BrowserAccount | None = None
        is_new = False

        async def create_or_upgrade(tx: idb.UpgradeTransaction, old_version: int) -> None:
            nonlocal is_new
            await upgrade(tx, old_version)
            if old_version > 0:
                return
            is_new = True
            if user_id is not None:
                await tx.store("meta").put({"key": CURRENT_USER_ID, "value": user_id})
            if account is not None:
                # It was open, and is made anew: what it kept has been deleted under us.
                asyncio.get_running_loop().call_soon(account.tell_loss)

        database = await idb.open(name, VERSION, create_or_upgrade)
        try:
            check_stores(name, database.store_names)
            account = BrowserAccount(IndexedDBEngine(database, self._durability))
            await account.run(reactions.reconcile_older_client)
        except BaseException:
            if account is not None:
                account.close()
            database.close()
            raise
        # The note lies beside the database, so it can tell of one that the browser has evicted.
        account.was_wiped = is_new and self._resume.load_has_data(user_id)
        self._note_data(user_id)
        return account

    def _note_data(self, user_id: str | None) -> None:
        try:
            self._resume.save_has_data(user_id)
        except StorageError:
            logger.warning("a later loss of the data may go unnoticed", exc_info=True)

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
        self._resume.forget(user_id)

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
        self._indexeddb = engine
        # None while the page lies in the back-forward cache.
        self._channel: Any = None
        self._on_message = create_proxy(self._receive)
        self._on_page = create_proxy(self._follow_page)
        for event in ("pagehide", "pageshow"):
            js.addEventListener(event, self._on_page)
        self._listen()

    def publish(self, changes: list[Change]) -> None:
        """Tell the listeners, here and in the other tabs."""
        # What was under way when the page went away is committed, and the others are to hear of it.
        channel = self._channel or js.BroadcastChannel.new(self.database_name)
        channel.postMessage(msgspec.json.encode(changes).decode())
        if channel is not self._channel:
            channel.close()
        super().publish(changes)

    def dispose(self) -> None:
        """Let go of the database and of the channel to the other tabs."""
        for event in ("pagehide", "pageshow"):
            js.removeEventListener(event, self._on_page)
        self._silence()
        self._on_message.destroy()
        self._on_page.destroy()
        super().dispose()

    def tell_loss(self) -> None:
        """Tell the listeners that the browser has deleted everything."""
        self.was_wiped = True
        super().publish([*_everything(), account_loss()])

    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        try:
            return await super()._carry_out(operation, arguments)
        finally:
            if self._channel is None:
                # It was asked of a page that is going into the cache, and has opened it again.
                self._indexeddb.suspend()

    def _listen(self) -> None:
        self._channel = js.BroadcastChannel.new(self.database_name)
        self._channel.onmessage = self._on_message

    def _silence(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _follow_page(self, event: Any) -> None:
        """Hold nothing while the page lies in the back-forward cache; look again when it is back.

        https://web.dev/articles/bfcache#close-open-connections-before-the-user-navigates-away
        """
        if not event.persisted:
            return
        if event.type == "pagehide":
            self._silence()
            self._indexeddb.suspend()
        else:
            self._listen()
            super().publish(_everything())

    def _receive(self, event: Any) -> None:
        super().publish(msgspec.json.decode(event.data, type=list[Change]))


class BrowserDatabaseService(DatabaseService):
    """`DatabaseService` on IndexedDB; it does not fall back to memory."""

    def __init__(self, *, durability: idb.Durability = "relaxed") -> None:
        super().__init__(BrowserBackend(durability=durability))


def _everything() -> list[Change]:
    """Return what is told when any record may have changed."""
    return [Change(store=store, action="clear") for store in SCHEMA]


async def _owns_legacy(user_id: str) -> bool:
    return await idb.exists(LEGACY_DATABASE) and await _legacy_owner() == user_id


async def _legacy_owner() -> str | None:
    """Look whose the shared database of old clients is; it is not made, upgraded or changed."""

    async def refuse(_tx: idb.UpgradeTransaction, _old_version: int) -> None:
        # Another tab has deleted it since it was looked for; undone, its making has not happened.
        raise FileNotFoundError

    try:
        database = await idb.open(LEGACY_DATABASE, None, refuse)
    except FileNotFoundError:
        return None
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
