"""An engine that keeps everything in memory, in IndexedDB's order and with its rules."""

import asyncio
import bisect
import itertools
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from roomkeep import records
from roomkeep.errors import InvalidRecord, TransactionAborted
from roomkeep.idb import Direction, Key, KeyRange
from roomkeep.persistence.keys import Order, key_at, order
from roomkeep.persistence.schema import SCHEMA, StoreSchema
from roomkeep.persistence.transaction import Body
from roomkeep.reports import Change
from roomkeep.unreadable import Unreadable, describe

__all__ = ["MemoryEngine"]

R = TypeVar("R", bound=Struct)
T = TypeVar("T")


class Done(Generic[T]):
    """A result that is there already; awaiting it does not wait."""

    __slots__ = ("_result",)

    def __init__(self, result: T) -> None:
        self._result = result

    def __await__(self) -> Generator[None, None, T]:
        """Return the result at once."""
        yield from ()
        return self._result


class MemoryBlob:
    """Bytes kept in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def read(self) -> bytes:
        """Return the bytes."""
        return self.data


class Row:
    """A stored record: its JSON, the bytes beside it, and where it stands in each index."""

    __slots__ = ("blob", "key", "places", "text")

    def __init__(self, schema: StoreSchema, text: bytes, blob: bytes | None) -> None:
        fields = msgspec.json.decode(text)
        key = key_at(fields, schema.key_path)
        assert key is not None, "a checked record has a key"  # noqa: S101
        self.key = key
        self.text = text
        self.blob = blob
        self.places: dict[str | None, tuple[Order, Order]] = {None: (order(key), order(key))}
        for index, path in schema.indexes.items():
            if (index_key := key_at(fields, path)) is not None:
                self.places[index] = (order(index_key), order(key))


class MemoryStore:
    """A store: rows by key, and the order of each index. The store's own order is index None."""

    def __init__(self, schema: StoreSchema) -> None:
        self.schema = schema
        self.rows: dict[Order, Row] = {}
        self.orders: dict[str | None, list[tuple[Order, Order]]] = {
            name: [] for name in (None, *schema.indexes)
        }

    def swap(self, place: Order, row: Row | None) -> Row | None:
        """Put a row (None: nothing) where the key stands; return what was there."""
        old = self.rows.pop(place, None)
        if old is not None:
            for index, entry in old.places.items():
                entries = self.orders[index]
                del entries[bisect.bisect_left(entries, entry)]
        if row is not None:
            self.rows[place] = row
            for index, entry in row.places.items():
                bisect.insort(self.orders[index], entry)
        return old

    def select(self, index: str | None, query: KeyRange | None) -> tuple[list[Any], int, int]:
        """Return an index's entries, and from where to where a range of its keys lies in them."""
        entries = self.orders[index]
        query = query or KeyRange()
        start, end = 0, len(entries)
        if query.lower is not None:
            cut = bisect.bisect_right if query.lower_open else bisect.bisect_left
            start = cut(entries, order(query.lower), key=_first)
        if query.upper is not None:
            cut = bisect.bisect_left if query.upper_open else bisect.bisect_right
            end = cut(entries, order(query.upper), key=_first)
        return entries, start, max(start, end)

    def walk(
        self, index: str | None, query: KeyRange | None, direction: Direction
    ) -> Iterator[Row]:
        """Yield the rows of a range, from its start or its end."""
        entries, start, end = self.select(index, query)
        places = range(start, end) if direction == "next" else range(end - 1, start - 1, -1)
        for place in places:
            yield self.rows[entries[place][1]]


