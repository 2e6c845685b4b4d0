"""An account's open database, and the backend that opens it."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from roomkeep.errors import StorageError
from roomkeep.storage.changes import Change
from roomkeep.storage.decode_errors import UnreadableRecord
from roomkeep.storage.health import Findings, Position, Problem
from roomkeep.storage.operation import Operation
from roomkeep.storage.operations import meta, older_clients
from roomkeep.storage.quota import Quota
from roomkeep.storage.transaction import Engine, Transaction

if TYPE_CHECKING:
    from roomkeep.storage.engines.indexeddb.engine import IndexedDBEngine

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

JOIN_AFTER = 5.0
"""So many seconds after an opening the messages are counted, when the first screen is there."""


class Account(ABC):
    """The open database of one account.

    Attributes:
        database_name: the database's name.
        unreadable: the records that were passed over because they cannot be decoded.
        data_lost: the platform has deleted the account's data, unasked.
    """

    def __init__(self, database_name: str) -> None:
        self.database_name = database_name
        self.unreadable: dict[tuple[str, str], UnreadableRecord] = {}
        self.data_lost = False
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
        """Call `listener` with the changes of each transaction, made here or in another tab."""
        self._listeners.append(listener)

    def notify(self, changes: list[Change]) -> None:
        """Notify the listeners of this account."""
        for listener in self._listeners:
            listener(changes)

    def close(self) -> None:
        """Close the database; transactions under way are finished first."""
        self._listeners.clear()
        self._closing = True
        self._dispose_when_idle()

    async def get_owner(self) -> str | None:
        """Return whose the database is; None where that is not known."""
        return await self.run(meta.get_owner)

    @abstractmethod
    def dispose(self) -> None:
        """Release the database; nothing is under way any more."""

    @abstractmethod
    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        """Carry out one operation with checked arguments, and publish its changes."""

    def publish(self, changes: list[Change]) -> None:
        """Publish changes that were made here."""
        self.notify(changes)

    def _note(self, changes: Sequence[Change], unreadable: Iterable[UnreadableRecord]) -> None:
        for record in unreadable:
            self.unreadable[record.store, record.key] = record
        if changes:
            self.publish(list(changes))

    def _dispose_when_idle(self) -> None:
        if self._closing and self._running == 0:
            self._closing = False
            self.dispose()


async def run_steps(
    run: Callable[[Operation[[Any], Findings], Position | None], Awaitable[Findings]],
    step: Operation[[Any], Findings],
) -> list[Problem]:
    """Run a long job step by step, each a transaction, and return all that it found.

    Args:
        run: carries out an operation, such as an account's `run`.
        step: the operation that takes one step.
    """
    problems: list[Problem] = []
    position = None
    while True:
        found = await run(step, position)
        problems += found.problems
        if (position := found.next) is None:
            return problems


class EngineAccount(Account):
    """An account whose operations run here, on IndexedDB.

    Args:
        engine: the account's own database.
        open_index: opens its search index, once that is first used.
    """

    def __init__(
        self, engine: "IndexedDBEngine", open_index: Callable[[], Awaitable[Engine]]
    ) -> None:
        super().__init__(engine.name)
        self._engine = engine
        self._open_index = open_index
        self._index: Engine | None = None
        self._opening_index = asyncio.Lock()
        self._joining: asyncio.Task[None] | None = None

    def dispose(self) -> None:
        """Release the databases; nothing is under way any more."""
        if self._joining is not None:
            self._joining.cancel()
        self._engine.close()
        if self._index is not None:
            self._index.close()

    async def update_older_messages(self, *, is_due: bool) -> None:
        """Put right what an older client has left different, in small transactions.

        What one has written beside this one, in another tab, joins a few seconds later: to find it,
        all messages are counted.

        Args:
            is_due: what `older_clients.is_update_due` has said.
        """
        if is_due:
            await run_steps(self.run, older_clients.update_older_messages)
        else:
            self._joining = asyncio.create_task(self._join_later())

    async def _join_later(self) -> None:
        await asyncio.sleep(JOIN_AFTER)
        if not self._engine.is_connected:
            # It was deleted meanwhile, or another tab upgrades it, or the page is set aside.
            return
        try:
            if await self.run(older_clients.has_older_messages):
                await run_steps(self.run, older_clients.update_older_messages)
        except StorageError:
            logger.warning("messages of an older client may be missing", exc_info=True)

    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        async def body(tx: Transaction) -> tuple[Any, Transaction]:
            return await operation(tx, **arguments), tx

        engine = await self._get_index() if operation.is_of_index else self._engine
        transact = engine.read if operation.mode == "read" else engine.write
        result, tx = await transact(operation.stores, body)
        self._note(tx.changes, tx.unreadable)
        return result

    async def _get_index(self) -> Engine:
        async with self._opening_index:
            if self._index is None:
                self._index = await self._open_index()
            return self._index


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

        Whoever has it open, such as another tab, hears of `account_deleted` before it goes.
        """
        ...

    async def get_quota(self) -> Quota:
        """Return what is known of the space on the device."""
        ...

    async def request_persistence(self) -> bool:
        """Ask for the promise that the data are kept; return whether it was given."""
        ...

    async def load_current_user_id(self) -> str | None:
        """Return who was signed in when the program last ran."""
        ...

    async def save_current_user_id(self, user_id: str | None) -> None:
        """Remember who is signed in for the program's next run."""
        ...
