"""Walking through the records of a range one by one."""

from collections.abc import Callable
from typing import Any, Protocol, Self, TypeVar

from indexeddb._kernel import VALUE
from indexeddb._platform import jsnull
from indexeddb._request import Request, issue
from indexeddb._values import encode_key, from_lane, to_js, to_py
from indexeddb.errors import InvalidKey, UsageError
from indexeddb.keys import Key

T = TypeVar("T")


class Owner(Protocol):
    """The transaction that a store or an index is used in.

    Attributes:
        kernel: the functions of its kernel.
        id: the number that the kernel gave it.
        last: the request that was issued last.
    """

    kernel: Any
    id: int
    last: int

    @property
    def mode(self) -> str:
        """What it may do."""
        ...


class KeyCursor:
    """A position in a range of records, of which the keys alone are read.

    `async for` moves it to the next record, unless `advance` or `continue_to` was called: then it
    moves there. Until it does, the cursor is at no record.

    All methods raise `UsageError` where the cursor is at no record.
    """

    def __init__(self, owner: Owner, request: Request[Any], *, is_ordered_by_two: bool) -> None:
        """Take the request that opened the cursor.

        `is_ordered_by_two` tells that records with the same key are walked by their primary keys.
        """
        self._owner = owner
        self._moving: Request[Any] | None = request
        self._is_ordered_by_two = is_ordered_by_two
        self._js: Any = None

    def __aiter__(self) -> Self:
        """Return the cursor itself."""
        return self

    async def __anext__(self) -> Self:
        """Move to the next record."""
        if self._js is jsnull:
            raise StopAsyncIteration
        self._js = await (self._moving or self._move())
        self._moving = None
        if self._js is jsnull:
            raise StopAsyncIteration
        return self

    @property
    def key(self) -> Any:
        """The key at this position: the index's, where an index is walked."""
        return to_py(self._at_record().key)

    @property
    def primary_key(self) -> Any:
        """The key of the record in its store."""
        return to_py(self._at_record().primaryKey)

    def advance(self, count: int) -> None:
        """Have the loop go on `count` records from here; 1 is the next one.

        Raises:
            InvalidKey: the count is not 1 or more.
        """
        if count < 1:
            msg = f"a cursor cannot advance by {count}: it is 1 or more"
            raise InvalidKey(msg)
        self._move(count)

    def continue_to(self, key: Key, primary_key: Key | None = None) -> None:
        """Have the loop go on at a key, or at the first record beyond it.

        Args:
            key: it lies ahead in the cursor's direction.
            primary_key: in an index, where to go on among the records with that key. The pair of
                both lies ahead.

        Raises:
            InvalidKey: this is not a key, or it does not lie ahead.
            UsageError: there is a primary key, and the cursor walks a store, or in a unique
                direction.
        """
        if primary_key is None:
            self._move(None, encode_key(key))
            return
        if not self._is_ordered_by_two:
            msg = 'a primary key is for the cursors of an index in the directions "next" and "prev"'
            raise UsageError(msg)
        self._move(None, encode_key(key), encode_key(primary_key))

    def _move(self, *given: Any) -> Request[Any]:
        number = issue(self._owner.kernel.proceed, self._owner.id, self._at_record(), *given)
        self._moving = self._attach(number, _unchanged)
        return self._moving

    def _at_record(self) -> Any:
        if self._moving is not None:
            msg = "the cursor is on its way to a record: `async for` waits until it is there"
            raise UsageError(msg)
        if self._js is jsnull:
            msg = "the cursor has left the last record"
            raise UsageError(msg)
        return self._js

    def _attach(self, number: int, convert: Callable[[Any], T]) -> Request[T]:
        self._owner.last = number
        return Request(self._owner, number, convert)


class Cursor(KeyCursor):
    """A position in a range of records. It moves as a `KeyCursor` does."""

    @property
    def value(self) -> Any:
        """The record."""
        return to_py(self._at_record().value)

    def update(self, value: object) -> Request[Any]:
        """Write this record anew; its key must stay.

        Raises:
            InvalidValue: something in the value has no counterpart in JavaScript.
        """
        kernel, record = self._owner.kernel, self._at_record()
        number = issue(kernel.update, self._owner.id, VALUE, record, to_js(value))
        return self._attach(number, from_lane)

    def delete(self) -> Request[None]:
        """Delete this record."""
        number = issue(self._owner.kernel.remove, self._owner.id, self._at_record())
        return self._attach(number, _nothing)


def _unchanged(result: T) -> T:
    return result


def _nothing(_result: Any) -> None:
    return
