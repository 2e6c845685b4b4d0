"""Databases in memory: connections, and which transaction may go on."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, Protocol

from indexeddb._memory.store import Store
from indexeddb._memory.transaction import Transaction
from indexeddb._platform import DOMException, jsnull

Handler = Callable[[Any], Any] | None


class Task(Protocol):
    """A request to open or to delete a database, in its turn.

    Attributes:
        loop: the event loop that it was made in.
    """

    loop: asyncio.AbstractEventLoop

    def begin(self) -> None:
        """Begin, now that those before have ended."""
        ...

    def proceed(self) -> None:
        """Go on: all connections that were in the way are closed."""
        ...


def call(handler: Callable[[Any], Any], event: Any) -> None:
    """Call a handler of an event; what it raises stops nothing, and is reported."""
    try:
        handler(event)
    except Exception as error:  # noqa: BLE001 it goes where asyncio reports its callbacks'
        context = {"message": f"a handler of {event.type!r} failed", "exception": error}
        asyncio.get_running_loop().call_exception_handler(context)


def sort_names(names: Iterable[str]) -> list[str]:
    """Return names in JavaScript's order."""
    return sorted(names, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


class Database:
    """A database; one of version 0 is not there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.version = 0
        self.stores: dict[str, Store] = {}
        self.connections: list[Connection] = []
        self._live: list[Transaction] = []  # in the order in which they began
        self._tasks: deque[Task] = deque()
        self._task: Task | None = None
        self._is_waiting = False  # for connections to close

    # Transactions.

    def add(self, transaction: Transaction) -> None:
        """Let a transaction start as soon as those before it let it."""
        self._live.append(transaction)
        self._start()

    def end(self, transaction: Transaction) -> None:
        """Let others have the stores of a transaction that has ended."""
        self._live.remove(transaction)
        self._start()

    def _start(self) -> None:
        """Start each transaction that shares no store with a writer before it, nor writes its own.

        https://www.w3.org/TR/IndexedDB-3/#transaction-scheduling
        """
        reading: set[str] = set()
        writing: set[str] = set()
        for transaction in self._live:
            scope = transaction.scope
            if transaction.undo.is_writable:
                is_free = writing.isdisjoint(scope) and reading.isdisjoint(scope)
                writing |= scope
            else:
                is_free = writing.isdisjoint(scope)
                reading |= scope
            if is_free and not transaction.is_started:
                transaction.start()

    # Opening and deleting.

    def queue(self, task: Task) -> None:
        """Have a request to open or to delete wait its turn."""
        self._tasks.append(task)
        self._next()

    def done(self, task: Task) -> None:
        """Let the next request have its turn."""
        if self._task is task:
            self._task = None
            self._next()

    def _next(self) -> None:
        if self._task is None and self._tasks:
            self._task = self._tasks.popleft()
            self._task.loop.call_soon(self._task.begin)

    def make_way(self, new_version: int | None, on_blocked: Callable[[], None]) -> None:
        """Ask all connections to close; when they are closed, the request goes on."""
        new = jsnull if new_version is None else new_version
        event = SimpleNamespace(type="versionchange", oldVersion=self.version, newVersion=new)
        for connection in self.connections[:]:
            if not connection.is_closing and connection.onversionchange is not None:
                call(connection.onversionchange, event)
        if any(not connection.is_closing for connection in self.connections):
            on_blocked()
        self._is_waiting = True
        self.go_on()

    def go_on(self) -> None:
        """Go on with the request that waits for connections to close, if they are."""
        if self._is_waiting and not self.connections and self._task is not None:
            self._is_waiting = False
            self._task.loop.call_soon(self._task.proceed)

    def clear(self) -> None:
        """Delete everything, as when the browser deletes a page's data."""
        for connection in self.connections[:]:
            connection.lose()
        self.version, self.stores = 0, {}
        # Those of an event loop that has ended would keep others waiting for ever.
        self._tasks = deque(task for task in self._tasks if not task.loop.is_closed())
        if self._task is not None and self._task.loop.is_closed():
            self._task, self._is_waiting = None, False
            self._next()
        self.go_on()


class Connection:
    """A connection, with the face of an `IDBDatabase`.

    Attributes:
        is_closing: no transaction can be begun.
    """

    def __init__(self, database: Database, version: int) -> None:
        self.database = database
        self.version = version
        self.is_closing = False
        self.onversionchange: Handler = None
        self.onclose: Handler = None
        self._transactions: list[Transaction] = []
        database.connections.append(self)

    @property
    def objectStoreNames(self) -> list[str]:  # noqa: N802 the browser's name
        """The names of the stores."""
        return sort_names(self.database.stores)

    def check_scope(self, names: Iterable[str]) -> frozenset[str]:
        """Return the scope of a transaction of these stores.

        Raises:
            DOMException: there can be none.
        """
        if self.is_closing:
            raise DOMException("InvalidStateError", "The connection is closing.")
        scope = frozenset(names)
        for name in scope:
            if name not in self.database.stores:
                raise DOMException("NotFoundError", f"there is no store {name!r}")
        if not scope:
            raise DOMException("InvalidAccessError", "The storeNames parameter was empty.")
        return scope

    @property
    def stores(self) -> dict[str, Store]:
        """The stores of the database."""
        return self.database.stores

    def add(self, transaction: Transaction) -> None:
        """Take a transaction as one of this connection's."""
        self._transactions.append(transaction)
        self.database.add(transaction)

    def end(self, transaction: Transaction) -> None:
        """Let others have the stores of a transaction that has ended."""
        self._transactions.remove(transaction)
        self.database.end(transaction)
        self._end_if_idle()

    def close(self) -> None:
        """Close it as soon as its transactions have ended."""
        self.is_closing = True
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self.is_closing and not self._transactions and self in self.database.connections:
            self.database.connections.remove(self)
            self.database.go_on()

    def lose(self) -> None:
        """Close it at once, as the browser does when it deletes the data."""
        self.is_closing = True
        for transaction in self._transactions[:]:
            transaction.abort()
        self._end_if_idle()
        if self.onclose is not None:
            call(self.onclose, SimpleNamespace(type="close"))
