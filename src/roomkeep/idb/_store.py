"""Stores, indexes and cursors, as seen from inside a transaction."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Literal, Self, TypeVar

from roomkeep.errors import InvalidRecord
from roomkeep.idb import _quirks
from roomkeep.idb._key_range import Key, KeyRange, query_to_js
from roomkeep.idb._platform import from_json, js, jsnull, to_js, to_py
from roomkeep.idb._request import Request, issue

__all__ = ["Cursor", "Direction", "Index", "Store"]

Direction = Literal["next", "prev"]
Query = Key | KeyRange | None
T = TypeVar("T")


class _Source:
    """What can be read from a store and from an index alike.

    `convert` makes the result out of a JavaScript value: `to_py` unless said otherwise.
    """

    def __init__(self, owner: object, js_source: Any) -> None:
        self._owner = owner
        self._js = js_source

    @property
    def name(self) -> str:
        """The name of this store or index."""
        return str(self._js.name)

    @property
    def key_path(self) -> Any:
        """Where in a record the key is: a name, or a list of names."""
        return to_py(self._js.keyPath)

    def _request(self, convert: Callable[[Any], T], method: str, *arguments: Any) -> Request[T]:
        return Request(self._owner, issue(getattr(self._js, method), *arguments), convert)

    def get(self, query: Key | KeyRange, *, convert: Callable[[Any], Any] = to_py) -> Request[Any]:
        """Ask for the first record with this key or in this range; None when there is none."""
        return self._request(convert, "get", query_to_js(query))

    def get_key(self, query: Key | KeyRange) -> Request[Any]:
        """Ask for the primary key of the first record in a range; None when there is none."""
        return self._request(to_py, "getKey", query_to_js(query))

    def get_all(
        self,
        query: Query = None,
        *,
        count: int | None = None,
        direction: Direction = "next",
        convert: Callable[[Any], Any] = to_py,
    ) -> Awaitable[Any]:
        """Ask for the records of a range, from its start or (`"prev"`) its end.

        Raises:
            InvalidRecord: `count`, the most records to return, is not 1 or more.
        """
        _check_count(count)
        if direction == "next":
            return self._request(convert, "getAll", query_to_js(query), count)
        if _quirks.can_get_all_backwards():
            options = js.Object.new()
            options.query, options.direction = query_to_js(query), direction
            if count is not None:
                options.count = count
            return self._request(convert, "getAll", options)
        return self._collect(query, count, direction, convert)

    async def _collect(
        self, query: Query, count: int | None, direction: Direction, convert: Callable[[Any], T]
    ) -> T:
        values = js.Array.new()
        async for cursor in self.cursor(query, direction=direction):
            values.push(cursor.js_cursor.value)
            if values.length == count:
                break
        return convert(values)

    def get_all_keys(self, query: Query = None, *, count: int | None = None) -> Request[list[Any]]:
        """Ask for the primary keys of the records of a range, at most `count`.

        Raises:
            InvalidRecord: `count` is not 1 or more.
        """
        _check_count(count)
        return self._request(to_py, "getAllKeys", query_to_js(query), count)

    def count(self, query: Query = None) -> Request[int]:
        """Ask how many records there are in a range."""
        return self._request(int, "count", query_to_js(query))

    def cursor(self, query: Query = None, *, direction: Direction = "next") -> "Cursor":
        """Walk the records of a range one by one: `async for cursor in store.cursor(): ...`."""
        return Cursor(self._owner, issue(self._js.openCursor, query_to_js(query), direction))


class Index(_Source):
    """An index: a store's records in the order of another key."""


