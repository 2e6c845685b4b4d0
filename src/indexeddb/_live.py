"""Live queries: results that are read again when what they were read from has changed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from indexeddb._changes import Change, Scope
from indexeddb._feed import Feed
from indexeddb._source import Query, Source, check_count
from indexeddb._store import Store
from indexeddb._transaction import Body, Transaction
from indexeddb.errors import ConnectionLost
from indexeddb.keys import Direction, Key, KeyRange

T = TypeVar("T")


class LiveQueries:
    """The methods of a database that read, each as an async iterator: `Database.live` has them.

    They yield the result, and then anew after each commit, here or in another tab, that may have
    changed it. Commits that come while the loop's body is busy lead to one reading together. So
    each result is of one moment, and the last one that is yielded is of now.

    The iteration ends when the database is closed. What reading raises comes out of it.
    """

    def __init__(
        self, feed: Feed, read: Callable[[Sequence[str], Body[Any]], Awaitable[Any]]
    ) -> None:
        self._feed = feed
        self._read = read

    def read(self, stores: Sequence[str], body: Body[T]) -> AsyncGenerator[T]:
        """Yield what `body` returns, anew after each commit that changes one of the stores."""
        return self._follow(self._feed.scope(stores, None), body)

    def get(
        self, store: str, query: Key | KeyRange, *, index: str | None = None
    ) -> AsyncGenerator[Any]:
        """Yield the first record with this key or in this range; None when there is none."""
        return self._ask(store, index, query, lambda source: source.get(query))

    def get_all(
        self,
        store: str,
        query: Query = None,
        *,
        index: str | None = None,
        count: int | None = None,
        direction: Direction = "next",
    ) -> AsyncGenerator[list[Any]]:
        """Yield the records of a range, at most `count`, from its start or (`"prev"`) its end."""
        check_count(count)
        return self._ask(
            store,
            index,
            query,
            lambda source: source.get_all(query, count=count, direction=direction),
        )

    def get_all_keys(
        self,
        store: str,
        query: Query = None,
        *,
        index: str | None = None,
        count: int | None = None,
        direction: Direction = "next",
    ) -> AsyncGenerator[list[Any]]:
        """Yield the primary keys of the records that `get_all` would yield."""
        check_count(count)
        return self._ask(
            store,
            index,
            query,
            lambda source: source.get_all_keys(query, count=count, direction=direction),
        )

    def count(
        self, store: str, query: Query = None, *, index: str | None = None
    ) -> AsyncGenerator[int]:
        """Yield how many records there are in a range."""
        return self._ask(store, index, query, lambda source: source.count(query))

    def _ask(
        self,
        store: str,
        index: str | None,
        query: Query,
        ask: Callable[[Source], Awaitable[T]],
    ) -> AsyncGenerator[T]:
        async def body(tx: Transaction) -> T:
            source = self._open(tx, store)
            return await ask(source if index is None else source.index(index))

        scope = self._feed.scope([store], query)
        if index is not None:
            # A change does not tell the keys that a record has, or had, in an index.
            scope = Scope(scope.stores, None)
        return self._follow(scope, body)

    def _open(self, tx: Transaction, store: str) -> Store:
        return tx.store(store)

    async def _follow(self, scope: Scope, body: Body[T]) -> AsyncGenerator[T]:
        news = _News(scope)

        async def read(tx: Transaction) -> T:
            news.begin_reading(tx.id)
            return await body(tx)

        # What is committed from here on is heard, so nothing is missed before the first reading.
        with self._feed.listen(news):
            while await news.wait():
                try:
                    result = await self._read(scope.stores or (), read)
                except ConnectionLost:
                    if news.is_ended:
                        return
                    raise
                yield result


class _TypedQueries(LiveQueries):
    """The same, with records of a type."""

    def __init__(self, queries: LiveQueries, kind: type[Any]) -> None:
        vars(self).update(vars(queries))
        self._type = kind

    def _open(self, tx: Transaction, store: str) -> Store:
        return tx.store(store, self._type)


class LiveStore(Generic[T]):
    """The methods of a typed store that read, each as an async iterator: `DatabaseStore.live`.

    They do what those of `LiveQueries` do. A record that does not fit the type raises InvalidValue.
    """

    def __init__(self, name: str, kind: type[T], queries: LiveQueries) -> None:
        self._name = name
        self._queries = _TypedQueries(queries, kind)

    def get(self, query: Key | KeyRange, *, index: str | None = None) -> AsyncGenerator[T | None]:
        """Yield the first record with this key or in this range; None when there is none."""
        return self._queries.get(self._name, query, index=index)

    def get_all(
        self,
        query: Query = None,
        *,
        index: str | None = None,
        count: int | None = None,
        direction: Direction = "next",
    ) -> AsyncGenerator[list[T]]:
        """Yield the records of a range, at most `count`, from its start or (`"prev"`) its end."""
        return self._queries.get_all(
            self._name, query, index=index, count=count, direction=direction
        )

    def get_all_keys(
        self,
        query: Query = None,
        *,
        index: str | None = None,
        count: int | None = None,
        direction: Direction = "next",
    ) -> AsyncGenerator[list[Any]]:
        """Yield the primary keys of the records that `get_all` would yield."""
        return self._queries.get_all_keys(
            self._name, query, index=index, count=count, direction=direction
        )

    def count(self, query: Query = None, *, index: str | None = None) -> AsyncGenerator[int]:
        """Yield how many records there are in a range."""
        return self._queries.count(self._name, query, index=index)


class _News:
    """Whether there is something to read."""

    def __init__(self, scope: Scope) -> None:
        self.is_ended = False
        self._scope = scope
        self._reading = 0
        self._has_news = asyncio.Event()
        self._has_news.set()

    async def wait(self) -> bool:
        """Wait until there is something to read; return whether the database is open."""
        await self._has_news.wait()
        return not self.is_ended

    def begin_reading(self, number: int) -> None:
        """Take note that a transaction reads: it sees all that was committed before it."""
        self._reading = number
        self._has_news.clear()

    def hear(self, change: Change, number: int | None) -> None:
        """Take note of a change that the last reading did not see."""
        # The browser lets a transaction wait for those that began before it in the same stores.
        is_seen = number is not None and number < self._reading
        if not is_seen and self._scope.is_touched_by(change):
            self._has_news.set()

    def end(self) -> None:
        """Take note that the database is closed."""
        self.is_ended = True
        self._has_news.set()
