"""An account's open database, and what opens it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar

from roomkeep.persistence.operation import Operation
from roomkeep.persistence.transaction import Engine, Transaction
from roomkeep.reports import Change, Space
from roomkeep.unreadable import Unreadable

__all__ = ["Account", "Backend", "EngineAccount", "OpenAccount"]

P = ParamSpec("P")
R = TypeVar("R")


class Account(Protocol):
    """The open database of one account.

    Attributes:
        database_name: the database's name.
        unreadable: the records that were passed over because they cannot be decoded.
        was_wiped: the platform has deleted what the account kept here, unasked.
    """

    database_name: str
    unreadable: dict[tuple[str, str], Unreadable]
    was_wiped: bool

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

    async def load_current_user_id(self) -> str | None:
        """Return who was signed in when the program last ran."""
        ...

    async def save_current_user_id(self, user_id: str | None) -> None:
        """Remember who is signed in for the program's next run."""
        ...


class OpenAccount(ABC):
    """What all open accounts share: who listens, and that what is under way is finished."""

    def __init__(self, database_name: str) -> None:
        self.database_name = database_name
        self.unreadable: dict[tuple[str, str], Unreadable] = {}
        self.was_wiped = False
        self._listeners: list[Callable[[list[Change]], None]] = []
        self._running = 0
        self._closing = False

    async def run(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry out one operation, in one transaction."""
        checked = operation.check(*args, **kwargs)
        self._running += 1
        try:
            result: R = await self._carry_out(operation, checked)
            return result
        finally:
            self._running -= 1
            self._dispose_when_idle()

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

    @abstractmethod
    def dispose(self) -> None:
        """Let go of the database; nothing is under way any more."""

    @abstractmethod
    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        """Carry out one operation with checked arguments, and publish what it changes."""

    def _note(self, changes: Sequence[Change], unreadable: Iterable[Unreadable]) -> None:
        for record in unreadable:
            self.unreadable[record.store, record.key] = record
        if changes:
            self.publish(list(changes))

    def _dispose_when_idle(self) -> None:
        if self._closing and self._running == 0:
            self._closing = False
            self.dispose()


class EngineAccount(OpenAccount):
    """An account whose operations run here, on an engine."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.name)
        self._engine = engine

    def dispose(self) -> None:
        """Let go of the database; nothing is under way any more."""
        self._engine.close()

    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        async def body(tx: Transaction) -> tuple[Any, Transaction]:
            return await operation(tx, **arguments), tx

        transact = self._engine.read if operation.mode == "read" else self._engine.write
        result, tx = await transact(operation.stores, body)
        self._note(tx.changes, tx.unreadable)
        return result
