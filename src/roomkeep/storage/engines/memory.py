"""The engine that keeps everything in memory, in IndexedDB's order."""

import asyncio
import bisect
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

import msgspec

from indexeddb.keys import Direction, Key, KeyRange, SortKey, sort_key
from roomkeep.errors import InvalidRecord, TransactionAborted
from roomkeep.storage.changes import Change
from roomkeep.storage.decode_errors import Suspects, UnreadableRecord, describe
from roomkeep.storage.engines.immediate import Done, run_through
from roomkeep.storage.schema import SCHEMA, StoreSchema
from roomkeep.storage.transaction import Body, LoadedBlob

K = TypeVar("K", bound=Key)
R = TypeVar("R")
T = TypeVar("T")


class Row:
    """A stored record: its JSON, the bytes beside it, and its entry in each index."""

    __slots__ = ("blob", "entries", "key", "text")

    def __init__(self, schema: StoreSchema, text: bytes, blob: bytes | None) -> None:
        fields = msgspec.json.decode(text)
        key = schema.key_of(fields)
        assert key is not None, "a checked record has a key"  # noqa: S101
        self.key = key
        self.text = text
        self.blob = blob
        own = sort_key(key)
        self.entries: dict[str | None, tuple[SortKey, SortKey]] = {None: (own, own)}
        for index in schema.indexes:
            if (index_key := schema.index_key_of(fields, index)) is not None:
                self.entries[index] = (sort_key(index_key), own)


class MemoryStore:
    """A store: rows by key, and the order of each index. The store's own order is index None."""

    def __init__(self, schema: StoreSchema) -> None:
        self.schema = schema
        self.rows: dict[SortKey, Row] = {}
        self._orders: dict[str | None, list[tuple[SortKey, SortKey]]] = {
            name: [] for name in (None, *schema.indexes)
        }

    def swap(self, key: SortKey, row: Row | None) -> Row | None:
        """Put a row (None: nothing) where the key stands; return what was there."""
        old = self.rows.pop(key, None)
        if old is not None:
            for index, entry in old.entries.items():
                entries = self._orders[index]
                del entries[bisect.bisect_left(entries, entry)]
        if row is not None:
            self.rows[key] = row
            for index, entry in row.entries.items():
                bisect.insort(self._orders[index], entry)
        return old

    def select(self, index: str | None, query: KeyRange | None) -> tuple[list[Any], int, int]:
        """Return an index's entries, and from where to where a range of its keys lies in them."""
        entries = self._orders[index]
        query = query or KeyRange()
        start, end = 0, len(entries)
        if query.lower is not None:
            cut = bisect.bisect_right if query.lower_open else bisect.bisect_left
            start = cut(entries, sort_key(query.lower), key=_first)
        if query.upper is not None:
            cut = bisect.bisect_left if query.upper_open else bisect.bisect_right
            end = cut(entries, sort_key(query.upper), key=_first)
        return entries, start, max(start, end)

    def walk(
        self, index: str | None, query: KeyRange | None, direction: Direction, offset: int = 0
    ) -> Iterator[Row]:
        """Yield the rows of a range, from its start or its end."""
        entries, start, end = self.select(index, query)
        order = range(start, end) if direction == "next" else range(end - 1, start - 1, -1)
        for position in order[offset:]:
            yield self.rows[entries[position][1]]


