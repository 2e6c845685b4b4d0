"""What a database can do in one transaction of one request, with no body."""

from collections.abc import Callable
from typing import Any, TypeVar

from indexeddb._kernel import RAW, VALUE
from indexeddb._source import Query, check_count, nothing
from indexeddb._transaction import Durability
from indexeddb._values import encode_optional, encode_query, encode_record, from_lane
from indexeddb.keys import Direction, Key, KeyRange

T = TypeVar("T")


class OneShots:
    """The methods of a database that are a transaction each.

    Those that read take the name of an index, whose keys the query then means. Those that write
    take how safe the write is when they return: see `Durability`.
    """

    async def get(self, store: str, query: Key | KeyRange, *, index: str | None = None) -> Any:
        """Return the first record with this key or in this range; None when there is none."""
        return await self._read(store, index, VALUE, from_lane, "get", encode_query(query))

    async def get_key(self, store: str, query: Key | KeyRange, *, index: str | None = None) -> Any:
        """Return the primary key of the first record in a range; None when there is none."""
        return await self._read(store, index, VALUE, from_lane, "getKey", encode_query(query))

    async def get_all(
        self,
        store: str,
        query: Query = None,
        *,
        index: str | None = None,
        count: int | None = None,
        direction: Direction = "next",
    ) -> list[Any]:
        """Return the records of a range, at most `count`, from its start or (`"prev"`) its end."""
        check_count(count)
        given = (encode_optional(query), count, direction)
        return await self._read(store, index, VALUE, from_lane, "getAll", *given)

    async def get_all_keys(
        self,
        store: str,
        query: Query = None,
        *,
        index: str | None = None,
        count: int | None = None,
        direction: Direction = "next",
    ) -> list[Any]:
        """Return the primary keys of the records that `get_all` would return."""
        check_count(count)
        given = (encode_optional(query), count, direction)
        return await self._read(store, index, VALUE, from_lane, "getAllKeys", *given)

    async def count(self, store: str, query: Query = None, *, index: str | None = None) -> int:
        """Return how many records there are in a range."""
        return await self._read(store, index, RAW, int, "count", encode_optional(query))

    async def put(
        self,
        store: str,
        value: object,
        key: Key | None = None,
        *,
        durability: Durability = "relaxed",
    ) -> Any:
        """Write a record in place of the one with its key, if any, and return the key."""
        given = encode_record(value, key)
        return await self._write(store, durability, VALUE, from_lane, "put", *given)

    async def add(
        self,
        store: str,
        value: object,
        key: Key | None = None,
        *,
        durability: Durability = "relaxed",
    ) -> Any:
        """Write a new record, and return its key.

        Raises:
            ConstraintViolated: the key is taken.
        """
        given = encode_record(value, key)
        return await self._write(store, durability, VALUE, from_lane, "add", *given)

    async def delete(
        self, store: str, query: Key | KeyRange, *, durability: Durability = "relaxed"
    ) -> None:
        """Delete the records with this key or in this range."""
        await self._write(store, durability, RAW, nothing, "delete", encode_query(query))

    async def clear(self, store: str, *, durability: Durability = "relaxed") -> None:
        """Delete all records of a store."""
        await self._write(store, durability, RAW, nothing, "clear")

    async def _read(
        self, store: str, index: str | None, lane: int, convert: Callable[[Any], T], *given: Any
    ) -> T:
        return await self._once("readonly", "default", convert, store, index, lane, *given)

    async def _write(
        self, store: str, durability: str, lane: int, convert: Callable[[Any], T], *given: Any
    ) -> T:
        return await self._once("readwrite", durability, convert, store, None, lane, *given)

    async def _once(
        self, mode: str, durability: str, convert: Callable[[Any], T], store: str, *given: Any
    ) -> T:
        raise NotImplementedError
