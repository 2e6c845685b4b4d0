"""An open database: reading and writing, and its one connection."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from indexeddb import _quirks
from indexeddb._changes import Change
from indexeddb._connection import Connection, Listeners
from indexeddb._driver import Driver, Once, Running
from indexeddb._engines import Engine
from indexeddb._feed import Feed, Subscription
from indexeddb._live import LiveQueries, LiveStore
from indexeddb._one_shots import OneShots
from indexeddb._request import issue
from indexeddb._transaction import (
    Body,
    Durability,
    Mode,
    Transaction,
    Upgrade,
    UpgradeTransaction,
)
from indexeddb._typed import KeyPath, record_type
from indexeddb._typed_one_shots import DatabaseStore, TypedOneShots
from indexeddb.errors import ConnectionLost
from indexeddb.keys import Key, KeyRange

T = TypeVar("T")
R = TypeVar("R")


class Database(OneShots):
    """An open database. `indexeddb.open` makes one.

    The connection closes by itself when another tab upgrades or deletes the database, and opens
    again when it is next used.

    `read` and `write` run a coroutine in a transaction; `get`, `put` and the other methods that
    name one store are a transaction each. All of them raise an `IndexedDBError` where the database
    failed or was used in a wrong way, as its subclasses tell.

    Attributes:
        live: `read`, `get`, `get_all`, `get_all_keys` and `count` as async iterators, which yield
            anew when the result may have changed.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        version: int | None,
        upgrade: Upgrade | None,
        timeout: float,
        listeners: Listeners,
    ) -> None:
        self._engine = engine
        self._name = name
        self._version = version
        self._upgrade = None if upgrade is None else self._noted(upgrade)
        self._timeout = timeout
        self._listeners = listeners
        self._connection: Connection | None = None
        self._opening: asyncio.Task[Connection] | None = None
        self._closed = False
        self._last: Connection | None = None  # also when it is closed
        self._was_upgraded = False
        self._feed = Feed(engine, name, self._known_stores, self.disconnect)
        self.live = LiveQueries(self._feed, self.read)

    @property
    def name(self) -> str:
        """The database's name."""
        return self._name

    @property
    def version(self) -> int | None:
        """The version of its schema; None while it is not connected."""
        handle = self._handle
        return None if handle is None else int(handle.version)

    @property
    def store_names(self) -> list[str]:
        """The names of its stores; empty while it is not connected."""
        handle = self._handle
        return [] if handle is None else list(handle.objectStoreNames)

    def _known_stores(self) -> list[str]:
        return [] if self._last is None else list(self._last.js.objectStoreNames)

    @property
    def _handle(self) -> Any:
        connection = self._connection
        return connection.js if connection is not None and connection.is_open else None

    async def read(self, stores: Sequence[str], body: Body[T]) -> T:
        """Run `body` in a transaction that reads these stores, and return what it returns.

        Raises:
            TypeError: the body awaited something else than its transaction's requests.
        """
        return await self._run(stores, body, "readonly", "default")

    async def write(
        self, stores: Sequence[str], body: Body[T], *, durability: Durability = "relaxed"
    ) -> T:
        """Run `body` in a transaction that may change these stores, and return what it returns.

        When this returns, the transaction has completed. When it raises, nothing was changed; what
        the body raises comes out as it is. A body may be run a second time, after the connection
        was lost under the first.

        Args:
            stores: the names of the stores that the body uses.
            body: what to do. It may await the transaction's own requests and nothing else.
            durability: how safe the write is when this returns.

        Raises:
            QuotaExceeded: there is no room left.
            TypeError: the body awaited something else than its transaction's requests.
        """
        return await self._run(stores, body, "readwrite", durability)

    def store(self, name: str, kind: type[R]) -> DatabaseStore[R]:
        """Return a store whose records are of a type, to use without a body.

        Args:
            name: its name.
            kind: the type of its records: a dataclass, a msgspec Struct or a TypedDict.

        Raises:
            UsageError: records cannot be of that type.
        """
        one_shots = TypedOneShots(record_type(kind), self._once, self._key_path)
        return DatabaseStore(name, one_shots, LiveStore(name, kind, self.live))

    async def _key_path(self, store: str) -> KeyPath:
        async def body(tx: Transaction) -> KeyPath:
            return tx.store(store).key_path

        return await self.read([store], body)

    def subscribe(
        self,
        callback: Callable[[Change], object],
        stores: Sequence[str] | None = None,
        query: Key | KeyRange | None = None,
    ) -> Subscription:
        """Call `callback` with the change of each transaction that is committed from now on.

        A change comes from this `Database`, from another one in this page, or from another tab;
        those of one tab come in the order in which they were committed. It is called in the event
        that tells of the commit, before `write` returns. What it raises goes to the event loop's
        exception handler; the other subscribers are called all the same.

        Args:
            callback: a plain function.
            stores: the names of the stores to hear of; None for all.
            query: the keys to hear of in these stores; None for all.

        Raises:
            NotFound: there is no such store.
            InvalidKey: the query is neither a key nor a range.
            UsageError: there is a query, and no store that it is about.
            ConnectionLost: the database is closed.
        """
        return Subscription(self._feed, self._feed.scope(stores, query), callback)

    async def connect(self) -> None:
        """Open the connection, where it is not open; it raises what `indexeddb.open` does."""
        await self._connect()

    def disconnect(self) -> None:
        """Close the connection, which opens again when the database is next used.

        It is closed by itself while the page is in the browser's back-forward cache, where it would
        keep other tabs from upgrading. Transactions under way are finished first.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Close for good. Transactions under way are finished first."""
        self._closed = True
        self.disconnect()
        self._feed.close()

    async def _connect(self) -> Connection:
        if self._closed:
            msg = f"the database {self._name!r} is closed"
            raise ConnectionLost(msg)
        if self._connection is not None and self._connection.is_open:
            return self._connection
        # One open for all who wait: a second one would queue behind a blocked first, and get no
        # event of its own.
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
            self._opening.add_done_callback(self._opened)
        return await asyncio.shield(self._opening)

    async def _open(self) -> Connection:
        for pause in _quirks.REOPEN_PAUSES:
            try:
                return await self._open_once()
            except ConnectionLost as error:
                if error.name is None:  # the upgrade raised it by itself
                    raise
                await asyncio.sleep(pause / 1000)
        return await self._open_once()

    async def _open_once(self) -> Connection:
        self._was_upgraded = False
        return await Connection.open(
            self._engine,
            self._name,
            self._version,
            self._upgrade,
            self._timeout,
            self._listeners,
        )

    def _noted(self, upgrade: Upgrade) -> Upgrade:
        async def note_and_upgrade(tx: UpgradeTransaction, old_version: int) -> None:
            self._was_upgraded = True
            await upgrade(tx, old_version)

        return note_and_upgrade

    def _opened(self, opening: "asyncio.Task[Connection]") -> None:
        self._opening = None
        if opening.cancelled() or opening.exception() is not None:
            return
        self._connection = self._last = opening.result()
        if self._was_upgraded:
            self._feed.announce(self._known_stores())
        if self._closed:
            self._connection.close()

    async def _run(
        self, stores: Sequence[str], body: Body[T], mode: Mode, durability: Durability
    ) -> T:
        names = (stores,) if isinstance(stores, str) else tuple(stores)

        def begin(connection: Connection) -> Running[T]:
            kernel = connection.kernel
            number = issue(kernel.begin, connection.js, mode, durability, *names)
            transaction = Transaction(kernel, number, names, connection.schema, mode, durability)
            driver = Driver(transaction, body, is_reading=mode == "readonly")
            if mode == "readwrite":
                self._feed.follow(driver, names, transaction)
            return driver

        return await self._carry_out(begin)

    async def _once(
        self, mode: str, durability: str, convert: Callable[[Any], T], store: str, *given: Any
    ) -> T:
        def begin(connection: Connection) -> Running[T]:
            kernel = connection.kernel
            number = issue(kernel.once, connection.js, mode, durability, store, *given)
            once = Once(kernel, number, convert, is_reading=mode == "readonly")
            if mode == "readwrite":
                self._feed.follow(once, (store,), None)
            return once

        return await self._carry_out(begin)

    async def _carry_out(self, begin: Callable[[Connection], Running[T]]) -> T:
        connection = await self._connect()
        try:
            return await self._attempt(connection, begin)
        except ConnectionLost as error:
            # Only the browser's own word counts: what the body raised by itself is its result.
            if self._closed or error.name is None:
                raise
            # What is lost was not committed, so once more on a new connection does no harm. Where
            # another call has opened one already, that one stays.
            connection.lose()
            return await self._attempt(await self._connect(), begin)

    async def _attempt(
        self, connection: Connection, begin: Callable[[Connection], Running[T]]
    ) -> T:
        running = begin(connection)
        connection.watch.add(running)
        try:
            return await running.settled
        except asyncio.CancelledError as cancelled:
            running.abort(cancelled)
            raise
        finally:
            connection.watch.remove(running)
            if self._feed.is_away:
                # It was asked of a page that is going into the cache, and has opened it again.
                self.disconnect()
