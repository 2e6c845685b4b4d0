"""A request to open or to delete a database, and all that can become of it."""

import asyncio
from collections.abc import Callable
from typing import Any

from indexeddb import _quirks
from indexeddb._driver import Driver
from indexeddb._engines import Engine
from indexeddb._transaction import Upgrade, UpgradeTransaction
from indexeddb.errors import Blocked, IndexedDBError, Unavailable, error_from

OnBlocked = Callable[[], object]
"""Called when another tab keeps an older version open."""


class Opening:
    """A request to open or to delete a database."""

    def __init__(
        self,
        engine: Engine,
        request: Any,
        upgrade: Upgrade | None,
        on_blocked: OnBlocked | None,
    ) -> None:
        self._engine = engine
        self._request = request
        self._upgrade = upgrade
        self._on_blocked = on_blocked
        self._driver: Driver[None] | None = None
        self._blocked = False
        self._settled: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._handler = engine.create_handler(self._handle)
        for event in ("success", "error", "blocked", "upgradeneeded"):
            setattr(request, f"on{event}", self._handler)

    async def settle(self, name: str, timeout: float) -> Any:
        """Wait for the request's result, for as long as the browser lets `timeout` ms pass by.

        An upgrade that goes on is waited for, however much there is to do: it will be done, and
        whoever took its length for a refusal would go on without what is kept here.

        Raises:
            Blocked: another tab holds the database open.
            Unavailable: the browser did not answer.
            IndexedDBError: the browser failed otherwise.
        """
        try:
            seen = -1
            while not await self._is_settled(timeout):
                if self._driver is None or self._driver.events == seen:
                    raise self._silence(name, timeout)
                seen = self._driver.events
            return self._settled.result()
        finally:
            # What comes from here on comes too late.
            self._settled.cancel()

    async def _is_settled(self, timeout: float) -> bool:
        done, _ = await asyncio.wait([self._settled], timeout=timeout / 1000)
        return bool(done)

    def _silence(self, name: str, timeout: float) -> IndexedDBError:
        if self._blocked and self._driver is None:
            return Blocked(f"another tab holds an older version of the database {name!r} open")
        msg = f"the browser did not answer within {timeout:.0f} ms when asked for {name!r}"
        return Unavailable(msg)

    def _handle(self, event: Any) -> None:
        match event.type:
            case "upgradeneeded" if self._upgrade is not None:
                old = int(event.oldVersion)
                kernel = self._engine.kernel
                number = kernel.adopt(self._request.transaction)
                transaction = UpgradeTransaction(kernel, number, old)
                self._driver = Driver(transaction, self._upgrade, old)
            case "blocked":
                self._blocked = True
                if self._on_blocked is not None:
                    self._on_blocked()
            case "success":
                self._succeed(self._request.result)
            case "error":
                event.preventDefault()
                self._fail()

    def _succeed(self, result: Any) -> None:
        self._handler.destroy()
        if not self._settled.done():
            self._settled.set_result(result)
        elif result:
            # Too late: nobody waits any more, and an open connection would block other tabs.
            result.close()

    def _fail(self) -> None:
        self._handler.destroy()
        error: BaseException = _quirks.error_of_opening(error_from(self._request.error))
        if self._driver is not None:
            # What the upgrade raised, or what undid it, such as a full disk, says more than the
            # AbortError that came of it.
            error = self._driver.settled.exception() or error
        if not self._settled.done():
            self._settled.set_exception(error)
