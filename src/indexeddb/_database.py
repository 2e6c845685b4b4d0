"""An open database: reading and writing, and its one connection."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from indexeddb import _quirks
from indexeddb._connection import Connection
from indexeddb._driver import Driver, Once, Running
from indexeddb._engines import Engine
from indexeddb._kernel import RAW, VALUE
from indexeddb._request import issue
from indexeddb._source import Query, check_count, nothing
from indexeddb._transaction import Body, Transaction, Upgrade
from indexeddb._values import encode_optional, encode_query, encode_record, from_lane, key_from_lane
from indexeddb.errors import ConnectionLost
from indexeddb.keys import Key, KeyRange

T = TypeVar("T")
Durability = Literal["default", "relaxed", "strict"]
"""How safe a write is when it has completed.

`"relaxed"` is safe when the browser or its tab is killed; `"strict"` also waits for the disk, and
is safe when the power fails. https://www.w3.org/TR/IndexedDB-3/#transaction-durability-hint
"""


class Database:
    """An open database. `indexeddb.open` makes one.

    The connection closes by itself when another tab upgrades or deletes the database, and opens
    again when it is next used.

    `read` and `write` run a coroutine in a transaction; `get`, `get_all`, `count`, `put` and
    `delete` are a transaction each. All of them raise an `IndexedDBError` where the database failed
    or was used in a wrong way, as its subclasses tell.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        version: int | None,
        upgrade: Upgrade | None,
        timeout: float,
    ) -> None:
        self._engine = engine
        self._name = name
        self._version = version
        self._upgrade = upgrade
        self._timeout = timeout
        self._connection: Connection | None = None
        self._opening: asyncio.Task[Connection] | None = None
        self._closed = False

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

    async def get(self, store: str, key: Key | KeyRange) -> Any:
        """Return the first record with this key or in this range; None when there is none."""
        return await self._once("readonly", store, VALUE, from_lane, "get", encode_query(key))

    async def get_all(self, store: str, query: Query = None, *, count: int | None = None) -> Any:
        """Return the records of a range, at most `count`."""
        check_count(count)
        given = (encode_optional(query), count)
        return await self._once("readonly", store, VALUE, from_lane, "getAll", *given)

    async def count(self, store: str, query: Query = None) -> int:
        """Return how many records there are in a range."""
        return await self._once("readonly", store, RAW, int, "count", encode_optional(query))

    async def put(self, store: str, value: object, key: Key | None = None) -> Any:
        """Write a record in place of the one with its key, if any, and return the key."""
        given = encode_record(value, key)
        return await self._once("readwrite", store, VALUE, key_from_lane, "put", *given)

    async def delete(self, store: str, query: Key | KeyRange) -> None:
        """Delete the records with this key or in this range."""
        await self._once("readwrite", store, RAW, nothing, "delete", encode_query(query))

    async def connect(self) -> None:
        """Open the connection, where it is not open; it raises what `indexeddb.open` does."""
        await self._connect()

    def disconnect(self) -> None:
        """Close the connection, which opens again when the database is next used.

        Such as for a page that goes into the browser's back-forward cache, where an open connection
        would keep other tabs from upgrading. Transactions under way are finished first.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Close for good. Transactions under way are finished first."""
        self._closed = True
        self.disconnect()

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
            except ConnectionLost:
                await asyncio.sleep(pause / 1000)
        return await self._open_once()

    async def _open_once(self) -> Connection:
        return await Connection.open(
            self._engine, self._name, self._version, self._upgrade, self._timeout
        )

    def _opened(self, opening: "asyncio.Task[Connection]") -> None:
        self._opening = None
        if opening.cancelled() or opening.exception() is not None:
            return
        self._connection = opening.result()
        if self._closed:
            self._connection.close()

    async def _run(self, stores: Sequence[str], body: Body[T], mode: str, durability: str) -> T:
        names = (stores,) if isinstance(stores, str) else tuple(stores)

        def begin(connection: Connection) -> Running[T]:
            kernel = connection.kernel
            number = issue(kernel.begin, connection.js, mode, durability, *names)
            transaction = Transaction(kernel, number, names, connection.schema)
            return Driver(transaction, body, is_reading=mode == "readonly")

        return await self._carry_out(begin)

    async def _once(
        self, mode: str, store: str, lane: int, convert: Callable[[Any], T], *given: Any
    ) -> T:
        def begin(connection: Connection) -> Running[T]:
            kernel = connection.kernel
            number = issue(kernel.once, connection.js, mode, "relaxed", store, lane, *given)
            return Once(kernel, number, convert, is_reading=mode == "readonly")

        return await self._carry_out(begin)

    async def _carry_out(self, begin: Callable[[Connection], Running[T]]) -> T:
        connection = await self._connect()
        try:
            return await self._attempt(connection, begin)
        except ConnectionLost:
            if self._closed:
                raise
            # What is lost was not committed, so once more on a new connection does no harm. Where
            # another call has opened one already, that one stays.
            connection.close()
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
