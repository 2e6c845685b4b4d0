"""The life cycle of the service: the backend, the open account, and the subscribers to changes."""

import asyncio
import functools
import logging
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from reaktiv import ReadonlySignal

from roomkeep.errors import InvalidRecord, StorageUnavailable
from roomkeep.models import Id
from roomkeep.persistence.account import Backend
from roomkeep.persistence.scope import Scopes
from roomkeep.persistence.storage_report import StorageReport
from roomkeep.storage.changes import ChangeFeed, Listener
from roomkeep.storage.decode_errors import UnreadableRecord
from roomkeep.storage.operation import Operation
from roomkeep.storage.operations import meta
from roomkeep.storage.schema import VERSION
from roomkeep.storage.validation import check_value

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)


class AccountService:
    """Opens, switches and closes accounts. `DatabaseService` adds what can be kept in one."""

    def __init__(
        self,
        backend: Backend | None = None,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        durability: Literal["relaxed", "strict"] = "relaxed",
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._durability = durability
        self._feed = ChangeFeed()
        self._scopes = Scopes(self._feed.publish)
        self._fallback_reason: StorageUnavailable | None = None
        self._choosing = asyncio.Lock()

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
    def data_lost(self) -> bool:
        """Whether the browser has deleted what the account kept: evicted, or "cleared site data".

        It is noticed when the database is opened, or in the midst of work; a change of the store
        `"accounts"` with the action `"clear"` then tells of it.
        """
        return self._scopes.current.account.data_lost

    @property
    def current_user_id(self) -> str | None:
        """The id of the signed-in account; None for nobody."""
        return self._scopes.current.user_id

    @property
    def database_name(self) -> str:
        """The name of the current account's database."""
        return self._scopes.current.account.database_name

    @property
    def unreadable_records(self) -> list[UnreadableRecord]:
        """The stored records that were passed over so far because they cannot be decoded."""
        return list(self._scopes.current.account.unreadable.values())

    async def initialize(self) -> None:
        """Open the database of who was signed in last, and make it where there is none.

        Raises:
            StorageBlocked: another tab holds an older version of the database open.
            SchemaTooNew: a newer version of the program made the database.
        """
        async with self._choosing:
            if self._backend is None:
                await self._choose_backend()
                return
        await self._scopes.resume(self._backend)

    async def close(self) -> None:
        """Close the database. Calls under way are finished; later ones raise `NotReady`."""
        await self._scopes.leave()

    async def set_current_user_id(self, user_id: str | None) -> None:
        """Sign in as someone else, in their own database; None signs out.

        Calls under way finish on the old account or raise `ScopeChanged`. When this fails, the old
        account stays signed in.
        """
        if user_id is not None:
            user_id = check_value(user_id, Id, "user_id")
        self._scopes.check_initialized()
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
        rows, missing_indexes = await scope.run(meta.get_contents)
        quota = await self._required_backend.get_quota()
        scope.check()
        return StorageReport(
            backend=self._required_backend.name,
            database_name=scope.account.database_name,
            version=VERSION,
            rows=rows,
            problems=tuple(
                f"the store {name.replace('.', ' lacks the index ')}" for name in missing_indexes
            ),
            quota=quota,
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
        user_id = check_value(user_id, Id, "user_id")
        self._scopes.check_initialized()
        async with self._scopes.lock:
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

    async def _choose_backend(self) -> None:
        # Imported when they are needed: the browser's cannot be imported under CPython.
        from roomkeep.persistence.memory_backend import MemoryBackend

        if sys.platform == "emscripten":
            from roomkeep.persistence.browser_backend import BrowserBackend
            from roomkeep.persistence.desktop_backend import DesktopBackend, page_bridge

            if (bridge := page_bridge()) is not None:
                await self._try(DesktopBackend(bridge))
                return
            try:
                await self._try(BrowserBackend(self._durability))
            except StorageUnavailable as error:
                logger.warning("no storage in this browser, so nothing will be kept: %s", error)
                self._fallback_reason = error
            else:
                return
        await self._try(MemoryBackend())

    async def _try(self, backend: Backend) -> None:
        """Open an account on a backend; where that fails, no backend is chosen yet."""
        # Before it is ready: whoever waits for that may ask which backend it is.
        self._backend = backend
        try:
            await self._scopes.resume(backend)
        except BaseException:
            self._backend = None
            raise


def method(
    operation: Operation[P, R],
) -> Callable[Concatenate[AccountService, P], Coroutine[Any, Any, R]]:
    """Make the method that carries out an operation, with its arguments and its documentation."""

    @functools.wraps(operation)
    def call(self: AccountService, /, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
        return self._run(operation, *args, **kwargs)

    return call
