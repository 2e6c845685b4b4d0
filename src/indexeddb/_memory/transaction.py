"""Transactions in memory: requests are answered one by one, each in a turn of the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from indexeddb._kernel import ABORT, COMPLETE, FAILURE, RAW, SETTLED, SUCCESS, TEXT
from indexeddb._memory.operations import Later, Records, Run, Source
from indexeddb._memory.records import Record
from indexeddb._memory.store import Store, Undo
from indexeddb._platform import IN_PYODIDE, DOMException
from indexeddb._structured import copy, stringify
from indexeddb._values import to_js

_PENDING: Final = -1


class Connection(Protocol):
    """The connection that a transaction is of."""

    @property
    def stores(self) -> dict[str, Store]:
        """The stores of its database."""
        ...

    def end(self, transaction: "Transaction") -> None:
        """Let others have the stores of a transaction that has ended."""
        ...


class Kernel(Protocol):
    """The kernel that a transaction is of."""

    transactions: dict[int, "Transaction"]

    def next_id(self) -> int:
        """Return the number of another transaction or request."""
        ...

    def dispatch(self, transaction: int, event: int, value: Any = None, detail: Any = None) -> int:
        """Tell Python what has happened; see `_kernel`."""
        ...


class Request:
    """A request of a body's."""

    __slots__ = ("id", "lane", "state", "value")

    def __init__(self, id: int, lane: int) -> None:  # noqa: A002
        self.id = id
        self.lane = lane
        self.state = _PENDING
        self.value: Any = None


