"""An account's open database, and what opens it."""

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, Protocol, TypeVar

from roomkeep.persistence.operation import Operation
from roomkeep.persistence.transaction import Engine, Transaction
from roomkeep.reports import Change, Space
from roomkeep.unreadable import Unreadable

__all__ = ["Account", "Backend", "EngineAccount"]

P = ParamSpec("P")
R = TypeVar("R")


class Account(Protocol):
    """The open database of one account.

    Attributes:
        database_name: the database's name.
        unreadable: the records that were passed over because they cannot be decoded.
    """

    database_name: str
    unreadable: dict[tuple[str, str], Unreadable]

    async def run(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry out one operation, in one transaction."""
        ...

    def subscribe(self, listener: Callable[[list[Change]], None]) -> None:
        """Call `listener` with what each transaction changes, here or in another tab."""
        ...

    def close(self) -> None:
        """Close the database; transactions under way are finished first."""
        ...


class Backend(Protocol):
    """What keeps accounts' databases on one platform.

    Attributes:
        name: what it is: `"indexeddb"`, `"memory"` or `"desktop"`.
    """

    name: str

    async def open_account(self, user_id: str | None) -> Account:
        """Open an account's database, and make it where there is none; None is nobody's."""
        ...

    async def get_account_ids(self) -> list[str]:
        """Return the ids of the accounts that have a database, sorted."""
        ...

    async def delete_account(self, user_id: str) -> None:
        """Delete an account's database, where there is one.

        Whoever has it open, such as another tab, is told by `account_deletion` before it goes.
        """
        ...

    async def get_space(self) -> Space:
        """Return what is known of the room on the device."""
        ...

    async def request_persistence(self) -> bool:
        """Ask for the promise that the data are kept; tell whether it was given."""
        ...

    def load_current_user_id(self) -> str | None:
        """Return who was signed in when the program last ran."""
        ...

    def save_current_user_id(self, user_id: str | None) -> None:
        """Remember who is signed in for the program's next run."""
        ...


class EngineAccount:
    """An account whose operations run here, on an engine."""

    def __init__(self, engine: Engine) -> None:
        self.database_name = engine.name
        self.unreadable: dict[tuple[str, str], Unreadable] = {}
        self._engine = engine
        self._listeners: list[Callable[[list[Change]], None]] = []
        self._running = 0
        self._closing = False

    async def run(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry out one operation, in one transaction."""
        body = operation.bind(*args, **kwargs)
        self._running += 1
        try:
            return await self._transact(operation, body)
        finally:
            self._running -= 1
            self._dispose_when_idle()

    async def _transact(
        self, operation: Operation[P, R], body: Callable[[Transaction], Coroutine[Any, Any, R]]
    ) -> R:

        async def with_transaction(tx: Transaction) -> tuple[R, Transaction]:
            return await body(tx), tx

        transact = self._engine.read if operation.mode == "read" else self._engine.write
        result, tx = await transact(operation.stores, with_transaction)
        for record in tx.unreadable:
            self.unreadable[record.store, record.key] = record
        if tx.changes:
            self.publish(tx.changes)
        return result

    def subscribe(self, listener: Callable[[list[Change]], None]) -> None:
        """Call `listener` with what each transaction changes, here or in another tab."""
        self._listeners.append(listener)

    def publish(self, changes: list[Change]) -> None:
        """Tell the listeners what was changed."""
        for listener in self._listeners:
            listener(changes)

    def close(self) -> None:
        """Close the database; transactions under way are finished first."""
        self._listeners.clear()
        self._closing = True
        self._dispose_when_idle()

    def dispose(self) -> None:
        """Let go of the database; nothing is under way any more."""
        self._engine.close()

    def _dispose_when_idle(self) -> None:
        if self._closing and self._running == 0:
            self._closing = False
            self.dispose()
