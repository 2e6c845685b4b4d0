"""The law of transactions: a coroutine that lives inside one, and dies with it.

IndexedDB commits a transaction as soon as nothing is asked of it at the end of an event. asyncio
resumes coroutines in a later event, which is too late. So the body of a transaction is not given to
asyncio: the driver here resumes it by hand, inside the event that brings a request's result.
"""

import contextlib
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Final, Generic, TypeVar, cast

from indexeddb._kernel import (
    ABORT,
    COMPLETE,
    FAILURE,
    NOTHING,
    SETTLED,
    SUCCESS,
)
from indexeddb._request import Request
from indexeddb._settled import Settled
from indexeddb._transaction import Transaction
from indexeddb.errors import IndexedDBError, TransactionAborted, error_named

T = TypeVar("T")

_ENDED: Final = 0
"""The number of no transaction."""


class Running(Generic[T]):
    """A transaction under way. Make one in the event in which the transaction began.

    Attributes:
        kernel: the functions of its kernel.
        id: the number that the kernel gave it: higher than those of all that began before.
        settled: done when the transaction has completed (with its result) or was undone.
        error: why it is being undone; the first reason counts.
        on_end: called when it has ended, with its number and the text of what it has changed; None
            where it was undone.
    """

    def __init__(self, kernel: Any, id: int, *, is_reading: bool) -> None:  # noqa: A002
        self.settled = Settled[T]()
        self.error: BaseException | None = None
        self.kernel = kernel
        self.id = id
        self.on_end: Callable[[int, str | None], None] | None = None
        self._is_reading = is_reading
        self._result: tuple[T] | None = None
        kernel.listeners[id] = self

    @property
    def events(self) -> int:
        """How many events the browser has sent about it."""
        return int(self.kernel.events(self.id))

    def handle(self, event: int, value: Any, detail: Any) -> int:
        """Handle the result of the awaited request, or the end of the transaction."""
        raise NotImplementedError

    def abort(self, error: BaseException) -> None:
        """Undo the transaction because of `error`."""
        if self.error is None:
            self.error = error
        self.kernel.abort(self.id)

    def give_up(self, error: IndexedDBError) -> None:
        """Undo the transaction because of `error`, and do not wait for the browser to say so."""
        self.abort(error)
        if not self.settled.done():
            self.settled.set_exception(error)
        self.kernel.listeners.pop(self.id, None)
        self.kernel.forget(self.id)
        if self.on_end is not None:
            self.on_end(self.id, None)

    def _settle(self, event: int, name: Any = None, message: Any = None) -> None:
        self.kernel.listeners.pop(self.id, None)
        if self.on_end is not None:
            self.on_end(self.id, name if event == COMPLETE else None)
        error = self.error
        if event == ABORT and name is not None and _says_nothing(error):
            notes = getattr(error, "__notes__", ())
            error = error_named(name, message)
            for note in notes:
                error.add_note(note)
        elif event == ABORT and error is None:
            error = TransactionAborted("the browser undid the transaction", name="AbortError")
        elif event == COMPLETE and self._result is None:
            error = TransactionAborted("the transaction was committed before its body had ended")
        if self.settled.done():  # the caller was cancelled
            return
        if error is not None:
            self.settled.set_exception(error)
        else:
            self.settled.set_result(cast("tuple[T]", self._result)[0])

    def _end(self, result: T, pending: Any) -> int:
        """Keep the result; return what the kernel is to wait for.

        A transaction that only reads, and has nothing left to wait for, has nothing to commit.
        """
        self._result = (result,)
        if self._is_reading and pending == 0:
            self._settle(COMPLETE)
            return SETTLED
        return NOTHING


class Once(Running[T]):
    """A transaction of one request."""

    def __init__(
        self,
        kernel: Any,
        id: int,  # noqa: A002
        convert: Callable[[Any], T],
        *,
        is_reading: bool,
    ) -> None:
        super().__init__(kernel, id, is_reading=is_reading)
        self._convert = convert

    def handle(self, event: int, value: Any, detail: Any) -> int:
        """Handle the result of the request, or the end of the transaction."""
        if event == SUCCESS:
            try:
                return self._end(self._convert(value), detail)
            except BaseException as error:  # noqa: BLE001 it comes out of the await
                self.abort(error)
        elif event == FAILURE:
            self.abort(error_named(value, detail))
        else:
            self._settle(event, value, detail)
        return NOTHING


