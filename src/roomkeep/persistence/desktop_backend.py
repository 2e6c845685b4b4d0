"""Accounts on the desktop: the page sends requests, the main process keeps the data."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from roomkeep.errors import RoomkeepError, StorageError
from roomkeep.persistence.account import Account
from roomkeep.persistence.app_resume_storage import AppResumeStorage
from roomkeep.persistence.blob_bytes import with_bytes
from roomkeep.storage.changes import decode_changes
from roomkeep.storage.device_requests import (
    CloseAccount,
    DeleteAccount,
    DeviceRequest,
    GetAccountIds,
    GetQuota,
    LoadCurrentUserId,
    OpenAccount,
    SaveCurrentUserId,
    name_of,
)
from roomkeep.storage.operation import Operation
from roomkeep.storage.quota import Quota
from roomkeep.storage.schema import database_name
from roomkeep.storage.transaction import LoadedBlob
from roomkeep.storage.wire import AccountChanges, Reply, decode_reply, encode_request, kind_of

logger = logging.getLogger(__name__)


class Bridge(Protocol):
    """The way to the main process; texts are JSON."""

    async def command(self, text: str) -> str:
        """Send a command, and return its reply."""
        ...

    async def query(self, text: str) -> str:
        """Send a query, and return its reply."""
        ...

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the changes that other windows make."""
        ...


class DesktopBackend:
    """Accounts' databases in the main process.

    Args:
        bridge: the way to the main process.
    """

    name = "desktop"

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._resume = AppResumeStorage()
        self._open: dict[int, DesktopAccount] = {}
        self._closing: set[asyncio.Task[object]] = set()
        bridge.listen(self._receive)

    async def open_account(self, user_id: str | None) -> "DesktopAccount":
        handle: int = await self._ask(OpenAccount(user_id=user_id))
        account = DesktopAccount(self, handle, database_name(user_id))
        self._open[handle] = account
        return account

    async def get_account_ids(self) -> list[str]:
        ids: list[str] = await self._ask(GetAccountIds())
        return ids

    async def delete_account(self, user_id: str) -> None:
        await self._ask(DeleteAccount(user_id=user_id))

    async def get_quota(self) -> Quota:
        quota: Quota = await self._ask(GetQuota())
        return quota

    async def request_persistence(self) -> bool:
        return True  # nobody but the person takes files away

    async def load_current_user_id(self) -> str | None:
        user_id: str | None = await self._ask(LoadCurrentUserId())
        return user_id

    async def save_current_user_id(self, user_id: str | None) -> None:
        try:
            await self._ask(SaveCurrentUserId(user_id=user_id))
            # In the page, too: it chooses its colours before it can ask the main process.
            self._resume.save_current_user_id(user_id)
        except StorageError:
            logger.warning(
                "who is signed in will be forgotten when the program ends", exc_info=True
            )

    async def send(self, name: str, payload: bytes, account: int | None = None) -> Reply:
        """Have the main process carry out a request, and return its reply.

        Raises:
            RoomkeepError: what went wrong there.
        """
        send = self._bridge.query if kind_of(name) == "query" else self._bridge.command
        return decode_reply(await send(encode_request(name, payload, account)))

    def close(self, handle: int) -> None:
        """Have the main process close an account, without waiting for it."""
        self._open.pop(handle, None)
        task = asyncio.ensure_future(self._close(handle))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close(self, handle: int) -> None:
        try:
            await self._ask(CloseAccount(), handle)
        except RoomkeepError:
            logger.warning("an account stays open in the main process", exc_info=True)

    async def _ask(self, request: DeviceRequest, account: int | None = None) -> Any:
        reply = await self.send(name_of(type(request)), msgspec.json.encode(request), account)
        return msgspec.json.decode(reply.result, type=request.result)

    def _receive(self, text: str) -> None:
        message = msgspec.json.decode(text, type=AccountChanges)
        account = self._open.get(message.account)
        if account is not None:
            account.notify(decode_changes(bytes(message.changes), "other_tab"))


class DesktopAccount(Account):
    """An account that is open in the main process, under a handle that is good for it alone."""

    def __init__(self, backend: DesktopBackend, handle: int, name: str) -> None:
        super().__init__(name)
        self._backend = backend
        self._handle = handle

    def dispose(self) -> None:
        """Release the account; nothing is under way any more."""
        self._backend.close(self._handle)

    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        if "data" in arguments:
            arguments = await with_bytes(arguments)
        payload = operation.encode(arguments)
        reply = await self._backend.send(operation.name, payload, self._handle)
        self._note(decode_changes(bytes(reply.changes), "local"), reply.unreadable)
        result = msgspec.json.decode(reply.result, type=operation.result)
        return LoadedBlob(result) if isinstance(result, bytes) else result


class PageBridge:
    """The bridge that the window puts into the page before its scripts run."""

    def __init__(self, js_bridge: Any) -> None:
        self._js = js_bridge

    async def command(self, text: str) -> str:
        return str(await self._js.command(text))

    async def query(self, text: str) -> str:
        return str(await self._js.query(text))

    def listen(self, listener: Callable[[str], None]) -> None:
        from pyodide.ffi import create_proxy

        # It lasts as long as the page.
        self._js.onchanges = create_proxy(listener)


def page_bridge() -> PageBridge | None:
    """Return the bridge of the window that the page is in; None in any other browser."""
    import js

    bridge = getattr(js, "roomkeepDesktop", None)
    return PageBridge(bridge) if bridge else None
