"""The main process: it owns the data folder, and answers the requests of windows.

    main = MainProcess(folder)
    session = main.open_session(on_changes)
    reply = session.handle("command", '{"type": "open-account", "payload": {"userId": "ann"}}')

The page is not trusted: a request that is unknown, malformed, too large or invalid is refused here,
whatever the page has checked. A reply never holds a path or a stack trace.
"""

import functools
import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from roomkeep.desktop.data_folder import DataFolder
from roomkeep.desktop.homeservers import Origin, read_origin
from roomkeep.errors import InvalidRecord, NotReady, RoomkeepError, StorageError
from roomkeep.storage.changes import Change, account_deleted
from roomkeep.storage.device_requests import (
    DEVICE_REQUESTS,
    CloseAccount,
    DeleteAccount,
    DeviceRequest,
    GetAccountIds,
    GetQuota,
    Kind,
    LoadCurrentUserId,
    OpenAccount,
    ReachServers,
    SaveCurrentUserId,
)
from roomkeep.storage.engines.sqlite.database import SqliteDatabase
from roomkeep.storage.operation import OPERATIONS
from roomkeep.storage.operations.meta import set_owner
from roomkeep.storage.validation import decode_json
from roomkeep.storage.wire import (
    decode_request,
    encode_account_changes,
    encode_error,
    encode_reply,
)

logger = logging.getLogger(__name__)

_MAX_OPEN = 50
"""So many accounts may be open in a session at a time. A page needs two while it switches."""

_MAX_SERVERS = 4
"""So many homeservers a page may reach at a time: one, and those that signing in leads to."""

Listener = Callable[[Iterable[Change]], None]


class Account:
    """An account's open database, and the windows that have it open.

    Attributes:
        user_id: whose it is; None for nobody.
        database: the database.
        listeners: called with the changes that others make.
    """

    def __init__(self, user_id: str | None, path: Path) -> None:
        self.user_id = user_id
        self.listeners: set[Listener] = set()
        self.uses = 0
        self.database = SqliteDatabase(path)
        try:
            if user_id is not None:
                self.database.run(set_owner, {"user_id": user_id})
        except BaseException:
            self.database.close()
            raise

    def publish(self, changes: Iterable[Change], *, but: Listener | None = None) -> None:
        """Notify the windows of changes, except the one that made them."""
        for listener in tuple(self.listeners):
            if listener is not but:
                listener(changes)


class MainProcess:
    """What all windows share: the data folder, and the accounts that are open.

    Args:
        folder: the data folder; made where there is none. Until `close` no other process can use
            it.

    Raises:
        StorageBlocked: another main process uses the folder.
        StorageError: the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.data_folder = DataFolder(folder)
        self._accounts: dict[str | None, Account] = {}
        self._lock = threading.RLock()
        self._sessions: set[Session] = set()
        self._closed = False
        self._open_last_account()

    def open_session(self, on_changes: Callable[[str], None]) -> "Session":
        """Begin to serve a window, or a page that was reloaded.

        Args:
            on_changes: called with JSON when others have changed data of an account that is open in
                this session; from any thread.
        """
        with self._lock:
            self._check_open()
            session = Session(self, on_changes)
            self._sessions.add(session)
            return session

    def close(self) -> None:
        """End all sessions, once what is under way is done, and let go of the data folder."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for session in tuple(self._sessions):
                session.close()
            for account in self._accounts.values():
                account.database.close()
            self._accounts.clear()
            self.data_folder.close()

    def acquire(self, user_id: str | None) -> Account:
        """Open an account, or share the one that is open; `release` ends that."""
        with self._lock:
            self._check_open()
            if user_id not in self._accounts:
                self._accounts[user_id] = Account(user_id, self.data_folder.prepare(user_id))
            account = self._accounts[user_id]
            account.uses += 1
            return account

    def release(self, account: Account) -> None:
        """Close an account when nobody has it open any more."""
        with self._lock:
            if self._accounts.get(account.user_id) is not account:
                return  # it was deleted
            account.uses -= 1
            if not account.uses:
                del self._accounts[account.user_id]
                account.database.close()

    def delete_account(self, user_id: str) -> None:
        """Delete an account. Windows that have it open are notified first, and lose it."""
        with self._lock:
            account = self._accounts.pop(user_id, None)
            if account is not None:
                account.publish([account_deleted(user_id)])
                account.database.close()
            self.data_folder.delete(user_id)

    def can_reach(self, origin: Origin) -> bool:
        """Tell whether a page speaks to a homeserver there; from any thread."""
        with self._lock:
            return any(origin in session.servers for session in self._sessions)

    def forget(self, session: "Session") -> None:
        """Take note that a session has ended."""
        with self._lock:
            self._sessions.discard(session)

    def _open_last_account(self) -> None:
        """Have the database of who is signed in created and upgraded before a window asks."""
        try:
            self.release(self.acquire(self.data_folder.load_current_user_id()))
        except Exception:
            # Whoever opens the account gets the error.
            logger.warning("could not prepare the account's database", exc_info=True)

    def _check_open(self) -> None:
        if self._closed:
            raise NotReady("the main process has ended")