class MemoryTransaction:
    """A transaction in memory. It runs without a pause, and remembers how to undo itself."""

    def __init__(self, stores: Mapping[str, MemoryStore], *, writable: bool) -> None:
        self.changes: list[Change] = []
        self.unreadable: list[Unreadable] = []
        self._stores = stores
        self._writable = writable
        self._undo: list[Callable[[], object]] = []

    def has_index(self, store: str, index: str) -> bool:
        return index in self._stores[store].schema.indexes

    def get(self, store: str, key: Key, kind: type[R]) -> Done[R | None]:
        row = self._stores[store].rows.get(order(key))
        return Done(None if row is None else self._decode(store, row, kind))

    def get_all(
        self,
        store: str,
        kind: type[R],
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        direction: Direction = "next",
        count: int | None = None,
    ) -> Done[list[R]]:
        found: list[R] = []
        if count != 0:
            for row in self._stores[store].walk(index, query, direction):
                if (record := self._decode(store, row, kind)) is not None:
                    found.append(record)
                if len(found) == count:
                    break
        return Done(found)

    def get_all_keys(
        self,
        store: str,
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        count: int | None = None,
    ) -> Done[list[Any]]:
        rows = self._stores[store].walk(index, query, "next")
        return Done([row.key for row in itertools.islice(rows, count)])

    def get_blob(self, store: str, key: Key) -> Done[MemoryBlob | None]:
        row = self._stores[store].rows.get(order(key))
        return Done(None if row is None or row.blob is None else MemoryBlob(row.blob))

    def put(self, store: str, record: Struct, *, blob: object = None) -> Done[None]:
        data = blob.data if isinstance(blob, MemoryBlob) else blob
        if not isinstance(data, bytes | None):
            raise InvalidRecord("must be bytes", field="data")
        self._put(store, records.encode(record).encode(), data)
        return Done(None)

    def put_many(self, store: str, many: Sequence[Struct]) -> None:
        for record in many:
            self.put(store, record)

    def patch(self, store: str, key: Key, fields: Mapping[str, object]) -> Done[None]:
        row = self._stores[store].rows[order(key)]
        self._put(store, msgspec.json.encode({**msgspec.json.decode(row.text), **fields}), row.blob)
        return Done(None)

    def patch_many(
        self, store: str, keys: Sequence[Key], fields: Mapping[str, object]
    ) -> Done[None]:
        for key in keys:
            self.patch(store, key, fields)
        return Done(None)

    def delete(self, store: str, key: Key) -> Done[None]:
        self._swap(store, order(key), None)
        return Done(None)

    def delete_many(self, store: str, keys: Iterable[Key]) -> None:
        for key in keys:
            self.delete(store, key)

    def count(
        self, store: str, *, index: str | None = None, query: KeyRange | None = None
    ) -> Done[int]:
        _, start, end = self._stores[store].select(index, query)
        return Done(end - start)

    def clear(self, store: str) -> Done[None]:
        for place in list(self._stores[store].rows):
            self._swap(store, place, None)
        return Done(None)

    def undo(self) -> None:
        """Take back everything that the transaction has changed."""
        for step in reversed(self._undo):
            step()

    def _put(self, store: str, text: bytes, blob: bytes | None) -> None:
        row = Row(self._stores[store].schema, text, blob)
        self._swap(store, order(row.key), row)

    def _swap(self, store: str, place: Order, row: Row | None) -> None:
        if not self._writable:
            msg = "a transaction for reading cannot write"
            raise TransactionAborted(msg, name="ReadOnlyError")
        target = self._stores[store]
        old = target.swap(place, row)
        self._undo.append(lambda: target.swap(place, old))

    def _decode(self, store: str, row: Row, kind: type[R]) -> R | None:
        try:
            return records.decode(row.text, kind)
        except ValueError as error:
            self.unreadable.append(describe(store, str(row.key), error))
            return None


class MemoryEngine:
    """An account's database in memory."""

    def __init__(self, name: str, schema: Mapping[str, StoreSchema] = SCHEMA) -> None:
        self.name = name
        self.stores = {store: MemoryStore(layout) for store, layout in schema.items()}

    async def read(self, stores: Sequence[str], body: Body[T]) -> T:
        return await self._run(stores, body, writable=False)

    async def write(self, stores: Sequence[str], body: Body[T]) -> T:
        return await self._run(stores, body, writable=True)

    def close(self) -> None:
        """Do nothing: there is no connection, and the data stay for the next time."""

    async def _run(self, stores: Sequence[str], body: Body[T], *, writable: bool) -> T:
        # A real database answers later, never within the call; so does this one.
        await asyncio.sleep(0)
        tx = MemoryTransaction({name: self.stores[name] for name in stores}, writable=writable)
        try:
            result = _drive(body(tx))
        except BaseException:
            tx.undo()
            raise
        await asyncio.sleep(0)
        return result


def _drive(body: Coroutine[Any, Any, T]) -> T:
    try:
        awaited = body.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    body.close()
    what = type(awaited).__name__
    raise TypeError(f"only the transaction's own requests may be awaited inside it, not {what!r}")


def _first(entry: tuple[Order, Order]) -> Order:
    return entry[0]
