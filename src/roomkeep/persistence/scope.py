"""Scopes: which account a call belongs to, and what becomes of it when the account is switched."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from reaktiv import ReadonlySignal, Signal

from roomkeep.errors import NotReady, RoomkeepError, ScopeChanged, StorageLost
from roomkeep.persistence.account import Account, Backend
from roomkeep.storage.changes import ACCOUNTS, Change
from roomkeep.storage.operation import Operation
from roomkeep.storage.operations import meta

P = ParamSpec("P")
R = TypeVar("R")


class Scope:
    """The time during which one account is signed in.

    Attributes:
        user_id: who is signed in; None for nobody.
        account: the open database.
        ended: why calls are refused: the account is being switched, or the service closed.
    """

    def __init__(self, user_id: str | None, account: Account) -> None:
        self.user_id = user_id
        self.account = account
        self.ended: RoomkeepError | None = None

    async def run(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Carry out an operation on this scope's account, and on no other.

        Raises:
            ScopeChanged: the account was switched before the operation began, or before a read gave
                its answer. A write that has begun is finished on its own account.
        """
        self.check()
        try:
            result = await self.account.run(operation, *args, **kwargs)
        except StorageLost:
            self.check()  # closed under the call because the scope has ended
            raise
        if operation.mode == "read":
            self.check()
        return result

    def check(self) -> None:
        """Make sure that the scope has not ended.

        Raises:
            ScopeChanged: the account was switched.
            NotReady: the service was closed.
        """
        if self.ended is not None:
            raise type(self.ended)(*self.ended.args)


class Scopes:
    """The current scope, and the way from one to the next.

    Attributes:
        is_ready: true while there is a scope to work in.
        lock: held while the account is switched, and by whatever must not meet a switch.
    """

    def __init__(self, publish: Callable[[list[Change]], None]) -> None:
        self._publish = publish
        self._ready = Signal(value=False)
        self.is_ready: ReadonlySignal[bool] = self._ready.as_readonly()
        self.lock = asyncio.Lock()
        self._scope: Scope | None = None

    @property
    def current(self) -> Scope:
        """The current scope.

        Raises:
            NotReady: there is none.
        """
        if self._scope is None:
            raise NotReady("the database service is not ready: call and await initialize() first")
        return self._scope

    def check_initialized(self) -> None:
        """Check that an account was opened, even if it was deleted since.

        Raises:
            NotReady: none was.
        """
        _ = self.current

    async def resume(self, backend: Backend) -> None:
        """Open the account of who was signed in last, unless one is open."""
        async with self.lock:
            if self._scope is None or self._scope.ended is not None:
                await self._enter(backend, await backend.load_current_user_id())

    async def enter(self, backend: Backend, user_id: str | None) -> None:
        """Open an account and make it the current one, in place of the one before.

        When that fails, the account before stays.
        """
        async with self.lock:
            await self._enter(backend, user_id)

    async def leave(self) -> None:
        """Close the current account; no other takes its place."""
        async with self.lock:
            if self._scope is not None:
                self._ready.set(False)
                self._scope.ended = NotReady("the database service is closed")
                self._scope.account.close()
                self._scope = None

    async def _enter(self, backend: Backend, user_id: str | None) -> None:
        before = self._scope
        deleted = None if before is None else before.ended
        if before is not None and before.user_id == user_id and deleted is None:
            return
        switching = ScopeChanged("the account is being switched")
        if before is not None:
            # A call that began on the old account and goes on from here is refused, so that
            # nothing of it lands in the new one.
            before.ended = switching
        self._ready.set(False)
        scope: Scope | None = None
        try:
            scope = await self._open(backend, user_id)
            # To leave an account that was deleted is not to sign out the one of another tab.
            if user_id is not None or deleted is None:
                await backend.save_current_user_id(user_id)
        except BaseException:
            if scope is not None:
                scope.account.close()
            # Where the account was deleted meanwhile, it stays so.
            if before is not None and before.ended is switching:
                before.ended = deleted
                self._ready.set(deleted is None)
            raise
        self._scope = scope
        if before is not None:
            before.account.close()
        self._ready.set(scope.ended is None)

    async def _open(self, backend: Backend, user_id: str | None) -> Scope:
        account = await backend.open_account(user_id)
        try:
            scope = Scope(user_id, account)
            # Before anything else is awaited: the account may be deleted at any time.
            account.subscribe(lambda changes: self._on_change(scope, changes))
            if user_id is not None and await account.get_owner() != user_id:
                await scope.run(meta.set_owner, user_id)
        except BaseException:
            account.close()
            raise
        return scope

    def _on_change(self, scope: Scope, changes: list[Change]) -> None:
        if any((change.store, change.action) == (ACCOUNTS, "delete") for change in changes):
            # A call from here on would make the account's database anew.
            scope.ended = ScopeChanged("the account was deleted")
            if scope is self._scope:
                self._ready.set(False)
        if scope is self._scope:
            self._publish(changes)
