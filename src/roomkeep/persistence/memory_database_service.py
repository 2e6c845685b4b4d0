"""The service kept in memory: for plain CPython, and where a browser offers no storage."""

import weakref
from collections.abc import Mapping
from typing import Any

from roomkeep.persistence.account import EngineAccount
from roomkeep.persistence.blob_bytes import with_bytes
from roomkeep.persistence.database_service import DatabaseService
from roomkeep.persistence.memory_engine import MemoryEngine
from roomkeep.persistence.operation import Operation
from roomkeep.persistence.schema import SCHEMA, StoreSchema, account_of, database_name
from roomkeep.reports import Space, account_deletion

__all__ = ["MemoryBackend", "MemoryDatabaseService"]


class MemoryBackend:
    """Accounts' databases in memory. They last as long as this object."""

    name = "memory"

    def __init__(self, schema: Mapping[str, StoreSchema] = SCHEMA) -> None:
        self.engines: dict[str, MemoryEngine] = {}
        self._schema = schema
        self._current_user_id: str | None = None
        self._open: weakref.WeakSet[EngineAccount] = weakref.WeakSet()

    async def open_account(self, user_id: str | None) -> EngineAccount:
        """Open an account's database, and make it where there is none; None is nobody's."""
        name = database_name(user_id)
        engine = self.engines.setdefault(name, MemoryEngine(name, self._schema))
        account = MemoryAccount(engine)
        self._open.add(account)
        return account

    async def get_account_ids(self) -> list[str]:
        """Return the ids of the accounts that have a database, sorted."""
        ids = (account_of(name) for name in self.engines)
        return sorted(user_id for user_id in ids if user_id is not None)

    async def delete_account(self, user_id: str) -> None:
        """Delete an account's database, where there is one."""
        name = database_name(user_id)
        for account in list(self._open):
            if account.database_name == name:
                account.publish([account_deletion(user_id)])
        self.engines.pop(name, None)

    async def get_space(self) -> Space:
        """Return nothing: memory has no quota."""
        return Space()

    async def request_persistence(self) -> bool:
        """Promise nothing: memory ends with the program."""
        return False

    async def load_current_user_id(self) -> str | None:
        """Return who was signed in before the service was closed."""
        return self._current_user_id

    async def save_current_user_id(self, user_id: str | None) -> None:
        """Remember who is signed in."""
        self._current_user_id = user_id


class MemoryAccount(EngineAccount):
    """An account's database in memory, which keeps bytes and no Blob."""

    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        if "data" in arguments:
            arguments = await with_bytes(arguments)
        return await super()._carry_out(operation, arguments)


class MemoryDatabaseService(DatabaseService):
    """`DatabaseService` on the memory backend, wherever it runs. Nothing outlives the object."""

    def __init__(self) -> None:
        super().__init__(MemoryBackend())
