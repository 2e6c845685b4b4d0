"""What stores and indexes have in common: reading."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from indexeddb._cursor import Cursor, KeyCursor, Owner
from indexeddb._kernel import RAW, TEXT, VALUE
from indexeddb._request import Request, issue
from indexeddb._values import (
    encode_key,
    encode_keys,
    encode_optional,
    encode_query,
    from_lane,
    to_json,
    to_py,
)
from indexeddb.errors import InvalidKey
from indexeddb.keys import Direction, Key, KeyRange

Query = Key | KeyRange | None
T = TypeVar("T")
C = TypeVar("C", bound=KeyCursor)


class Source:
    """A store or an index, in a transaction.

    `convert` makes the result of a request out of a JavaScript value: `to_py` unless said
    otherwise. `to_json` gives JSON text, which crosses at once.

    All methods raise `InvalidKey` where a query is neither a key nor a range, a key is not a key,
    or the most records to return, `count`, is not 1 or more.
    """

    def __init__(self, owner: Owner, store: str, index: str | None) -> None:
        self._owner = owner
        self._store = store
        self._index = index

    def get(self, query: Key | KeyRange, *, convert: Callable[[Any], Any] = to_py) -> Request[Any]:
        """Ask for the first record with this key or in this range; None when there is none."""
        return self._convert(convert, "get", encode_query(query))

    def get_key(self, query: Key | KeyRange) -> Request[Any]:
        """Ask for the primary key of the first record in a range; None when there is none."""
        return self._ask(VALUE, from_lane, "getKey", encode_query(query))

    def get_all(
        self,
        query: Query = None,
        *,
        count: int | None = None,
        direction: Direction = "next",
        convert: Callable[[Any], Any] = to_py,
    ) -> Request[Any]:
        """Ask for the records of a range, from its start or (`"prev"`) its end."""
        check_count(count)
        return self._convert(convert, "getAll", encode_optional(query), count, direction)

    def get_all_json(
        self,
        query: Query = None,
        *,
        count: int | None = None,
        direction: Direction = "next",
        offset: int = 0,
        start: Key | None = None,
    ) -> Request[str]:
        """Ask for the records of a range as the JSON text of an array.

        Where one of them holds what JSON cannot say (a BigInt, a circle), awaiting this raises
        InvalidValue, and the transaction goes on: `get_all` gives the same records one by one.

        Args:
            query: a key or a range; None for all.
            count: the most records to return.
            direction: from the start of the range, or from its end.
            offset: how many records to skip first. They are not read: only their keys are walked.
            start: the primary key of the record to begin with. Where that is not in the range, or
                not there, the array is empty.

        Raises:
            InvalidKey: `offset` is less than 0.
            UsageError: there is a `start`, and records can be at several places of the index.
        """
        check_count(count)
        if offset < 0:
            msg = f"the offset cannot be {offset}: it is 0 or more"
            raise InvalidKey(msg)
        given = (encode_optional(query), count, direction, offset)
        if start is None:
            return self._ask(TEXT, str, "page", *given)
        self._check_start()
        return self._ask(TEXT, str, "page", *given, encode_key(start))

    def get_all_keys(
        self, query: Query = None, *, count: int | None = None, direction: Direction = "next"
    ) -> Request[list[Any]]:
        """Ask for the primary keys of the records of a range, from its start or its end."""
        check_count(count)
        given = (encode_optional(query), count, direction)
        return self._ask(VALUE, from_lane, "getAllKeys", *given)

    def count(self, query: Query = None) -> Request[int]:
        """Ask how many records there are in a range."""
        return self._ask(RAW, int, "count", encode_optional(query))

    def cursor(self, query: Query = None, *, direction: Direction = "next") -> Cursor:
        """Walk the records of a range one by one: `async for cursor in store.cursor(): ...`."""
        return self._open(Cursor, "openCursor", query, direction)

    def key_cursor(self, query: Query = None, *, direction: Direction = "next") -> KeyCursor:
        """Walk the records of a range one by one, and read their keys alone."""
        return self._open(KeyCursor, "openKeyCursor", query, direction)

    def _open(self, kind: type[C], method: str, query: Query, direction: Direction) -> C:
        first = self._ask(RAW, _unchanged, method, encode_optional(query), direction)
        by_two = self._index is not None and direction in {"next", "prev"}
        return kind(self._owner, first, is_ordered_by_two=by_two)

    def _convert(self, convert: Callable[[Any], T], method: str, *given: Any) -> Request[Any]:
        # Two ways of converting are known to the kernel, which saves crossings.
        if convert is to_py:
            return self._ask(VALUE, from_lane, method, *given)
        if convert is to_json:
            return self._ask(TEXT, _unchanged, method, *given)
        return self._ask(RAW, convert, method, *given)

    def _check_start(self) -> None:
        """Check that a record is at one place only."""

    def _ask(self, lane: int, convert: Callable[[Any], T], method: str, *given: Any) -> Request[T]:
        owner = self._owner
        number = issue(owner.kernel.ask, owner.id, self._store, self._index, lane, method, *given)
        owner.last = number
        return Request(owner, number, convert)

    def _ask_many(
        self,
        keys: Iterable[Key],
        none: T,
        lane: int,
        convert: Callable[[Any], T],
        method: str,
        *given: Any,
    ) -> Request[T]:
        """Ask about many keys; where there are none, the answer is `none`."""
        many = list(keys)
        if not many:
            return Request.answered(none)
        return self._ask(lane, convert, method, encode_keys(many), *given)


def check_count(count: int | None) -> None:
    """Check that a count is 1 or more: to IndexedDB, 0 means all."""
    if count is not None and count < 1:
        msg = f"the count cannot be {count}: it is 1 or more; leave it out for all"
        raise InvalidKey(msg)


def nothing(_result: Any) -> None:
    """Return None, whatever the result is."""
    return


def _unchanged(result: T) -> T:
    return result
