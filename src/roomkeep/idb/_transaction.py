"""The law of transactions: a coroutine that lives inside one, and dies with it.

IndexedDB commits a transaction as soon as nothing is asked of it at the end of an event. asyncio
resumes coroutines in a later event, which is too late. So the body of a transaction is not given to
asyncio: the driver here resumes it by hand, inside the event that brings a request's result.
"""

import asyncio
import contextlib
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar, cast

from roomkeep.errors import RoomkeepError, TransactionAborted
from roomkeep.idb._errors import error_from
from roomkeep.idb._platform import JsException, create_proxy, jsnull, to_js
from roomkeep.idb._request import Request, issue
from roomkeep.idb._store import Store

__all__ = ["Body", "Driver", "Transaction", "Upgrade", "UpgradeTransaction", "begin"]

T = TypeVar("T")


class Transaction:
    """A transaction, as its body sees it."""

    def __init__(self, js_transaction: Any) -> None:
        self._js = js_transaction

    @property
    def store_names(self) -> list[str]:
        """The names of the stores that the transaction may use."""
        return list(self._js.objectStoreNames)

    def store(self, name: str) -> Store:
        """Return one of the transaction's stores.

        Raises:
            StorageUnavailable: the transaction has no such store.
        """
        return Store(self, issue(self._js.objectStore, name))


class UpgradeTransaction(Transaction):
    """The transaction of an upgrade, which may change stores and indexes too."""

    def create_store(
        self, name: str, *, key_path: str | list[str] | None = None, auto_increment: bool = False
    ) -> Store:
        """Create a store. Its keys are given with each record unless a key path names them."""
        options = to_js({"autoIncrement": auto_increment})
        if key_path is not None:
            options.keyPath = to_js(key_path)
        return Store(self, issue(self._js.db.createObjectStore, name, options))

    def delete_store(self, name: str) -> None:
        """Delete a store with all its records."""
        issue(self._js.db.deleteObjectStore, name)


Body = Callable[[Transaction], Coroutine[Any, Any, T]]
"""What a transaction does."""

Upgrade = Callable[[UpgradeTransaction, int], Coroutine[Any, Any, None]]
"""What an upgrade does, given the version that the database had: 0 when it is new."""


def begin(
    body: Callable[..., Coroutine[Any, Any, T]], *arguments: object
) -> Coroutine[Any, Any, T]:
    """Call a body. What a plain function raises in place of giving a coroutine, its coroutine does.

    So it undoes what the function has asked for before.
    """
    try:
        return body(*arguments)
    except BaseException as error:  # noqa: BLE001 it is raised in the transaction
        return _fail(error)


async def _fail(error: BaseException) -> Any:
    raise error


class Driver(Generic[T]):
    """Runs a body inside its transaction. Make one in the event in which the transaction began.

    Attributes:
        settled: done when the transaction has completed (with the body's result) or was undone.
        error: why it is being undone; the first reason counts.
        events: how many events the browser has sent about it.
    """

    def __init__(
        self, js_transaction: Any, transaction: Transaction, body: Coroutine[Any, Any, T]
    ) -> None:
        self.settled: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.error: BaseException | None = None
        self.events = 0
        self._js = js_transaction
        self._transaction = transaction
        self._body = body
        self._result: tuple[T] | None = None
        # One proxy for all events: each costs memory on both sides until it is destroyed.
        self._handler = create_proxy(self._handle)
        js_transaction.oncomplete = js_transaction.onabort = self._handler
        if inspect.iscoroutine(body):
            self._advance(body.send, None)
        else:
            self.abort(TypeError("the body of a transaction is an async function"))

    def abort(self, error: BaseException) -> None:
        """Undo the transaction because of `error`."""
        if self.error is None:
            self.error = error
        self._close_body()
        try:
            self._js.abort()
        except JsException as late:
            # Over already: the event that says so is on its way, and settles.
            if late.name != "InvalidStateError":
                raise

    def give_up(self, error: RoomkeepError) -> None:
        """Undo the transaction because of `error`, and do not wait for the browser to say so."""
        self.abort(error)
        if not self.settled.done():
            self.settled.set_exception(error)

    def _close_body(self) -> None:
        # A body that awaits in its `finally` cannot be closed; there is nothing left to await.
        if inspect.iscoroutine(self._body):
            with contextlib.suppress(RuntimeError):
                self._body.close()

    def _handle(self, event: Any) -> None:
        self.events += 1
        match event.type:
            case "success":
                self._advance(self._body.send, event.target.result)
            case "error":
                # Unless prevented, a failed request undoes the transaction before the body may
                # catch the failure.
                event.preventDefault()
                if self.error is None:
                    self._advance(self._body.throw, self._request_error(event.target))
            case "complete":
                self._settle()
            case "abort":
                self._settle(aborted=True)

    def _advance(self, step: Callable[[Any], Any], value: Any) -> None:
        while True:
            try:
                request = step(value)
            except StopIteration as end:
                self._result = (end.value,)
                return
            except BaseException as error:  # noqa: BLE001 whatever it is undoes the transaction and comes out
                self.abort(error)
                return
            if not isinstance(request, Request) or request.owner is not self._transaction:
                self._refuse(request)
                return
            js_request = request.js_request
            if js_request.readyState == "pending":
                js_request.onsuccess = js_request.onerror = self._handler
                return
            # Issued earlier, and answered while another one was awaited.
            failed = js_request.error is not jsnull
            step = self._body.throw if failed else self._body.send
            value = self._request_error(js_request) if failed else js_request.result

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

    def _request_error(self, js_request: Any) -> RoomkeepError:
        error = js_request.error
        # When the browser undoes a transaction, its requests fail with a mere AbortError; the
        # reason, such as a full disk, is the transaction's.
        if error.name == "AbortError" and self._js.error is not jsnull:
            error = self._js.error
        return error_from(error)

    def _settle(self, *, aborted: bool = False) -> None:
        self._handler.destroy()
        self._close_body()
        error = self.error
        if aborted and error is None:
            error = TransactionAborted("the browser undid the transaction", name="AbortError")
            if self._js.error is not jsnull:
                error = error_from(self._js.error)
        elif not aborted and self._result is None:
            error = TransactionAborted("the transaction was committed before its body had ended")
        if self.settled.done():  # the caller was cancelled
            return
        if error is not None:
            self.settled.set_exception(error)
        else:
            self.settled.set_result(cast("tuple[T]", self._result)[0])
