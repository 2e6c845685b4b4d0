"""The service in the desktop's window: the page sends requests, the main process keeps the data."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol, cast

import msgspec

from roomkeep import errors
from roomkeep.errors import InvalidRecord, RecordNotFound, StorageError
from roomkeep.persistence.account import OpenAccount
from roomkeep.persistence.app_resume_storage import AppResumeStorage
from roomkeep.persistence.blob_bytes import with_bytes
from roomkeep.persistence.database_service import DatabaseService
from roomkeep.persistence.operation import Operation
from roomkeep.persistence.schema import database_name
from roomkeep.protocol import (
    COMMANDS,
    QUERIES,
    AccountChanges,
    Answer,
    Envelope,
    Problem,
    Request,
    commands,
    name_of,
    queries,
)
from roomkeep.reports import Space

__all__ = ["Bridge", "DesktopBackend", "DesktopDatabaseService", "page_bridge"]

logger = logging.getLogger(__name__)


class Bridge(Protocol):
    """The way to the main process; texts are JSON."""

    async def command(self, text: str) -> str:
        """Send a command, and return its answer."""
        ...

    async def query(self, text: str) -> str:
        """Send a query, and return its answer."""
        ...

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with what other windows have changed."""
        ...


class DesktopBackend:
    """Accounts' databases in the main process.

    Args:
        bridge: the way there.
        resume: where the page notes who is signed in, for its next start.
    """

    name = "desktop"

    def __init__(self, bridge: Bridge, resume: AppResumeStorage | None = None) -> None:
        self._bridge = bridge
        self._resume = resume or AppResumeStorage()
        self._open: dict[int, DesktopAccount] = {}
        self._closing: set[asyncio.Task[object]] = set()
        bridge.listen(self._receive)

    async def open_account(self, user_id: str | None) -> "DesktopAccount":
        """Open an account's database, and make it where there is none; None is nobody's."""
        handle: int = await self._ask(commands.OpenAccount(user_id=user_id))
        account = DesktopAccount(self, handle, database_name(user_id))
        self._open[handle] = account
        return account

    async def get_account_ids(self) -> list[str]:
        """Return the ids of the accounts that have a database, sorted."""
        ids: list[str] = await self._ask(queries.GetAccountIds())
        return ids

    async def delete_account(self, user_id: str) -> None:
        """Delete an account's database, where there is one; other windows lose it."""
        await self._ask(commands.DeleteAccount(user_id=user_id))

    async def get_space(self) -> Space:
        """Return how much the data folder takes, and how much the disk has."""
        space: Space = await self._ask(queries.GetSpace())
        return space

    async def request_persistence(self) -> bool:
        """Promise it: nobody but the person takes files away."""
        return True

    async def load_current_user_id(self) -> str | None:
        """Return who was signed in when the program last ran."""
        user_id: str | None = await self._ask(queries.LoadCurrentUserId())
        return user_id

    async def save_current_user_id(self, user_id: str | None) -> None:
        """Remember who is signed in for the program's next run."""
        try:
            await self._ask(commands.SaveCurrentUserId(user_id=user_id))
            # In the page, too: its colours are chosen before there is anyone to ask.
            self._resume.save_current_user_id(user_id)
        except StorageError:
            logger.warning(
                "who is signed in will be forgotten when the program ends", exc_info=True
            )

    async def send(self, request: Request, account: int | None = None) -> Answer:
        """Send a request, and return the answer to it.

        Raises:
            RoomkeepError: what the main process says went wrong.
        """
        kind = type(request)
        envelope = Envelope(
            type=name_of(kind), account=account, payload=msgspec.Raw(msgspec.json.encode(request))
        )
        ask = self._bridge.command if issubclass(kind, commands.Command) else self._bridge.query
        text = await ask(msgspec.json.encode(envelope).decode())
        answer = msgspec.json.decode(text, type=Answer)
        if answer.error is not None:
            raise _error(answer.error)
        return answer

    def close(self, handle: int) -> None:
        """Have the main process close an account; nobody waits for it."""
        self._open.pop(handle, None)
        task = asyncio.ensure_future(self._close(handle))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close(self, handle: int) -> None:
        try:
            await self.send(commands.CloseAccount(), handle)
        except errors.RoomkeepError:
            logger.warning("an account stays open in the main process", exc_info=True)

    async def _ask(self, request: Request) -> Any:
        answer = await self.send(request)
        return msgspec.json.decode(answer.result, type=request.result)

    def _receive(self, text: str) -> None:
        told = msgspec.json.decode(text, type=AccountChanges)
        account = self._open.get(told.account)
        if account is not None:
            account.publish(list(told.changes))


class DesktopAccount(OpenAccount):
    """An account that is open in the main process, under a handle that is good for it alone."""

    def __init__(self, backend: DesktopBackend, handle: int, name: str) -> None:
        super().__init__(name)
        self._backend = backend
        self._handle = handle

    def dispose(self) -> None:
        """Let go of the account; nothing is under way any more."""
        self._backend.close(self._handle)

    async def _carry_out(self, operation: Operation[..., Any], arguments: dict[str, Any]) -> Any:
        requests = QUERIES if operation.mode == "read" else COMMANDS
        kind = requests[operation.name.replace("_", "-")]
        if "data" in arguments:
            arguments = await with_bytes(arguments)
        answer = await self._backend.send(kind(**arguments), self._handle)
        self._note(answer.changes, answer.unreadable)
        result = msgspec.json.decode(answer.result, type=kind.result)
        return Loaded(result) if isinstance(result, bytes) else result


class Loaded:
    """Bytes that came with the answer."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self) -> bytes:
        """Return the bytes."""
        return self._data


class PageBridge:
    """The bridge that the window puts into the page before its scripts run."""

    def __init__(self, js_bridge: Any) -> None:
        self._js = js_bridge

    async def command(self, text: str) -> str:
        """Send a command, and return its answer."""
        return str(await self._js.command(text))

    async def query(self, text: str) -> str:
        """Send a query, and return its answer."""
        return str(await self._js.query(text))

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with what other windows have changed."""
        from pyodide.ffi import create_proxy

        # It lasts as long as the page.
        self._js.onchanges = create_proxy(listener)


class DesktopDatabaseService(DatabaseService):
    """`DatabaseService` in the desktop's window."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(DesktopBackend(bridge))


def page_bridge() -> PageBridge | None:
    """Return the bridge of the window that the page is in; None in any other browser."""
    import js

    bridge = getattr(js, "roomkeepDesktop", None)
    return PageBridge(bridge) if bridge else None


def _error(problem: Problem) -> Exception:
    kind = getattr(errors, problem.name, None) if problem.name in errors.__all__ else None
    if kind is InvalidRecord:
        return InvalidRecord(problem.sentence, field=problem.field)
    if kind is RecordNotFound:
        return RecordNotFound(problem.store or "", problem.key or "")
    return cast("Exception", (kind or StorageError)(problem.sentence))
