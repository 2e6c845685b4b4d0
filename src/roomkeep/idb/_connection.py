"""Connections: how one is opened, and what the browser has to say about it while it is open."""

import asyncio
from typing import Any

from roomkeep.errors import StorageBlocked, StorageError, StorageUnavailable
from roomkeep.idb import _quirks
from roomkeep.idb._errors import error_from
from roomkeep.idb._platform import create_proxy, indexed_db
from roomkeep.idb._request import issue
from roomkeep.idb._transaction import Driver, Upgrade, UpgradeTransaction, begin

__all__ = ["Connection", "Opening"]


class Connection:
    """One `IDBDatabase`.

    Attributes:
        is_open: false once it is closed, by us or by the browser.
    """

    def __init__(self, js_database: Any) -> None:
        self.js = js_database
        self.is_open = True
        self._handler = create_proxy(self._handle)
        js_database.onversionchange = js_database.onclose = self._handler

    @classmethod
    async def open(
        cls, name: str, version: int | None, upgrade: Upgrade | None, timeout: float
    ) -> "Connection":
        """Open a database; the browser may say nothing for `timeout` ms."""
        arguments = (name,) if version is None else (name, version)
        request = issue(indexed_db().open, *arguments)
        return cls(await Opening(request, upgrade).settle(name, timeout))

    def close(self) -> None:
        """Close it; transactions under way are finished first."""
        if self.is_open:
            self.is_open = False
            self.js.onversionchange = self.js.onclose = None
            self.js.close()
            self._handler.destroy()

    def _handle(self, _event: Any) -> None:
        # Another tab wants to upgrade or delete the database, and waits for this connection; or the
        # browser has closed it, because its data were deleted.
        self.close()


class Opening:
    """A request to open or to delete a database, and all that can become of it."""

    def __init__(self, request: Any, upgrade: Upgrade | None) -> None:
        self._request = request
        self._upgrade = upgrade
        self._driver: Driver[None] | None = None
        self._blocked = False
        self._settled: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._handler = create_proxy(self._handle)
        for event in ("success", "error", "blocked", "upgradeneeded"):
            setattr(request, f"on{event}", self._handler)

    async def settle(self, name: str, timeout: float) -> Any:
        """Wait for the request's result, for as long as the browser lets `timeout` ms pass by.

        An upgrade that goes on is waited for, however much there is to do: it will be done, and
        whoever took its length for a refusal would go on without what is kept here.

        Raises:
            StorageBlocked: another tab holds the database open.
            StorageUnavailable: the browser did not answer.
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

    def _silence(self, name: str, timeout: float) -> StorageError:
        if self._blocked and self._driver is None:
            return StorageBlocked(
                f"another tab holds an older version of the database {name!r} open"
            )
        msg = f"the browser did not answer within {timeout:.0f} ms when asked for {name!r}"
        return StorageUnavailable(msg)

    def _handle(self, event: Any) -> None:
        match event.type:
            case "upgradeneeded" if self._upgrade is not None:
                transaction = UpgradeTransaction(self._request.transaction)
                body = begin(self._upgrade, transaction, int(event.oldVersion))
                self._driver = Driver(self._request.transaction, transaction, body)
            case "blocked":
                self._blocked = True
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