class Driver(Running[T]):
    """Runs a body inside its transaction."""

    def __init__(
        self,
        transaction: Transaction,
        body: Callable[..., Coroutine[Any, Any, T]],
        *arguments: Any,
        is_reading: bool = False,
    ) -> None:
        super().__init__(transaction.kernel, transaction.id, is_reading=is_reading)
        self._transaction = transaction
        self._body = _call(body, transaction, *arguments)
        if not inspect.iscoroutine(self._body):
            self.abort(TypeError("the body of a transaction is an async function"))
            return
        awaited = self._advance(self._body.send, None)
        # The kernel takes the last request for the one that is awaited, unless told otherwise.
        if awaited != transaction.last:
            self.kernel.wait(self.id, awaited)

    def abort(self, error: BaseException) -> None:
        """Undo the transaction because of `error`, and close its body."""
        # What the body said comes first, whatever it has raised since.
        error = self._transaction.reason or error
        if self.error is None:
            self.error = error
        self._close_body()
        super().abort(error)

    def _close_body(self) -> None:
        # A body that awaits in its `finally` cannot be closed; there is nothing left to await.
        if inspect.iscoroutine(self._body):
            with contextlib.suppress(RuntimeError):
                self._body.close()

    def handle(self, event: int, value: Any, detail: Any) -> int:
        """Resume the body with the awaited request's result or error, or settle."""
        if event == SUCCESS:
            return self._advance(self._body.send, value, detail)
        if event == FAILURE:
            if self.error is not None:
                return NOTHING
            return self._advance(self._body.throw, error_named(value, detail))
        if self.error is None:
            self.error = self._transaction.reason
        if self._result is None:
            self._close_body()
        self._settle(event, value, detail)
        return NOTHING

    def _advance(self, step: Callable[[Any], Any], value: Any, pending: Any = None) -> int:
        """Resume the body, and return the request that it awaits next, or why there is none."""
        try:
            request = step(value)
        except StopIteration as end:
            result = end.value
        except BaseException as error:  # noqa: BLE001 whatever it is undoes the transaction and comes out
            self.abort(error)
            return NOTHING
        else:
            if not isinstance(request, Request) or request.owner is not self._transaction:
                self._refuse(request)
                return NOTHING
            return request.id
        # What the body has kept of it is of no use any more.
        self._transaction.id = _ENDED
        if self._transaction.reason is None:
            # Not in the handler above: who waits goes on in here, and what they raise would tell of
            # a StopIteration.
            return self._end(result, pending)
        self.abort(self._transaction.reason)
        return NOTHING

    def _refuse(self, awaited: object) -> None:
        what = "a request of another transaction"
        if not isinstance(awaited, Request):
            what = f"{type(awaited).__name__!r}"
        error = TypeError(
            f"only the transaction's own requests may be awaited inside it, not {what}: the "
            "transaction would commit half of the work while it waits. Do that before or after it"
        )
        # Thrown in where it was awaited, so that the traceback names the line. The refusal stands,
        # whatever the body makes of it.
        with contextlib.suppress(BaseException):
            self._body.throw(error)
        self.abort(error)


def _says_nothing(error: BaseException | None) -> bool:
    """Return whether an error leaves open why the transaction was undone.

    Where an index that is made unique cannot be, Firefox has every request fail like that.
    """
    return error is None or getattr(error, "name", None) == "AbortError"


def _call(body: Callable[..., Coroutine[Any, Any, T]], *arguments: Any) -> Coroutine[Any, Any, T]:
    """Call a body; where that raises at once, return a coroutine that raises the same.

    So what the body has asked for before is undone.
    """
    try:
        return body(*arguments)
    except BaseException as error:  # noqa: BLE001 it is raised in the transaction
        return _fail(error)


async def _fail(error: BaseException) -> Any:
    raise error
