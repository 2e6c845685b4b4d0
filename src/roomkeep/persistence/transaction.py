"""What the stores' rules are written against, whichever engine runs them."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from roomkeep.idb import Direction, Key, KeyRange
from roomkeep.reports import Change
from roomkeep.unreadable import Unreadable

__all__ = ["Blob", "Body", "Engine", "Transaction"]

R = TypeVar("R", bound=Struct)
T = TypeVar("T")


class Blob(Protocol):
    """Bytes that were stored beside a record."""

    async def read(self) -> bytes:
        """Return the bytes.

        Raises:
            StorageLost: the browser no longer has them.
        """
        ...


class Transaction(Protocol):
    """One transaction of an engine. Nothing but its own methods may be awaited inside it.

    Requests are issued when the method is called, and awaited for their result only.

    Attributes:
        changes: what the transaction has changed; told to subscribers once it is committed.
        unreadable: the records that were passed over because they cannot be decoded.
    """

    changes: list[Change]
    unreadable: list[Unreadable]

    def has_index(self, store: str, index: str) -> bool:
        """Tell whether the database has this index."""
        ...

    def get(self, store: str, key: Key, kind: type[R]) -> Awaitable[R | None]:
        """Read a record; None where there is none, or where it is unreadable."""
        ...

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
        """Read the readable records of a range, at most `count`, from its start or its end."""
        ...

    def get_all_keys(
        self,
        store: str,
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        count: int | None = None,
    ) -> Awaitable[list[Any]]:
        """Read the keys of the records of a range, readable or not, at most `count`."""
        ...

    def get_blob(self, store: str, key: Key) -> Awaitable[Blob | None]:
        """Find the bytes that are stored beside a record."""
        ...

    def put(self, store: str, record: Struct, *, blob: object = None) -> Awaitable[object]:
        """Write a record, with bytes beside it where `blob` is given."""
        ...

    def put_many(self, store: str, records: Sequence[Struct]) -> None:
        """Write many records."""
        ...

    def patch(self, store: str, key: Key, fields: Mapping[str, object]) -> Awaitable[None]:
        """Write some fields of a stored record anew; all that it holds besides them stays."""
        ...

    def patch_many(
        self, store: str, keys: Sequence[Key], fields: Mapping[str, object]
    ) -> Awaitable[None]:
        """Write the same fields of many stored records anew."""
        ...

    def delete(self, store: str, key: Key) -> Awaitable[None]:
        """Delete a record, if it is there."""
        ...

    def delete_many(self, store: str, keys: Iterable[Key]) -> None:
        """Delete many records."""
        ...

    def count(
        self, store: str, *, index: str | None = None, query: KeyRange | None = None
    ) -> Awaitable[int]:
        """Count the records of a range, readable or not."""
        ...

    def clear(self, store: str) -> Awaitable[None]:
        """Delete all records of a store."""
        ...


Body = Callable[[Transaction], Coroutine[Any, Any, T]]


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