class MemoryTransaction:
    """A transaction in memory. It runs without a pause, and remembers how to undo itself."""

    def __init__(
        self, stores: Mapping[str, MemoryStore], suspects: Suspects, *, is_writable: bool
    ) -> None:
        self.changes: list[Change] = []
        self.unreadable: list[UnreadableRecord] = []
        self._stores = stores
        self._suspects = suspects
        self._is_writable = is_writable
        self._undo: list[Callable[[], object]] = []

    def get(self, store: str, key: Key, kind: type[R]) -> Done[R | None]:
        row = self._row(store, key)
        return Done(None if row is None else self._decode(store, row, kind))

    def get_many(self, store: str, keys: Sequence[Key], kind: type[R]) -> Done[list[R]]:
        rows = (self._row(store, key) for key in keys)
        decoded = (self._decode(store, row, kind) for row in rows if row is not None)
        return Done([record for record in decoded if record is not None])

    def get_all(
        self,
        store: str,
        kind: type[R],
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        direction: Direction = "next",
        count: int | None = None,
        offset: int = 0,
    ) -> Done[list[R]]:
        rows = self._stores[store].walk(index, query, direction, offset)
        decoded = (self._decode(store, row, kind) for row in rows)
        return Done(list(islice((one for one in decoded if one is not None), count)))

    def get_page(
        self, store: str, kind: type[R], after: Key | None, count: int
    ) -> Done[tuple[list[Any], list[R]]]:
        query = KeyRange(lower=after, lower_open=after is not None)
        rows = list(islice(self._stores[store].walk(None, query, "next"), count))
        decoded = (self._decode(store, row, kind) for row in rows)
        return Done(([row.key for row in rows], [one for one in decoded if one is not None]))

    def get_all_keys(
        self,
        store: str,
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        count: int | None = None,
    ) -> Done[list[Any]]:
        rows = self._stores[store].walk(index, query, "next")
        return Done([row.key for row in islice(rows, count)])

    def existing(self, store: str, keys: Sequence[Key]) -> Done[set[Any]]:
        return Done({key for key in keys if self._row(store, key) is not None})

    def find(self, store: str, index: str, values: Sequence[Key], kind: type[R]) -> Done[list[R]]:
        target = self._stores[store]
        rows = (r for one in values for r in target.walk(index, KeyRange.only(one), "next"))
        decoded = (self._decode(store, row, kind) for row in rows)
        return Done([record for record in decoded if record is not None])

    def find_keys(self, store: str, index: str, values: Sequence[K]) -> Done[dict[K, list[Any]]]:
        target = self._stores[store]
        found = {
            value: [row.key for row in target.walk(index, KeyRange.only(value), "next")]
            for value in values
        }
        return Done({value: keys for value, keys in found.items() if keys})

    def count(
        self, store: str, *, index: str | None = None, query: KeyRange | None = None
    ) -> Done[int]:
        _, start, end = self._stores[store].select(index, query)
        return Done(end - start)

    def get_blob(self, store: str, key: Key) -> Done[LoadedBlob | None]:
        row = self._row(store, key)
        return Done(None if row is None or row.blob is None else LoadedBlob(row.blob))

    def put(self, store: str, records: Sequence[object], *, blob: object = None) -> None:
        for record in records:
            self._put(store, msgspec.json.encode(record), _bytes(blob))

    def patch(self, store: str, keys: Sequence[Key], fields: Mapping[str, object]) -> Done[None]:
        for key in keys:
            if (row := self._row(store, key)) is not None:
                stored = {**msgspec.json.decode(row.text), **fields}
                self._put(store, msgspec.json.encode(stored), row.blob)
        return Done(None)

    def put_blob(self, store: str, keys: Sequence[Key], blob: object) -> Done[None]:
        for key in keys:
            if (row := self._row(store, key)) is not None:
                self._put(store, row.text, _bytes(blob))
        return Done(None)

    def delete(self, store: str, keys: Iterable[Key]) -> None:
        for key in keys:
            self._swap(store, sort_key(key), None)

    def clear(self, store: str) -> None:
        for key in list(self._stores[store].rows):
            self._swap(store, key, None)

    def suspects(self, store: str) -> list[Key]:
        return list(self._suspects.get(store, ()))

    def missing_indexes(self) -> list[str]:
        return []

    def find_damage(self, store: str) -> Done[list[str]]:  # noqa: ARG002 nothing can be damaged
        return Done([])

    def undo(self) -> None:
        """Take back everything that the transaction has changed."""
        for step in reversed(self._undo):
            step()

    def _row(self, store: str, key: Key) -> Row | None:
        return self._stores[store].rows.get(sort_key(key))

    def _put(self, store: str, text: bytes, blob: bytes | None) -> None:
        row = Row(self._stores[store].schema, text, blob)
        self._swap(store, sort_key(row.key), row)

    def _swap(self, store: str, key: SortKey, row: Row | None) -> None:
        if not self._is_writable:
            msg = "a transaction for reading cannot write"
            raise TransactionAborted(msg, name="ReadOnlyError")
        target = self._stores[store]
        old = target.swap(key, row)
        self._undo.append(lambda: target.swap(key, old))

    def _decode(self, store: str, row: Row, kind: type[R]) -> R | None:
        try:
            record: R = _decoder(cast("Any", kind)).decode(row.text)
        except ValueError as error:
            self.unreadable.append(describe(store, row.key, error))
            self._suspects.setdefault(store, {})[row.key] = None
            return None
        return record


class MemoryEngine:
    """A database of an account in memory.

    Args:
        name: the database's name.
        schema: its stores.
    """

    def __init__(self, name: str, schema: Mapping[str, StoreSchema] = SCHEMA) -> None:
        self.name = name
        self.stores = {store: MemoryStore(one) for store, one in schema.items()}
        self._suspects: Suspects = {}

    async def read(self, stores: Sequence[str], body: Body[T]) -> T:
        return await self._run(stores, body, is_writable=False)

    async def write(self, stores: Sequence[str], body: Body[T]) -> T:
        return await self._run(stores, body, is_writable=True)

    def close(self) -> None:
        """Do nothing: there is no connection, and the data stay for the next time."""

    async def _run(self, stores: Sequence[str], body: Body[T], *, is_writable: bool) -> T:
        # A real database answers later, never within the call; so does this one.
        await asyncio.sleep(0)
        tx = MemoryTransaction(
            {name: self.stores[name] for name in stores}, self._suspects, is_writable=is_writable
        )
        try:
            result = run_through(body(tx))
        except BaseException:
            tx.undo()
            raise
        await asyncio.sleep(0)
        return result


@functools.cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    # Of a type that is no struct, each call of `msgspec.json.decode` would make one.
    return msgspec.json.Decoder(kind)


def _first(entry: tuple[SortKey, SortKey]) -> SortKey:
    return entry[0]


def _bytes(blob: object) -> bytes | None:
    data = blob.data if isinstance(blob, LoadedBlob) else blob
    if not isinstance(data, bytes | None):
        raise InvalidRecord("must be bytes", field="data")
    return data
