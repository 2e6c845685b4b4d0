"""Databases: open, read, write, upgrade, close, delete."""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

from roomkeep.errors import StorageLost, StorageUnavailable, TransactionAborted
from roomkeep.idb import _quirks
from roomkeep.idb._connection import Connection, Opening
from roomkeep.idb._errors import error_from
from roomkeep.idb._platform import JsException, indexed_db, to_js
from roomkeep.idb._request import issue
from roomkeep.idb._transaction import (
    Body,
    Driver,
    Transaction,
    Upgrade,
    UpgradeTransaction,
    begin,
)

__all__ = ["Database", "delete", "exists", "names", "open"]

T = TypeVar("T")
Durability = Literal["default", "relaxed", "strict"]

PATIENCE = 30_000
"""How long the browser may say nothing about a transaction, in ms, before it is given up."""


class Database:
    """An open database. `idb.open` makes one.

    The connection closes by itself when another tab upgrades or deletes the database, and opens
    again when it is next used.
    """

    def __init__(
        self, name: str, version: int | None, upgrade: Upgrade | None, timeout: float
    ) -> None:
        self._name = name
        self._version = version
        self._upgrade = upgrade
        self._timeout = timeout
        self._connection: Connection | None = None
        self._opening: asyncio.Task[Connection] | None = None
        self._closed = False
        # The transactions under way, and how many events each had when it was last looked at.
        self._running: dict[Driver[Any], int | None] = {}
        self._watching: asyncio.TimerHandle | None = None

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
            StorageError: the storage failed, as its subclasses tell.
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
            durability: `"relaxed"` is safe when the browser or its tab is killed; `"strict"` also
                waits for the disk, and is safe when the power fails.
                https://www.w3.org/TR/IndexedDB-3/#transaction-durability-hint

        Raises:
            StorageFull: there is no room left.
            StorageError: the storage failed otherwise, as the other subclasses tell.
            TypeError: the body awaited something else than its transaction's requests.
        """
        return await self._run(stores, body, "readwrite", durability)

    async def connect(self) -> None:
        """Open the connection, where it is not open."""
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
            raise StorageLost(msg)
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
            except StorageLost:
                await asyncio.sleep(pause / 1000)
        return await self._open_once()

    async def _open_once(self) -> Connection:
        return await Connection.open(self._name, self._version, self._upgrade, self._timeout)

    def _opened(self, opening: "asyncio.Task[Connection]") -> None:
        self._opening = None
        if opening.cancelled() or opening.exception() is not None:
            return
        self._connection = opening.result()
        if self._closed:
            self._connection.close()

    async def _run(self, stores: Sequence[str], body: Body[T], mode: str, durability: str) -> T:
        connection = await self._connect()
        try:
            return await self._attempt(connection, stores, body, mode, durability)
        except StorageLost:
            if self._closed:
                raise
            # What is lost was not committed, so once more on a new connection does no harm. Where
            # another call has opened one already, that one stays.
            connection.close()
            again = await self._connect()
            return await self._attempt(again, stores, body, mode, durability)

    async def _attempt(
        self,
        connection: Connection,
        stores: Sequence[str],
        body: Body[T],
        mode: str,
        durability: str,
    ) -> T:
        options = to_js({"durability": durability})
        js_transaction = issue(connection.js.transaction, to_js(list(stores)), mode, options)
        transaction = Transaction(js_transaction)
        driver = Driver(js_transaction, transaction, begin(body, transaction))
        self._running[driver] = None  # not looked at yet
        if self._watching is None:
            self._watch()
        try:
            return await driver.settled
        except asyncio.CancelledError as cancelled:
            driver.abort(cancelled)
            raise
        finally:
            del self._running[driver]

    def _watch(self) -> None:
        """Give up the transactions that have come no further since the last look."""
        # One timer for all: a timer for each would cost more than a small transaction does.
        self._watching = None
        for driver, events in self._running.items():
            if driver.events == events:
                msg = f"the browser has not gone on with the transaction for {PATIENCE:,} ms"
                driver.give_up(TransactionAborted(msg))
            self._running[driver] = driver.events
        if self._running:
            loop = asyncio.get_running_loop()
            self._watching = loop.call_later(PATIENCE / 1000, self._watch)


async def open(  # noqa: A001 the specification's name
    name: str,
    version: int | None = None,
    upgrade: Upgrade | None = None,
    *,
    timeout: float = _quirks.OPEN_TIMEOUT,
) -> Database:
    """Open a database, and create or upgrade it where its version is lower than `version`.

    Args:
        name: the database's name.
        version: the version of the schema, from 1; None takes the database as it is.
        upgrade: changes the schema, in the one transaction that may. When it raises, the database
            stays as it was and the exception comes out here.
        timeout: how long the browser may say nothing, in ms. An upgrade that goes on may take
            longer.

    Raises:
        SchemaTooNew: the database has a higher version. It is left untouched.
        StorageBlocked: another tab holds an older version open.
        StorageUnavailable: there is no IndexedDB here, it was refused, or it did not answer.
        StorageError: the browser failed otherwise.
    """
    database = Database(name, version, upgrade, timeout)
    try:
        await database.connect()
    except BaseException:
        # Cancelled, the open goes on, and nobody would close what it opens.
        database.close()
        raise
    return database


async def delete(name: str, *, timeout: float = _quirks.OPEN_TIMEOUT) -> None:
    """Delete a database with all that is in it; nothing happens when there is none.

    Raises:
        StorageBlocked: another tab holds it open.
        StorageUnavailable: there is no IndexedDB here, it was refused, or it did not answer.
    """
    request = issue(indexed_db().deleteDatabase, name)
    await Opening(request, None).settle(name, timeout)


async def names() -> list[str]:
    """Return the names of this origin's databases, sorted.

    Raises:
        StorageUnavailable: there is no IndexedDB here, or it cannot list its databases.
    """
    factory = indexed_db()
    if not _quirks.can_list(factory):
        msg = "this browser cannot list its databases"
        raise StorageUnavailable(msg)
    try:
        infos = await factory.databases()
    except JsException as error:
        raise error_from(error) from error
    return sorted(str(info.name) for info in infos if _quirks.is_made(info))


async def exists(name: str) -> bool:
    """Tell whether there is such a database. Looking does not create it.

    Raises:
        StorageError: the browser failed.
    """
    if _quirks.can_list(indexed_db()):
        return name in await names()

    async def refuse(_tx: UpgradeTransaction, _old_version: int) -> None:
        # Only a database that is not there is upgraded when no version is asked for; undone, its
        # creation has not happened.
        raise FileNotFoundError

    try:
        (await open(name, None, refuse)).close()
    except FileNotFoundError:
        return False
    return True