class Transaction:
    """A transaction.

    Args:
        kernel: its kernel.
        connection: its connection.
        scope: the names of the stores that it may use.
        mode: `"readonly"`, `"readwrite"` or `"versionchange"`.

    Attributes:
        id: the kernel's number of it.
        events: how many have happened.
        undo: what undoes it.
        on_end: called at its very end with whether it was undone.
    """

    def __init__(
        self, kernel: Kernel, connection: Connection, scope: frozenset[str], mode: str
    ) -> None:
        self.id = kernel.next_id()
        self.scope = scope
        self.mode = mode
        self.events = 0
        self.undo = Undo(is_writable=mode != "readonly")
        self.awaited = 0
        self.is_settled = False
        self.is_started = False
        self.is_ended = False
        self.on_end: Callable[[bool], None] = lambda _is_aborted: None
        self.loop = asyncio.get_running_loop()
        self._kernel = kernel
        self._connection = connection
        self._requests: dict[int, Request] = {}
        self._queue: deque[tuple[Request | None, Run]] = deque()
        self._error: DOMException | None = None
        self._is_scheduled = False
        # Until the event loop's next turn, the code that has made it may use it.
        self._is_active = True
        kernel.transactions[self.id] = self
        self._schedule()

    @property
    def stores(self) -> dict[str, Store]:
        """The stores of its database."""
        return self._connection.stores

    def source(self, store: str, index: str | None) -> Source:
        """Return a store, or one of its indexes.

        Raises:
            DOMException: there is none, or the transaction may not be used.
        """
        self.check_active()
        found = self.stores.get(store)
        if found is None or not (store in self.scope or self.mode == "versionchange"):
            raise DOMException("NotFoundError", f"the transaction has no store {store!r}")
        if index is None:
            return found
        if index not in found.indexes:
            raise DOMException("NotFoundError", f"the store {store!r} has no index {index!r}")
        return found.indexes[index]

    def store(self, name: str) -> Store:
        """Return a store.

        Raises:
            DOMException: there is none, or the transaction may not be used.
        """
        store = self.source(name, None)
        assert isinstance(store, Store)  # noqa: S101 no index was asked for
        return store

    def check_active(self) -> None:
        """Check that a request may be made.

        Raises:
            DOMException: it may not.
        """
        if not self._is_active or self.is_ended:
            raise DOMException("TransactionInactiveError", "The transaction is not active.")

    def ask(self, lane: int, run: Run) -> int:
        """Queue a request, and take it for the one that is awaited; return its number."""
        self.check_active()
        request = Request(self._kernel.next_id(), lane)
        self._requests[request.id] = request
        self._queue.append((request, run))
        self.awaited = request.id
        return request.id

    def do(self, run: Run) -> None:
        """Queue what nobody awaits: should it fail, the transaction is undone."""
        self._queue.append((None, run))

    def start(self) -> None:
        """Begin to answer requests: the stores are free."""
        self.is_started = True
        self._schedule()

    def abort(self, error: DOMException | None = None) -> None:
        """Undo it, because of `error` if any."""
        if self.is_ended:
            return
        self._error = error
        for step in reversed(self.undo):
            step()
        self._end()
        if not self.loop.is_closed():
            self.loop.call_soon(self._tell_abort)

    def deliver(self) -> None:
        """Hand the awaited result to Python, and the next one, as long as there is one."""
        while True:
            request = self._requests.get(self.awaited)
            if request is None or request.state == _PENDING:
                return
            del self._requests[request.id]
            state, value = request.state, request.value
            if state == SUCCESS:
                try:
                    value = _convert(request.lane, value)
                except DOMException as error:
                    state, value = FAILURE, error
            was_active, self._is_active = self._is_active, True
            if state == SUCCESS:
                self.awaited = self._kernel.dispatch(self.id, SUCCESS, value, len(self._queue))
            else:
                self.awaited = self._kernel.dispatch(self.id, FAILURE, value.name, value.message)
            self._is_active = was_active
            if self.awaited == SETTLED:
                self.is_settled = True

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self.loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._is_scheduled = self._is_active = False
        if not self.is_started:
            return
        if self._queue and not self.is_ended:
            self._answer(*self._queue.popleft())
        self._go_on()

    def _go_on(self) -> None:
        if self.is_ended:
            return
        if self._queue:
            self._schedule()
        else:
            self._commit()

    def _answer(self, request: Request | None, run: Run) -> None:
        self.events += 1
        try:
            value = run()
        except DOMException as error:
            self._fail(request, error)
            return
        if isinstance(value, Later):
            self._queue.append((None if value.failure else request, value.run))
            if value.failure:
                self._fail(request, value.failure)
        elif request is not None:
            request.state, request.value = SUCCESS, value
            if self.awaited == request.id:
                self.deliver()

    def _fail(self, request: Request | None, error: DOMException) -> None:
        if request is None:
            self.abort(error)
            return
        request.state, request.value = FAILURE, error
        if self.awaited == request.id:
            self.deliver()
        else:
            self.abort(error)

    def _commit(self) -> None:
        self._end()
        self._tell(COMPLETE)

    def _end(self) -> None:
        self.is_ended = True
        self._connection.end(self)

    def _tell_abort(self) -> None:
        reason = self._error or DOMException("AbortError", "The transaction was aborted.")
        for request, _ in self._queue:
            self.events += 1
            if request is not None:
                request.state, request.value = FAILURE, reason
                if self.awaited == request.id:
                    self.deliver()
        self._tell(ABORT)

    def _tell(self, event: int) -> None:
        self.events += 1
        del self._kernel.transactions[self.id]
        error = self._error
        if not self.is_settled:
            given: tuple[str, ...] = () if error is None else (error.name, error.message)
            if event == COMPLETE:
                given = (self.undo.changes.to_text(),)
            self._kernel.dispatch(self.id, event, *given)
        self.on_end(event == ABORT)


def _convert(lane: int, value: Any) -> Any:
    """Convert a result to what crosses into Python in a lane."""
    if isinstance(value, Record):
        if lane == TEXT:
            return value.stringify()
        return _raw(value.load()) if lane == RAW else value.text or value.load()
    if isinstance(value, Records):
        return _convert_many(lane, value)
    if lane == RAW:
        return value
    # A string is a text there.
    return stringify(value) if isinstance(value, str) else copy(value)


def _raw(value: Any) -> Any:
    return to_js(value) if IN_PYODIDE else value


def _convert_many(lane: int, records: Records) -> Any:
    if lane == RAW:
        return _raw([None if record is None else record.load() for record in records])
    texts = ["null" if record is None else record.text for record in records]
    if None not in texts:
        return f"[{','.join(texts)}]"  # type: ignore[arg-type]
    if lane == TEXT:
        each = ("null" if record is None else record.stringify() for record in records)
        return f"[{','.join(each)}]"
    return [None if record is None else record.load() for record in records]
