"""The life of the service: which account is open, on which backend, and who hears of changes."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from reaktiv import ReadonlySignal

from roomkeep import records
from roomkeep.errors import InvalidRecord, StorageUnavailable
from roomkeep.idb import Durability
from roomkeep.models import Id
from roomkeep.persistence import stores
from roomkeep.persistence.account import Backend
from roomkeep.persistence.changes import ChangeFeed, Listener
from roomkeep.persistence.operation import Operation
from roomkeep.persistence.schema import VERSION
from roomkeep.persistence.scope import Scopes
from roomkeep.persistence.storage_report import StorageReport
from roomkeep.unreadable import Unreadable

__all__ = ["AccountService"]

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)


class AccountService:
    """Opens, switches and closes accounts. `DatabaseService` adds what can be kept in one.

    Args:
        backend: where the data are kept; chosen by `initialize` when it is not given.
        clock: tells the time, in ms since the epoch.
        durability: how safe a write is in a browser when it returns. `"relaxed"` survives that the
            tab or the browser is killed; `"strict"` waits for the disk, and survives a power
            failure, too.
    """

    def __init__(
        self,
        backend: Backend | None = None,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        durability: Durability = "relaxed",
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._durability = durability
        self._feed = ChangeFeed()
        self._scopes = Scopes(self._feed.publish)
        self._fallback_reason: StorageUnavailable | None = None
        self._initializing = asyncio.Lock()

    @property
    def is_ready(self) -> ReadonlySignal[bool]:
        """A signal: true from `initialize` to `close`.

        False in the moments of a switch, and from when the account is deleted elsewhere.
        """
        return self._scopes.is_ready

    @property
    def backend_name(self) -> str | None:
        """Where the data are kept: `"indexeddb"`, `"desktop"` or `"memory"`; None at first."""
        return None if self._backend is None else self._backend.name

    @property
    def fallback_reason(self) -> StorageUnavailable | None:
        """Why nothing will be kept: the browser offers no storage. None where all is well."""
        return self._fallback_reason

    @property
    def was_wiped(self) -> bool:
        """Whether the browser has deleted what the account kept: evicted, or "cleared site data".

        It is noticed when the database is opened, or in the midst of work; a change of the store
        `"accounts"` with the action `"clear"` then tells of it.
        """
        return self._scopes.current.account.was_wiped

    @property
    def current_user_id(self) -> str | None:
        """The id of the signed-in account; None for nobody."""
        return self._scopes.current.user_id

    @property
    def database_name(self) -> str:
        """The name of the current account's database."""
        return self._scopes.current.account.database_name

    @property
    def unreadable_records(self) -> list[Unreadable]:
        """The stored records that were passed over so far because they cannot be decoded."""
        return list(self._scopes.current.account.unreadable.values())

    async def initialize(self) -> None:
        """Open the database of who was signed in last, and make it where there is none.

        Raises:
            StorageBlocked: another tab holds an older version of the database open.
            SchemaTooNew: a newer version of the program made the database.
        """
        async with self._initializing:
            if self._backend is None:
                await self._choose_backend()
            elif not self.is_ready():
                await self._enter(self._backend)

    async def close(self) -> None:
        """Close the database. Calls under way are finished; later ones raise `NotReady`."""
        await self._scopes.leave()

    async def set_current_user_id(self, user_id: str | None) -> None:
        """Sign in as someone else, in their own database; None signs out.

        Calls under way finish on the old account or raise `ScopeChanged`. When this fails, the old
        account stays signed in.
        """
        if user_id is not None:
            user_id = records.check_value(user_id, Id, "user_id")
        self._scopes.current  # noqa: B018 raises NotReady
        await self._scopes.enter(self._required_backend, user_id)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each change to the signed-in account's data, once it is committed.

        Changes made in other tabs of the same account count as well.

        Returns:
            a function that ends the subscription.
        """
        return self._feed.subscribe(listener)

    async def get_storage_report(self) -> StorageReport:
        """Return what there is to know of the account's storage."""
        scope = self._scopes.current
        rows, problems = await scope.run(stores.meta.get_contents)
        space = await self._required_backend.get_space()
        scope.check()
        return StorageReport(
            backend=self._required_backend.name,
            database_name=scope.account.database_name,
            version=VERSION,
            rows=rows,
            problems=tuple(problems),
            space=space,
        )

    async def request_persistence(self) -> bool:
        """Ask the browser to keep the data also when the device runs out of room.

        It may ask the person, and then this waits for the answer.

        Returns:
            whether it promised.
        """
        self._scopes.current.check()
        return await self._required_backend.request_persistence()

    async def delete_account(self, user_id: str) -> None:
        """Delete all that an account keeps on this device. It must not be signed in here.

        Where it is, such as in another tab, subscribers hear of a change to `"accounts"`, and every
        call raises `ScopeChanged` until someone else is signed in.

        Raises:
            StorageBlocked: another tab holds the account's database open.
        """
        user_id = records.check_value(user_id, Id, "user_id")
        if self._scopes.current.user_id == user_id:
            raise InvalidRecord("is signed in; sign out first", field="user_id")
        backend = self._required_backend
        await backend.delete_account(user_id)
        if await backend.load_current_user_id() == user_id:
            await backend.save_current_user_id(None)

    async def get_account_ids(self) -> list[str]:
        """Return the ids of all accounts that have data on this device, sorted."""
        scope = self._scopes.current
        scope.check()
        return await self._required_backend.get_account_ids()

    def _run(
        self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, R]:
        # Not `async`: the account is that of the moment of the call, not of the first step, which
        # may come after a switch.
        return self._scopes.current.run(operation, *args, **kwargs)

    @property
    def _required_backend(self) -> Backend:
        assert self._backend is not None, "there is no scope without a backend"  # noqa: S101
        return self._backend

    async def _enter(self, backend: Backend) -> None:
        """Open the account of who was signed in last."""
        await self._scopes.enter(backend, await backend.load_current_user_id())

    async def _choose_backend(self) -> None:
        # Imported when they are needed: the browser's cannot be under CPython, and both know this
        # module.
        from roomkeep.persistence.memory_database_service import MemoryBackend

        if sys.platform == "emscripten":
            from roomkeep.persistence.browser_database_service import BrowserBackend
            from roomkeep.persistence.desktop_database_service import DesktopBackend, page_bridge

            if (bridge := page_bridge()) is not None:
                self._backend = DesktopBackend(bridge)
                await self._enter(self._backend)
                return
            browser = BrowserBackend(durability=self._durability)
            try:
                await self._enter(browser)
            except StorageUnavailable as error:
                logger.warning("no storage in this browser, so nothing will be kept: %s", error)
                self._fallback_reason = error
            else:
                self._backend = browser
                return
        memory = MemoryBackend()
        await self._enter(memory)
        self._backend = memory
