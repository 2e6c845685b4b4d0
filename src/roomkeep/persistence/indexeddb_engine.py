"""An engine on the browser's IndexedDB."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import js
from msgspec import Struct
from pyodide.ffi import JsException, to_js

from roomkeep import idb, records
from roomkeep.errors import StorageLost
from roomkeep.idb import Direction, Key, KeyRange
from roomkeep.persistence.schema import SCHEMA
from roomkeep.persistence.transaction import Body
from roomkeep.reports import Change
from roomkeep.unreadable import Unreadable, describe

__all__ = ["IndexedDBEngine"]

R = TypeVar("R", bound=Struct)
T = TypeVar("T")

BLOB = "data"
"""Where in a record the bytes are that are stored beside it."""


class StoredBlob:
    """Bytes that the browser keeps, as a Blob."""

    def __init__(self, js_blob: Any) -> None:
        self.js_blob = js_blob

    async def read(self) -> bytes:
        """Return the bytes."""
        try:
            buffer = await self.js_blob.arrayBuffer()
        except JsException as error:
            # Chromium keeps a large Blob as a file, which can go missing under the record:
            # https://github.com/w3c/IndexedDB/issues/423
            msg = f"the browser no longer has these bytes ({error.name}: {error.message})"
            raise StorageLost(msg, name=error.name) from error
        return bytes(buffer.to_bytes())


class IndexedDBTransaction:
    """A transaction of IndexedDB, as the stores' rules see it."""

    def __init__(self, tx: idb.Transaction) -> None:
        self.changes: list[Change] = []
        self.unreadable: list[Unreadable] = []
        self._stores = {name: tx.store(name) for name in tx.store_names}

    def has_index(self, store: str, index: str) -> bool:
        return index in self._stores[store].index_names

    def get(self, store: str, key: Key, kind: type[R]) -> Awaitable[R | None]:
        def decode(value: Any) -> R | None:
            return None if value is None else self._decode(store, value, kind)

        return self._stores[store].get(key, convert=decode)

    def get_all(
        self,
        store: str,
        kind: type[R],
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        direction: Direction = "next",
        count: int | None = None,
    ) -> Awaitable[list[R]]:
        source = self._source(store, index)

        def ask(wanted: int | None) -> Awaitable[Any]:
            return source.get_all(query, count=wanted, direction=direction, convert=_as_it_is)

        # The first request is issued now, not when the result is awaited.
        first = ask(count) if count != 0 else None

        async def readable() -> list[R]:
            if first is None:
                return []
            values = await first
            found = self._decode_all(store, values, kind)
            asked = count
            while asked and count and len(found) < count and values.length == asked:
                # Unreadable records took the place of others: look further.
                asked += 2 * (asked - len(found))
                values = await ask(asked)
                found = self._decode_all(store, values, kind)
            return found[:count]

        return readable()

    def get_all_keys(
        self,
        store: str,
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        count: int | None = None,
    ) -> Awaitable[list[Any]]:
        return self._source(store, index).get_all_keys(query, count=count)

    async def get_blob(self, store: str, key: Key) -> StoredBlob | None:
        value = await self._stores[store].get(key, convert=_as_it_is)
        blob = getattr(value, BLOB, None)
        return StoredBlob(blob) if hasattr(blob, "arrayBuffer") else None

    def put(self, store: str, record: Struct, *, blob: object = None) -> Awaitable[object]:
        value = idb.from_json(records.encode(record))
        if blob is not None:
            setattr(value, BLOB, _to_blob(blob))
        return self._stores[store].put(value)

    def put_many(self, store: str, many: Sequence[Struct]) -> None:
        self._stores[store].put_many_json(records.encode(record) for record in many)

    async def patch(self, store: str, key: Key, fields: Mapping[str, object]) -> None:
        # Laid over the stored object itself, so that what JSON cannot carry stays in it too.
        value = await self._stores[store].get(key, convert=_as_it_is)
        js.Object.assign(value, idb.from_json(records.encode(fields)))
        await self._stores[store].put(value)

    async def patch_many(
        self, store: str, keys: Sequence[Key], fields: Mapping[str, object]
    ) -> None:
        source = self._stores[store]
        new = idb.from_json(records.encode(fields))
        for reading in [source.get(key, convert=_as_it_is) for key in keys]:
            source.put(js.Object.assign(await reading, new))

    def delete(self, store: str, key: Key) -> Awaitable[None]:
        return self._stores[store].delete(key)

    def delete_many(self, store: str, keys: Iterable[Key]) -> None:
        self._stores[store].delete_many(keys)

    def count(
        self, store: str, *, index: str | None = None, query: KeyRange | None = None
    ) -> Awaitable[int]:
        return self._source(store, index).count(query)

    def clear(self, store: str) -> Awaitable[None]:
        return self._stores[store].clear()

    def _source(self, store: str, index: str | None) -> idb.Store | idb.Index:
        return self._stores[store] if index is None else self._stores[store].index(index)

    def _decode(self, store: str, value: Any, kind: type[R]) -> R | None:
        try:
            return records.decode(idb.to_json(value) or "null", kind)
        except (ValueError, JsException) as error:
            key = _key_text(store, value)
            self.unreadable.append(describe(store, key, error))
            return None

    def _decode_all(self, store: str, values: Any, kind: type[R]) -> list[R]:
        try:
            return records.decode_all(idb.to_json(values) or "null", kind)
        except (ValueError, JsException):
            # One of them spoils it. Find out which, one by one.
            decoded = (self._decode(store, value, kind) for value in values)
            return [record for record in decoded if record is not None]


class IndexedDBEngine:
    """An account's database in IndexedDB.

    Args:
        database: the open database.
        durability: how safe a write is when it returns, as `idb.Database.write` says.
    """

    def __init__(self, database: idb.Database, durability: idb.Durability = "relaxed") -> None:
        self.name = database.name
        self._database = database
        self._durability = durability

    async def read(self, stores: Sequence[str], body: Body[T]) -> T:
        return await self._database.read(stores, _adapt(body))

    async def write(self, stores: Sequence[str], body: Body[T]) -> T:
        return await self._database.write(stores, _adapt(body), durability=self._durability)

    def suspend(self) -> None:
        """Close the connection until the database is next used."""
        self._database.disconnect()

    def close(self) -> None:
        self._database.close()


def _adapt(body: Body[T]) -> Callable[[idb.Transaction], Coroutine[Any, Any, T]]:
    return lambda tx: body(IndexedDBTransaction(tx))


def _to_blob(blob: object) -> Any:
    """Make a Blob of bytes; one that is a Blob already passes as it is."""
    if isinstance(blob, StoredBlob):
        return blob.js_blob
    if not isinstance(blob, bytes):
        return blob
    # Without a type of its own, the browser never takes it for something to show or to run.
    return js.Blob.new(to_js([to_js(blob)]))


def _key_text(store: str, value: Any) -> str:
    path = SCHEMA[store].key_path
    return ", ".join(
        str(getattr(value, part, None)) for part in ([path] if isinstance(path, str) else path)
    )


def _as_it_is(value: Any) -> Any:
    return value
