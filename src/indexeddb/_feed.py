"""The change feed of a database: what is committed is published here and in other tabs."""

import asyncio
import contextlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, Self

from indexeddb._changes import (
    NOTHING_CHANGED,
    Change,
    Scope,
    as_range,
    decode_stores,
    everything_in,
)
from indexeddb._channel import Channel, post
from indexeddb._driver import Running
from indexeddb._engines import Engine
from indexeddb._transaction import Transaction
from indexeddb.errors import ConnectionLost, NotFound, UsageError
from indexeddb.keys import Key, KeyRange


class Listener(Protocol):
    """What follows a feed."""

    def hear(self, change: Change, number: int | None) -> None:
        """Take note of a change, and of the number of its transaction where that ran here."""

    def end(self) -> None:
        """Take note that the database is closed."""


class Feed:
    """The changes of one `Database`, and of every other one of the same name.

    Args:
        engine: what keeps the database.
        name: the database's name.
        get_stores: returns the names of its stores.
        on_leave: called when the page goes into the back-forward cache.

    Attributes:
        is_away: whether the page is in the back-forward cache, or on its way there.
        is_closed: whether the database is closed for good.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        get_stores: Callable[[], list[str]],
        on_leave: Callable[[], None],
    ) -> None:
        self._engine = engine
        self.is_away = False
        self.is_closed = False
        self._name = name
        self._get_stores = get_stores
        self._on_leave = on_leave
        self._listeners: dict[Listener, None] = {}  # in the order in which they came
        self._writing: dict[int, tuple[Sequence[str], Transaction | None]] = {}
        self._channel = Channel(engine, name, self._receive)
        engine.follow_page(self)

    def follow(
        self, running: Running[Any], stores: Sequence[str], transaction: Transaction | None
    ) -> None:
        """Publish what a transaction changes, once it is committed."""
        self._writing[running.id] = (stores, transaction)
        running.on_end = self._end

    def announce(self, stores: Sequence[str]) -> None:
        """Publish that any record of these stores may have changed."""
        self._publish(everything_in(stores), None, None)

    @contextlib.contextmanager
    def listen(self, listener: Listener) -> Iterator[None]:
        """Have a listener hear every change in the meantime.

        Raises:
            ConnectionLost: the database is closed.
        """
        self.add(listener)
        try:
            yield
        finally:
            self.remove(listener)

    def add(self, listener: Listener) -> None:
        """Have a listener hear every change from now on.

        Raises:
            ConnectionLost: the database is closed.
        """
        if self.is_closed:
            msg = f"the database {self._name!r} is closed"
            raise ConnectionLost(msg)
        self._listeners[listener] = None
        if not self.is_away:
            self._channel.listen()

    def remove(self, listener: Listener) -> None:
        """Have a listener hear nothing more."""
        self._listeners.pop(listener, None)

    def scope(self, stores: Sequence[str] | None, query: Key | KeyRange | None) -> Scope:
        """Check and return what somebody wants to hear of.

        Raises:
            NotFound: there is no such store.
            InvalidKey: the query is neither a key nor a range.
            UsageError: there is a query, and no store that it is about.
        """
        wanted = None if query is None else as_range(query)
        if stores is None:
            if wanted is not None:
                msg = "a query needs the names of the stores that it is about"
                raise UsageError(msg)
            return Scope(None, None)
        names = (stores,) if isinstance(stores, str) else tuple(stores)
        present = self._get_stores()
        for name in names:
            if name not in present:
                msg = f"the database has no store {name!r}"
                raise NotFound(msg, name="NotFoundError")
        return Scope(names, wanted)

    def close(self) -> None:
        """End all listeners. What is under way is published to the other tabs all the same."""
        self.is_closed = True
        self._channel.close()
        listeners, self._listeners = self._listeners, {}
        for listener in listeners:
            listener.end()

    def page_goes(self, *, is_kept: bool) -> None:
        """Tell the other tabs what may change yet: this page may not live to publish it.

        A page that is kept in the back-forward cache holds nothing in the meantime, where it would
        answer nobody: https://web.dev/articles/bfcache
        """
        self._channel.send_kept()
        stores = dict.fromkeys(store for names, _ in self._writing.values() for store in names)
        if stores:
            post(self._engine, self._name, everything_in(stores), None)
        if is_kept:
            self.is_away = True
            self._channel.close()
            self._on_leave()

    def page_returns(self) -> None:
        """Tell the listeners that anything may have changed while the page was away."""
        self.is_away = False
        if self._listeners:
            self._channel.listen()
            self._tell(Change(dict.fromkeys(self._get_stores())), None)

    def _end(self, number: int, text: str | None) -> None:
        _, transaction = self._writing.pop(number)
        note = None if transaction is None else transaction.note
        if text is not None and (text != NOTHING_CHANGED or note is not None):
            self._publish(text, note, number)

    def _publish(self, text: str, note: str | None, number: int | None) -> None:
        self._post(text, note)
        if self._listeners:
            self._tell(Change(decode_stores(text), note, is_local=True), number)

    def _post(self, text: str, note: str | None) -> None:
        if self.is_closed or self.is_away:
            # It was under way then, and is committed: the others are to hear of it.
            post(self._engine, self._name, text, note)
        else:
            self._channel.send(text, note)

    def _tell(self, change: Change, number: int | None) -> None:
        for listener in tuple(self._listeners):
            try:
                listener.hear(change, number)
            except Exception as error:  # noqa: BLE001 it goes where asyncio reports its callbacks'
                context = {"message": "a subscriber failed on a change", "exception": error}
                asyncio.get_running_loop().call_exception_handler(context)

    def _receive(self, text: str, note: str | None) -> None:
        if self._listeners:
            self._tell(Change(decode_stores(text), note), None)


class Subscription:
    """A subscription to changes. To end it, close it, or use it in a `with` statement."""

    def __init__(self, feed: Feed, scope: Scope, callback: Callable[[Change], object]) -> None:
        if inspect.iscoroutinefunction(callback):
            msg = "the callback of a subscription is a plain function, not an async one"
            raise TypeError(msg)
        self._feed = feed
        self._scope = scope
        self._callback = callback
        feed.add(self)

    def close(self) -> None:
        """End the subscription; nothing happens where it has ended."""
        self._feed.remove(self)

    def __enter__(self) -> Self:
        """Return the subscription itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End the subscription."""
        self.close()

    def hear(self, change: Change, _number: int | None) -> None:
        """Call the callback with a change that it asked for."""
        if self._scope.is_touched_by(change):
            self._callback(change)

    def end(self) -> None:
        """Do nothing: no change follows."""
