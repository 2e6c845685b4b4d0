"""A database's store whose records are of a Python type, used without a body."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from indexeddb._live import LiveStore
from indexeddb._one_shots import OneShots
from indexeddb._record_type import RecordType, Unfit
from indexeddb._source import Query
from indexeddb._transaction import Durability
from indexeddb._typed import KeyPath, asked_key, decoder, name_record
from indexeddb.keys import Direction, Key, KeyRange

T = TypeVar("T")


class TypedOneShots(OneShots):
    """The methods of a database that are a transaction each, with records of a type.

    Args:
        kind: the type.
        once: runs a transaction of one request.
        key_path: returns the key path of a store.
    """

    def __init__(
        self,
        kind: RecordType[Any],
        once: Callable[..., Awaitable[Any]],
        key_path: Callable[[str], Awaitable[KeyPath]],
    ) -> None:
        self.type = kind
        self._carry_out_once = once
        self._key_path = key_path

    async def _read(
        self, store: str, index: str | None, lane: int, convert: Callable[[Any], T], *given: Any
    ) -> T:
        decode = decoder(self.type, given[0]) or convert
        try:
            return await super()._read(store, index, lane, decode, *given)
        except Unfit as unfit:
            key = asked_key(index, given[1])
            raise name_record(unfit, store, await self._key_path(store), key) from unfit

    async def _once(
        self, mode: str, durability: str, convert: Callable[[Any], T], *given: Any
    ) -> T:
        result: T = await self._carry_out_once(mode, durability, convert, *given)
        return result


class DatabaseStore(Generic[T]):
    """A store of a database, whose records are of a type. Each method is one transaction.

    `Database` has the same methods for records of any kind, and says more about them. Those that
    read raise InvalidValue where a record does not fit the type.

    Attributes:
        name: its name.
        live: `get`, `get_all`, `get_all_keys` and `count` as async iterators, which yield the
            result anew whenever it may have changed.
    """

    def __init__(self, name: str, one_shots: TypedOneShots, live: LiveStore[T]) -> None:
        self.name = name
        self.live = live
        self._one_shots = one_shots

    async def get(self, query: Key | KeyRange, *, index: str | None = None) -> T | None:
        """Return the first record with this key or in this range; None when there is none."""
        found: T | None = await self._one_shots.get(self.name, query, index=index)
        return found

    async def get_all(
        self,
        query: Query = None,
        *,
        index: str | None = None,
        count: int | None = None,
        direction: Direction = "next",
    ) -> list[T]:
        """Return the records of a range, at most `count`, from its start or (`"prev"`) its end."""
        return await self._one_shots.get_all(
            self.name, query, index=index, count=count, direction=direction
        )

    async def get_key(self, query: Key | KeyRange, *, index: str | None = None) -> Any:
        """Return the primary key of the first record in a range; None when there is none."""
        return await self._one_shots.get_key(self.name, query, index=index)

    async def get_all_keys(
        self,
        query: Query = None,
        *,
        index: str | None = None,
        count: int | None = None,
        direction: Direction = "next",
    ) -> list[Any]:
        """Return the primary keys of the records that `get_all` would return."""
        return await self._one_shots.get_all_keys(
            self.name, query, index=index, count=count, direction=direction
        )

    async def count(self, query: Query = None, *, index: str | None = None) -> int:
        """Return how many records there are in a range."""
        return await self._one_shots.count(self.name, query, index=index)

    async def put(
        self, value: T, key: Key | None = None, *, durability: Durability = "relaxed"
    ) -> Any:
        """Write a record in place of the one with its key, if any, and return the key.

        Raises:
            InvalidValue: the value does not fit the type, or cannot be stored.
        """
        record = self._one_shots.type.to_record(value)
        return await self._one_shots.put(self.name, record, key, durability=durability)

    async def add(
        self, value: T, key: Key | None = None, *, durability: Durability = "relaxed"
    ) -> Any:
        """Write a new record, and return its key.

        Raises:
            ConstraintViolated: the key is taken.
            InvalidValue: the value does not fit the type, or cannot be stored.
        """
        record = self._one_shots.type.to_record(value)
        return await self._one_shots.add(self.name, record, key, durability=durability)

    async def delete(self, query: Key | KeyRange, *, durability: Durability = "relaxed") -> None:
        """Delete the records with this key or in this range."""
        await self._one_shots.delete(self.name, query, durability=durability)

    async def clear(self, *, durability: Durability = "relaxed") -> None:
        """Delete all records of the store."""
        await self._one_shots.clear(self.name, durability=durability)