class Session:
    """What one window can do.

    It names accounts by the handles that opening them returned. A handle is valid in its session
    only.

    Attributes:
        servers: the homeservers that the page speaks to.
    """

    def __init__(self, main: MainProcess, on_changes: Callable[[str], None]) -> None:
        self._main = main
        self._on_changes = on_changes
        self.servers: frozenset[Origin] = frozenset()
        self._open: dict[int, tuple[Account, Listener]] = {}
        self._handles = itertools.count(1)
        self._lock = threading.Lock()
        self._closed = False
        folder = main.data_folder
        self._device: Mapping[type[DeviceRequest], Callable[[Any], object]] = {
            OpenAccount: lambda request: self._open_account(request.user_id),
            DeleteAccount: lambda request: main.delete_account(request.user_id),
            GetAccountIds: lambda _: folder.account_ids(),
            SaveCurrentUserId: lambda request: folder.save_current_user_id(request.user_id),
            LoadCurrentUserId: lambda _: folder.load_current_user_id(),
            GetQuota: lambda _: folder.quota(),
            ReachServers: lambda request: self._reach(request.servers),
        }

    def handle(self, kind: Kind, text: str) -> str:
        """Carry out a request, and return the reply; both are JSON.

        It waits for the disk, so it is called from worker threads, from several at once. Commands
        are best called in the order in which the page sent them. It raises nothing, whatever comes.
        """
        try:
            return self._reply(kind, text)
        except RoomkeepError as error:
            return encode_error(error)
        except Exception:
            logger.exception("a request failed in a way that was not foreseen")
            return encode_error(StorageError("something went wrong in Roomkeep; nothing changed"))

    def close(self) -> None:
        """End the session, and close the accounts that only it has open."""
        with self._lock:
            self._closed = True
            handles = list(self._open)
        for handle in handles:
            self._close_account(handle)
        self._main.forget(self)

    def _reply(self, kind: Kind, text: str) -> str:
        request = decode_request(kind, text)
        if (device := DEVICE_REQUESTS.get(request.type)) is not None:
            payload = decode_json(request.payload, device)
            if device is CloseAccount:
                self._close_account(request.account)
                return encode_reply(None)
            return encode_reply(self._device[device](payload))
        operation = OPERATIONS[request.type]
        arguments = operation.decode(request.payload)
        account, listener = self._find(request.account)
        if operation is set_owner and arguments["user_id"] != account.user_id:
            raise InvalidRecord("is not the owner of this database", field="user_id")
        outcome = account.database.run(operation, arguments)
        if outcome.changes:
            account.publish(outcome.changes, but=listener)
        return encode_reply(*outcome)

    def _open_account(self, user_id: str | None) -> int:
        account = self._main.acquire(user_id)
        with self._lock:
            refusal = self._refusal()
            if refusal is None:
                handle = next(self._handles)
                listener = functools.partial(self._notify, handle)
                self._open[handle] = (account, listener)
                account.listeners.add(listener)
                return handle
        self._main.release(account)
        raise refusal

    def _reach(self, servers: Iterable[str]) -> None:
        origins = frozenset(map(read_origin, servers))
        if len(origins) > _MAX_SERVERS:
            raise InvalidRecord("are too many", field="servers")
        self.servers = origins

    def _refusal(self) -> RoomkeepError | None:
        """Return why no further account can be opened; None where one can."""
        if self._closed:
            return NotReady("the session has ended")
        if len(self._open) >= _MAX_OPEN:
            return InvalidRecord("too many accounts are open")
        return None

    def _notify(self, handle: int, changes: Iterable[Change]) -> None:
        """Notify the window. The changes are committed, so a failure is only logged."""
        try:
            self._on_changes(encode_account_changes(handle, changes))
        except Exception:
            logger.exception("a window could not be notified of changes")

    def _close_account(self, handle: int | None) -> None:
        with self._lock:
            found = self._open.pop(handle, None) if handle is not None else None
        if found is not None:
            account, listener = found
            account.listeners.discard(listener)
            self._main.release(account)

    def _find(self, handle: int | None) -> tuple[Account, Listener]:
        with self._lock:
            found = self._open.get(handle) if handle is not None else None
        if found is None:
            raise InvalidRecord("is not open in this window", field="account")
        return found
