"""Accounts in memory: for plain CPython, and where a browser offers no storage."""

import weakref
from typing import Any

from roomkeep.persistence.account import EngineAccount
from roomkeep.persistence.blob_bytes import with_bytes
from roomkeep.storage.changes import Change, account_deleted, from_origin
from roomkeep.storage.engines.indexeddb.databases import Memory, database_names, delete_database
from roomkeep.storage.engines.indexeddb.engine import IndexedDBEngine, open_engine, open_index
from roomkeep.storage.operation import Operation
from roomkeep.storage.operations import older_clients
from roomkeep.storage.quota import Quota
from roomkeep.storage.schema import account_of, database_name, search_database_name


class MemoryBackend:
    """Accounts' databases in memory. They last as long as this object.

    Services that share one are like the tabs of a browser: they hear each other's changes.
    """

    name = "memory"

    def __init__(self) -> None:
        self.memory = Memory()
        self._current_user_id: str | None = None
        self._open: weakref.WeakSet[MemoryAccount] = weakref.WeakSet()

    async def open_account(self, user_id: str | None) -> "MemoryAccount":
        name = database_name(user_id)
        engine, is_update_due = await open_engine(
            name,
            "relaxed",
            owner=user_id,
            look=older_clients.is_update_due,
            memory=self.memory,
        )
        account = MemoryAccount(self, engine)
        self._open.add(account)
        await account.update_older_messages(is_due=is_update_due)
        return account

    async def get_account_ids(self) -> list[str]:
        ids = (account_of(name) for name in await database_names(self.memory))
        return sorted(user_id for user_id in ids if user_id is not None)

    async def delete_account(self, user_id: str) -> None:
        name = database_name(user_id)
        deleted = from_origin(account_deleted(user_id), "other_tab")
        for account in self.others(name):
            account.notify([deleted])
        await delete_database(search_database_name(name), self.memory)
        await delete_database(name, self.memory)

    async def get_quota(self) -> Quota:
        return Quota()  # memory has none

    async def request_persistence(self) -> bool:
        return False  # memory ends with the program

    async def load_current_user_id(self) -> str | None:
        return self._current_user_id

    async def save_current_user_id(self, user_id: str | None) -> None:
        self._current_user_id = user_id

    def others(self, name: str, but: "MemoryAccount | None" = None) -> list["MemoryAccount"]:
        """Return the open accounts on a database, but for one."""
        return [one for one in self._open if one.database_name == name and one is not but]


class MemoryAccount(EngineAccount):
    """An account's database in memory, which keeps bytes and no Blob of the browser's."""

    def __init__(self, backend: MemoryBackend, engine: IndexedDBEngine) -> None:
        super().__init__(engine, self._open)
        self._backend = backend

    def publish(self, changes: list[Change]) -> None:
        """Publish changes to the listeners here, and to the other services on the database."""
        super().publish(changes)
        elsewhere = [from_origin(change, "other_tab") for change in changes]
        for account in self._backend.others(self.database_name, but=self):
            account.notify(elsewhere)

    async def _open(self) -> IndexedDBEngine:
        return await open_index(search_database_name(self.database_name), self._backend.memory)

    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        if "data" in arguments:
            arguments = await with_bytes(arguments)
        return await super()._carry_out(operation, arguments)
