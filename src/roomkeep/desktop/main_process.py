"""The main process: it owns the data folder, and answers what windows ask.

    main = MainProcess(folder)
    session = main.open_session(on_changes)
    reply = session.handle("command", '{"type": "open-account", "payload": {"userId": "ann"}}')

The page is trusted in nothing: what is unknown, malformed, too large or invalid is refused here,
whatever the page has checked. An answer never holds a path or a trace of the program.
"""

import functools
import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from roomkeep.desktop.accounts import Accounts
from roomkeep.desktop.database import AccountDatabase, Listener
from roomkeep.desktop.handlers import COMMAND_HANDLERS, QUERY_HANDLERS, Handler
from roomkeep.desktop.requests import encode_failure, encode_result, read_request
from roomkeep.desktop.transaction import Transaction
from roomkeep.errors import InvalidRecord, NotReady, RoomkeepError
from roomkeep.protocol import AccountChanges, Request, commands, queries
from roomkeep.reports import Change, account_deletion

__all__ = ["MainProcess", "Session"]

logger = logging.getLogger(__name__)

_MOST_OPEN = 50
"""So many accounts may be open in a session at a time. A page needs two while it switches."""


class MainProcess:
    """What all windows share: the data folder, and the accounts that are open.

    Args:
        folder: the data folder; made where there is none. Nobody else uses it until `close`.

    Raises:
        StorageBlocked: another main process uses the folder.
        StorageError: the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.accounts = Accounts(folder)
        self._databases: dict[str | None, AccountDatabase] = {}
        self._uses: dict[str | None, int] = {}
        self._lock = threading.RLock()
        self._sessions: set[Session] = set()
        self._closed = False
        self._prepare()

    def open_session(self, on_changes: Callable[[str], None]) -> "Session":
        """Begin to serve a window, or a page that was loaded anew.

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
            for database in self._databases.values():
                database.close()
            self._databases.clear()
            self.accounts.close()

    def acquire(self, user_id: str | None) -> AccountDatabase:
        """Open an account's database, or share the one that is open."""
        with self._lock:
            self._check_open()
            if user_id not in self._databases:
                self._databases[user_id] = AccountDatabase(user_id, self.accounts.make(user_id))
                self._uses[user_id] = 0
            self._uses[user_id] += 1
            return self._databases[user_id]

    def release(self, database: AccountDatabase) -> None:
        """Close an account's database when nobody has it open any more."""
        with self._lock:
            user_id = database.user_id
            if self._databases.get(user_id) is not database:
                return  # the account was deleted
            self._uses[user_id] -= 1
            if not self._uses[user_id]:
                del self._databases[user_id]
                database.close()

    def delete_account(self, user_id: str) -> None:
        """Delete an account. Whoever has it open is told before it goes, and can use it no more."""
        with self._lock:
            database = self._databases.pop(user_id, None)
            if database is not None:
                for listener in tuple(database.listeners):
                    listener([account_deletion(user_id)])
                database.close()
            self.accounts.delete(user_id)

    def forget(self, session: "Session") -> None:
        """Take note that a session has ended."""
        with self._lock:
            self._sessions.discard(session)

    def _prepare(self) -> None:
        """Have the database of who is signed in be there, and up to date, before a window asks."""
        try:
            self.release(self.acquire(self.accounts.load_current()))
        except Exception:
            # Whoever opens the account is told.
            logger.warning("could not prepare the account's database", exc_info=True)

    def _check_open(self) -> None:
        if self._closed:
            raise NotReady("the main process has ended")


class Session:
    """What one window may do.

    It names accounts by the handles that opening them gave; a handle is good in its session only.
    """

    def __init__(self, main: MainProcess, on_changes: Callable[[str], None]) -> None:
        self._main = main
        self._on_changes = on_changes
        self._open: dict[int, tuple[AccountDatabase, Listener]] = {}
        self._handles = itertools.count(1)
        self._lock = threading.Lock()
        self._closed = False
        self._of_device: Mapping[type[Request], Callable[[Any], object]] = {
            commands.OpenAccount: self._open_account,
            commands.DeleteAccount: lambda request: main.delete_account(request.user_id),
            commands.SaveCurrentUserId: lambda request: main.accounts.save_current(request.user_id),
            queries.LoadCurrentUserId: lambda _: main.accounts.load_current(),
            queries.GetAccountIds: lambda _: main.accounts.ids(),
            queries.GetSpace: lambda _: main.accounts.space(),
        }

    def handle(self, kind: Literal["command", "query"], text: str) -> str:
        """Carry out a request, and return the answer; both are JSON.

        It waits for the disk, so it is called from a worker thread: from any, from several at once.
        Commands are best called from one thread, in the order in which the page sent them. Whatever
        comes, it raises nothing.
        """
        try:
            return self._answer(kind, text)
        except Exception as error:  # noqa: BLE001 whatever it is, the page gets an answer
            return encode_failure(error)

    def close(self) -> None:
        """End the session, and close the accounts that only it has open."""
        with self._lock:
            self._closed = True
            handles = list(self._open)
        for handle in handles:
            self._close_account(handle)
        self._main.forget(self)

    def _answer(self, kind: Literal["command", "query"], text: str) -> str:
        handle, request = read_request(kind, text)
        if handle is None:
            return encode_result(self._of_device[type(request)](request))
        if isinstance(request, commands.CloseAccount):
            self._close_account(handle)
            return encode_result(None)
        database, listener = self._find(handle)
        if kind == "query":
            handler = functools.partial(_run, QUERY_HANDLERS[type(request)], request)
            alone = isinstance(request, queries.FindAttachmentData | queries.FindProblems)
            result, tx = (database.read_alone if alone else database.read)(handler)
            return encode_result(result, tx)
        handler = functools.partial(_run, COMMAND_HANDLERS[type(request)], request)
        data = request.data if isinstance(request, commands.SaveAttachment) else None
        result, tx = database.write(handler, data=data)
        if tx.changes:
            database.publish(tx.changes, but=listener)
        return encode_result(result, tx)

    def _open_account(self, request: commands.OpenAccount) -> int:
        database = self._main.acquire(request.user_id)
        with self._lock:
            problem = self._why_no_more()
            if problem is None:
                handle = next(self._handles)
                listener = functools.partial(self._tell, handle)
                self._open[handle] = (database, listener)
                database.listeners.add(listener)
                return handle
        self._main.release(database)
        raise problem

    def _why_no_more(self) -> RoomkeepError | None:
        if self._closed:
            return NotReady("the session has ended")
        if len(self._open) >= _MOST_OPEN:
            return InvalidRecord("too many accounts are open")
        return None

    def _tell(self, handle: int, changes: list[Change]) -> None:
        """Tell the window what others have changed. They have done so, whatever it makes of it."""
        message = AccountChanges(account=handle, changes=tuple(changes))
        try:
            self._on_changes(msgspec.json.encode(message).decode())
        except Exception:
            logger.exception("a window could not be told of changes")

    def _close_account(self, handle: int) -> None:
        with self._lock:
            found = self._open.pop(handle, None)
        if found is not None:
            database, listener = found
            database.listeners.discard(listener)
            self._main.release(database)

    def _find(self, handle: int) -> tuple[AccountDatabase, Listener]:
        with self._lock:
            found = self._open.get(handle)
        if found is None:
            raise InvalidRecord("is not open here", field="account")
        return found


def _run(handler: Handler, request: Request, tx: Transaction) -> object:
    return handler(tx, request)
