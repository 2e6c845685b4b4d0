"""The kernel of databases in memory: the functions of the browser's, by the same names."""

import json
from functools import partial
from typing import Any

from indexeddb._kernel import RAW, Kernel
from indexeddb._memory.cursor import Cursor
from indexeddb._memory.database import Connection, sort_names
from indexeddb._memory.operations import (
    OPERATIONS,
    Run,
    Source,
    check_direction,
    delete_many,
    put_many,
)
from indexeddb._memory.records import check_path, read_query
from indexeddb._memory.store import Index, Store
from indexeddb._memory.transaction import Transaction
from indexeddb._platform import DOMException


class MemoryKernel(Kernel):
    """What `_kernel` has JavaScript do, done in Python."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions: dict[int, Transaction] = {}
        self._last_id = 0

    def next_id(self) -> int:
        """Return the number of another transaction or request: higher than those before."""
        self._last_id += 1
        return self._last_id

    # Transactions.

    def begin(self, connection: Connection, mode: str, _durability: str, *stores: str) -> int:
        scope = connection.check_scope(stores)
        return self._make(connection, scope, mode).id

    def begin_upgrade(self, connection: Connection) -> Transaction:
        """Begin the transaction of an upgrade."""
        return self._make(connection, frozenset(connection.database.stores), "versionchange")

    def adopt(self, transaction: Transaction) -> int:
        return transaction.id

    def once(
        self,
        connection: Connection,
        mode: str,
        durability: str,
        store: str,
        *given: Any,
    ) -> int:
        number = self.begin(connection, mode, durability, store)
        try:
            self.ask(number, store, *given)
        except DOMException:
            self.forget(number)
            self.abort(number)
            raise
        return number

    def wait(self, number: int, request: int) -> None:
        if transaction := self.transactions.get(number):
            transaction.awaited = request
            transaction.deliver()

    def abort(self, number: int) -> None:
        if transaction := self.transactions.get(number):
            transaction.awaited = 0
            transaction.abort()

    def forget(self, number: int) -> None:
        if transaction := self.transactions.get(number):
            transaction.is_settled = True

    def events(self, number: int) -> int:
        transaction = self.transactions.get(number)
        return -1 if transaction is None else transaction.events

    # Requests.

    def ask(
        self, number: int, store: str, index: str | None, lane: int, operation: str, *given: Any
    ) -> int:
        transaction = self._find(number)
        source = transaction.source(store, index)
        if operation in {"openCursor", "openKeyCursor"}:
            return transaction.ask(RAW, self._open_cursor(transaction, source, *given))
        return transaction.ask(lane, OPERATIONS[operation](transaction.undo, source, *given))

    def proceed(
        self,
        number: int,
        cursor: Cursor,
        count: int | None = None,
        key: Any = None,
        primary_key: Any = None,
    ) -> int:
        return self._find(number).ask(RAW, cursor.proceed(count, key, primary_key))

    def update(self, number: int, lane: int, cursor: Cursor, value: Any) -> int:
        return self._find(number).ask(lane, cursor.update(value))

    def remove(self, number: int, cursor: Cursor) -> int:
        return self._find(number).ask(RAW, cursor.delete())

    def put_many(self, number: int, store: str, texts: str, count: int) -> None:
        transaction = self._find(number)
        run, failure = put_many(transaction.undo, transaction.store(store), texts, count)
        transaction.do(run)
        if failure is not None:
            raise failure

    def delete_many(self, number: int, store: str, keys: Any) -> None:
        transaction = self._find(number)
        transaction.do(delete_many(transaction.undo, transaction.store(store), keys))

    # The schema.

    def names(self, number: int) -> str:
        return json.dumps(sort_names(self._find(number).stores))

    def describe(self, number: int, name: str) -> str:
        store = self._find(number).store(name)
        indexes = [store.indexes[one] for one in sort_names(store.indexes)]
        described = {one.name: [one.key_path, one.unique, one.multi_entry] for one in indexes}
        return json.dumps([store.key_path, store.auto_increment, described])

    def create_store(self, number: int, name: str, options: str) -> None:
        transaction = self._upgrade(number)
        given = json.loads(options)
        path, is_automatic = given["keyPath"], given["autoIncrement"]
        check_path(path)
        if name in transaction.stores:
            raise DOMException("ConstraintError", f"there is a store {name!r}")
        if is_automatic and (path == "" or isinstance(path, list)):
            raise DOMException("InvalidAccessError", f"no keys can be generated at {path!r}")
        transaction.stores[name] = Store(name, path, auto_increment=is_automatic)
        transaction.undo.append(lambda: transaction.stores.pop(name))

    def delete_store(self, number: int, name: str) -> None:
        transaction = self._upgrade(number)
        transaction.source(name, None)
        store = transaction.stores.pop(name)
        transaction.undo.append(lambda: transaction.stores.update({name: store}))

    def rename_store(self, number: int, name: str, new_name: str) -> None:
        transaction = self._upgrade(number)
        store = transaction.store(name)
        if new_name == name:
            return
        if new_name in transaction.stores:
            raise DOMException("ConstraintError", f"there is a store {new_name!r}")

        def rename(old: str, new: str) -> None:
            transaction.stores[new] = transaction.stores.pop(old)
            store.name = new

        rename(name, new_name)
        transaction.undo.append(lambda: rename(new_name, name))

    def create_index(self, number: int, store: str, name: str, path: str, options: str) -> None:
        transaction = self._upgrade(number)
        source = transaction.store(store)
        key_path, given = json.loads(path), json.loads(options)
        if name in source.indexes:
            raise DOMException("ConstraintError", f"the store {store!r} has an index {name!r}")
        check_path(key_path)
        unique, multi_entry = given["unique"], given["multiEntry"]
        if multi_entry and isinstance(key_path, list):
            raise DOMException("InvalidAccessError", "a multi-entry index has one key path")
        index = Index(source, name, key_path, unique=unique, multi_entry=multi_entry)
        source.indexes[name] = index
        transaction.undo.append(lambda: source.indexes.pop(name))
        transaction.do(index.fill)

    def delete_index(self, number: int, store: str, name: str) -> None:
        transaction = self._upgrade(number)
        source = transaction.store(store)
        transaction.source(store, name)
        index = source.indexes.pop(name)
        transaction.undo.append(lambda: source.indexes.update({name: index}))

    def rename_index(self, number: int, store: str, name: str, new_name: str) -> None:
        transaction = self._upgrade(number)
        source = transaction.store(store)
        transaction.source(store, name)
        if new_name == name:
            return
        if new_name in source.indexes:
            raise DOMException("ConstraintError", f"the store {store!r} has an index {new_name!r}")

        def rename(old: str, new: str) -> None:
            index = source.indexes.pop(old)
            source.indexes[new] = index
            index.name = new

        rename(name, new_name)
        transaction.undo.append(lambda: rename(new_name, name))

    putMany = put_many
    deleteMany = delete_many
    createStore = create_store
    deleteStore = delete_store
    renameStore = rename_store
    createIndex = create_index
    deleteIndex = delete_index
    renameIndex = rename_index

    def _make(self, connection: Connection, scope: frozenset[str], mode: str) -> Transaction:
        transaction = Transaction(self, connection, scope, mode)
        connection.add(transaction)
        return transaction

    def _find(self, number: int) -> Transaction:
        transaction = self.transactions.get(number)
        if transaction is None or transaction.is_ended:
            raise DOMException("TransactionInactiveError", "The transaction has ended.")
        return transaction

    def _upgrade(self, number: int) -> Transaction:
        transaction = self._find(number)
        transaction.check_active()
        if transaction.mode != "versionchange":
            raise DOMException("InvalidStateError", "The transaction is not that of an upgrade.")
        return transaction

    def _open_cursor(
        self, transaction: Transaction, source: Source, query: Any, direction: str
    ) -> Run:
        check_direction(direction)
        return partial(Cursor(transaction.undo, source, read_query(query), direction).advance, 1)