class Store(_Source):
    """An object store inside a transaction."""

    @property
    def index_names(self) -> list[str]:
        """The names of the store's indexes."""
        return list(self._js.indexNames)

    def index(self, name: str) -> Index:
        """Return one of the store's indexes.

        Raises:
            StorageUnavailable: the store has no such index.
        """
        return Index(self._owner, issue(self._js.index, name))

    def put(self, value: object, key: Key | None = None) -> Request[Any]:
        """Write a record in place of the one with its key, if any. The result is the key."""
        return self._request(to_py, "put", to_js(value), *_key_argument(key))

    def add(self, value: object, key: Key | None = None) -> Request[Any]:
        """Write a new record. The result is its key; `InvalidRecord` when the key is taken."""
        return self._request(to_py, "add", to_js(value), *_key_argument(key))

    def delete(self, query: Key | KeyRange) -> Request[None]:
        """Delete the records with this key or in this range."""
        return self._request(_nothing, "delete", query_to_js(query))

    def clear(self) -> Request[None]:
        """Delete all records of the store."""
        return self._request(_nothing, "clear")

    def put_many_json(self, records: Iterable[str]) -> None:
        """Put many records, each given as JSON text, in a store whose keys are inside them.

        There is nothing to await: should one fail, the whole transaction is undone.
        """
        # The browser's own functions make the loop, so a thousand records cross once. forEach calls
        # apply(put, store, [record], index, array); apply takes three arguments and no more.
        batch = from_json(f"[[{'],['.join(texts)}]]" if (texts := list(records)) else "[]")
        issue(batch.forEach, js.Reflect.apply.bind(None, self._js.put, self._js))

    def delete_many(self, keys: Iterable[Key]) -> None:
        """Delete many records by their keys.

        There is nothing to await: should one fail, the whole transaction is undone.
        """
        issue(to_js(list(keys), field="key").forEach, self._js.delete.bind(self._js))

    def create_index(
        self,
        name: str,
        key_path: str | list[str],
        *,
        unique: bool = False,
        multi_entry: bool = False,
    ) -> Index:
        """Create an index; in an upgrade only."""
        options = to_js({"unique": unique, "multiEntry": multi_entry})
        return Index(self._owner, issue(self._js.createIndex, name, to_js(key_path), options))

    def delete_index(self, name: str) -> None:
        """Delete an index; in an upgrade only."""
        issue(self._js.deleteIndex, name)


class Cursor:
    """A place in a range of records. Iterating moves it on to the next."""

    def __init__(self, owner: object, js_request: Any) -> None:
        self._owner = owner
        self._js_request = js_request
        self.js_cursor: Any = None

    def __aiter__(self) -> Self:
        """Return the cursor itself."""
        return self

    async def __anext__(self) -> Self:
        """Move to the next record."""
        if self.js_cursor is not None:
            issue(self.js_cursor.continue_)
        self.js_cursor = await Request(self._owner, self._js_request, _unchanged)
        if self.js_cursor is jsnull:
            raise StopAsyncIteration
        return self

    @property
    def key(self) -> Any:
        """The key at this place: the index's, where an index is walked."""
        return to_py(self.js_cursor.key)

    @property
    def primary_key(self) -> Any:
        """The key of the record in its store."""
        return to_py(self.js_cursor.primaryKey)

    @property
    def value(self) -> Any:
        """The record."""
        return to_py(self.js_cursor.value)

    def update(self, value: object) -> Request[Any]:
        """Write this record anew; its key must stay."""
        return Request(self._owner, issue(self.js_cursor.update, to_js(value)), to_py)

    def delete(self) -> Request[None]:
        """Delete this record."""
        return Request(self._owner, issue(self.js_cursor.delete), _nothing)


def _check_count(count: int | None) -> None:
    if count is not None and count < 1:
        # To IndexedDB, 0 means all.
        msg = "must be 1 or more; leave it out for all"
        raise InvalidRecord(msg, field="count")


def _key_argument(key: Key | None) -> tuple[Any, ...]:
    return () if key is None else (to_js(key, field="key"),)


def _nothing(_result: Any) -> None:
    return None


def _unchanged(result: T) -> T:
    return result
