"""The protocol that the operations are written against and every engine carries out."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from indexeddb.keys import Key, KeyRange
from roomkeep.storage.changes import Change
from roomkeep.storage.decode_errors import UnreadableRecord

K = TypeVar("K", bound=Key)
R = TypeVar("R")
T = TypeVar("T")

Direction = Literal["next", "prev"]
"""From the first key of a range to its last, or from the last to the first."""


class Blob(Protocol):
    """Bytes that are stored beside a record.

    Attributes:
        size: how many bytes there are; None where they are lost.
    """

    size: int | None

    async def read(self) -> bytes:
        """Return the bytes.

        Raises:
            StorageLost: they are lost.
        """
        ...


class LoadedBlob:
    """Bytes that are in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size: int | None = len(data)

    async def read(self) -> bytes:
        """Return the bytes."""
        return self.data


class Transaction(Protocol):
    """One transaction of an engine. Nothing but its own methods may be awaited inside it.

    Requests are issued when the method is called, and awaited for their result only: those that
    need not wait for each other are issued together. A method that takes many keys costs about as
    much as one that takes one.

    `kind` is the type that records are decoded as: the store's own, a struct with some of its
    fields, or `dict` for a record as it is stored. A record that cannot be decoded is passed over
    and noted in `unreadable`.

    Every index of the schema can be asked for, whether or not the database has it.

    Attributes:
        changes: what the transaction has changed; published once it is committed.
        unreadable: the records that were passed over because they cannot be decoded.
    """

    changes: list[Change]
    unreadable: list[UnreadableRecord]

    def get(self, store: str, key: Key, kind: type[R]) -> Awaitable[R | None]:
        """Read a record; None where there is none that can be decoded."""
        ...

    def get_many(self, store: str, keys: Sequence[Key], kind: type[R]) -> Awaitable[list[R]]:
        """Read the records with these keys, in this order; those missing are left out."""
        ...

    def get_all(  # noqa: PLR0913 all but two are options
        self,
        store: str,
        kind: type[R],
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        direction: Direction = "next",
        count: int | None = None,
        offset: int = 0,
        start: Key | None = None,
    ) -> Awaitable[list[R]]:
        """Read the records of a range.

        The indexes of messages by time are in the order of their keys, and then of the ids as
        IndexedDB orders them. The order of a store's own keys, and of records that have one value
        in another index, is the engine's: total, and the same in every call. Rules that read by
        pages go on after the last key that they got; two bounds may not be in that order.

        Args:
            store: the store.
            kind: what to decode the records as.
            index: the index whose keys `query` is about; None for the store's own keys.
            query: the range; None for all.
            direction: from the start of the range, or from its end.
            count: how many readable records, at most; None for all.
            offset: how many records to pass over first, readable or not, without reading them.
            start: the primary key of the record to begin with; there are none where that is not in
                the range, or not there.
        """
        ...

    def get_page(
        self, store: str, kind: type[R], after: Key | None, count: int
    ) -> Awaitable[tuple[list[Any], list[R]]]:
        """Read the next `count` records of a store, in the engine's order of keys.

        Args:
            store: the store.
            kind: what to decode the records as.
            after: the last key of the page before; None for the first page.
            count: how many records, readable or not.

        Returns:
            the keys of all of them, and those records that can be decoded.
        """
        ...

    def get_all_keys(
        self,
        store: str,
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        count: int | None = None,
    ) -> Awaitable[list[Any]]:
        """Read the primary keys of the records of a range, readable or not, at most `count`."""
        ...

    def existing(self, store: str, keys: Sequence[Key]) -> Awaitable[set[Any]]:
        """Return those of some primary keys that the store has, readable or not."""
        ...

    def find(
        self, store: str, index: str, values: Sequence[Key], kind: type[R]
    ) -> Awaitable[list[R]]:
        """Read the records with these values in an index, in the order of the values."""
        ...

    def find_keys(
        self, store: str, index: str, values: Sequence[K]
    ) -> Awaitable[dict[K, list[Any]]]:
        """Return the primary keys of the records with these values in an index, by the value.

        Values that no record has are left out.
        """
        ...

    def count(
        self, store: str, *, index: str | None = None, query: KeyRange | None = None
    ) -> Awaitable[int]:
        """Count the records of a range, readable or not."""
        ...

    def get_blob(self, store: str, key: Key) -> Awaitable[Blob | None]:
        """Find the bytes that are stored beside a record; None where it has none."""
        ...

    def put(self, store: str, records: Sequence[object], *, blob: object = None) -> None:
        """Write records in place of those with their keys; the bytes beside each are `blob`."""
        ...

    def patch(
        self, store: str, keys: Sequence[Key], fields: Mapping[str, object]
    ) -> Awaitable[None]:
        """Write some fields, by their stored names, into stored records; all else in them stays."""
        ...

    def put_blob(self, store: str, keys: Sequence[Key], blob: object) -> Awaitable[None]:
        """Write the bytes beside stored records, or delete them (None); the records stay."""
        ...

    def delete(self, store: str, keys: Iterable[Key]) -> None:
        """Delete the records with these keys, as far as there are any."""
        ...

    def clear(self, store: str) -> None:
        """Delete all records of a store."""
        ...

    def suspects(self, store: str) -> list[Key]:
        """Return the keys of records that could not be decoded when they were last read."""
        ...

    def missing_indexes(self) -> list[str]:
        """Return the indexes that the database lacks, such as `"messages.roomId_timestamp"`."""
        ...

    def find_damage(self, store: str) -> Awaitable[list[str]]:
        """Return what the engine itself finds wrong with a store's files, in sentences."""
        ...


Body = Callable[[Transaction], Coroutine[Any, Any, T]]
"""What a transaction does. It may be run again, after its first run was undone."""


class Engine(Protocol):
    """An open database of one account.

    Attributes:
        name: the database's name.
    """

    name: str

    async def read(self, stores: Sequence[str], body: Body[T]) -> T:
        """Run `body` in a transaction that reads these stores."""
        ...

    async def write(self, stores: Sequence[str], body: Body[T]) -> T:
        """Run `body` in a transaction that may change these stores: all of it happens, or none."""
        ...

    def close(self) -> None:
        """Close the database; transactions under way are finished first."""
        ...
