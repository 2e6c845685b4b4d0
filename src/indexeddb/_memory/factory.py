"""What opens, deletes and lists databases in memory, with the face of an `IDBFactory`."""

import asyncio
from types import SimpleNamespace
from typing import Any

from indexeddb._memory.database import Connection, Database, Handler, Task, call, sort_names
from indexeddb._memory.transaction import Transaction
from indexeddb._platform import DOMException


class Factory:
    """Databases in memory.

    Args:
        begin: begins the transaction of an upgrade, on its connection.
    """

    def __init__(self, begin: Any) -> None:
        self._begin = begin
        self._databases: dict[str, Database] = {}

    def open(self, name: str, version: int | None = None) -> "Request":
        """Ask for a connection to a database; make or upgrade it where its version is lower."""
        return self._queue(Open(self._database(name), version, self._begin))

    def deleteDatabase(self, name: str) -> "Request":  # noqa: N802 the browser's name
        """Ask for a database to be deleted."""
        return self._queue(Delete(self._database(name)))

    async def databases(self) -> list[Any]:
        """Return the names and the versions of the databases."""
        there = {one.name: one.version for one in self._databases.values() if one.version}
        return [SimpleNamespace(name=name, version=there[name]) for name in sort_names(there)]

    def clear(self) -> None:
        """Delete all databases."""
        for database in self._databases.values():
            database.clear()

    def _database(self, name: str) -> Database:
        return self._databases.setdefault(name, Database(name))

    def _queue(self, request: "Request") -> "Request":
        request.database.queue(request)
        return request


class Request(Task):
    """A request to open or to delete a database, with the face of an `IDBOpenDBRequest`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.loop = asyncio.get_running_loop()
        self.result: Any = None
        self.error: DOMException | None = None
        self.transaction: Transaction | None = None
        self.onsuccess: Handler = None
        self.onerror: Handler = None
        self.onblocked: Handler = None
        self.onupgradeneeded: Handler = None

    def _tell(self, kind: str, handler: Handler, **more: Any) -> None:
        if handler is not None:
            call(handler, SimpleNamespace(type=kind, preventDefault=lambda: None, **more))

    def _tell_blocked(self) -> None:
        self._tell("blocked", self.onblocked)

    def _succeed(self, result: Any = None) -> None:
        self.result = result
        self.database.done(self)
        self._tell("success", self.onsuccess)

    def _fail(self, error: DOMException) -> None:
        self.error = error
        self.database.done(self)
        self._tell("error", self.onerror)


class Open(Request):
    """A request to open a database."""

    def __init__(self, database: Database, version: int | None, begin: Any) -> None:
        super().__init__(database)
        self._version = version
        self._begin = begin

    def begin(self) -> None:
        """Connect, or upgrade when all connections are closed."""
        database = self.database
        if self._version is None:
            self._version = database.version or 1
        if self._version < database.version:
            msg = f"version {self._version} is less than the existing {database.version}"
            self._fail(DOMException("VersionError", msg))
        elif self._version == database.version:
            self._succeed(Connection(database, self._version))
        else:
            database.make_way(self._version, self._tell_blocked)

    def proceed(self) -> None:
        """Upgrade the database."""
        database, version = self.database, self._version
        assert version is not None  # noqa: S101 `begin` has seen to it
        old = database.version
        connection = Connection(database, version)
        transaction: Transaction = self._begin(connection)
        self.transaction = transaction

        def put_back() -> None:
            database.version = old

        def end(is_aborted: bool) -> None:  # noqa: FBT001 as it is called
            self.transaction = None
            if is_aborted or connection.is_closing:
                connection.close()
                self._fail(DOMException("AbortError", "The upgrade was aborted."))
            else:
                self._succeed(connection)

        transaction.undo.append(put_back)
        transaction.on_end = end
        database.version = version
        self.result = connection
        more = {"oldVersion": old, "newVersion": version}
        self._tell("upgradeneeded", self.onupgradeneeded, **more)


class Delete(Request):
    """A request to delete a database."""

    def begin(self) -> None:
        """Delete it when all connections are closed."""
        self.database.make_way(None, self._tell_blocked)

    def proceed(self) -> None:
        """Delete it."""
        self.database.version, self.database.stores = 0, {}
        self._succeed()
