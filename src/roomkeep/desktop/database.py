"""An account's open database, which all windows share that have the account open."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import bindparam, select

from roomkeep.desktop.accounts import DATABASE
from roomkeep.desktop.engine import make_engine, sqlite_errors, writing
from roomkeep.desktop.files import Files
from roomkeep.desktop.handlers.account import note_owner
from roomkeep.desktop.migrate import delete_copies, prepare
from roomkeep.desktop.tables import attachments
from roomkeep.desktop.transaction import Transaction, chunks
from roomkeep.errors import StorageError, StorageLost
from roomkeep.reports import Change

__all__ = ["AccountDatabase"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

Body = Callable[[Transaction], T]
Listener = Callable[[list[Change]], None]

_KEPT = select(attachments.c.data_hash).where(
    attachments.c.data_hash.in_(bindparam("names", expanding=True))
)


class AccountDatabase:
    """An open database, its tables brought up to date, its orphaned files swept.

    Attributes:
        user_id: whose it is; None for nobody.
        listeners: who hears of what the others change.

    Raises:
        SchemaTooNew: a newer version of the program made it.
        StorageError: it cannot be opened.
    """

    def __init__(self, user_id: str | None, folder: Path) -> None:
        self.user_id = user_id
        self.listeners: set[Listener] = set()
        self._files = Files(folder / "attachments")
        # One writer at a time, in the order of their coming. SQLite would have the others poll.
        self._turn = threading.Lock()
        self._idle = threading.Condition()
        self._running = 0
        self._closed = False
        self._path = folder / DATABASE
        prepare(self._path)
        self._reading = make_engine(self._path)
        self._writing = writing(self._reading)
        try:
            self.write(note_owner)
            with self._turn:
                self._sweep(self._files.names())
        except BaseException:
            self.close()
            raise

    def read(self, body: Body[T]) -> tuple[T, Transaction]:
        """Run a body in a transaction that reads, in which nothing changes meanwhile."""
        with self._in_use(), sqlite_errors(), self._reading.connect() as connection:
            tx = Transaction(connection, self.user_id, self._files)
            return body(tx), tx

    def read_alone(self, body: Body[T]) -> tuple[T, Transaction]:
        """Run a body that reads files too, while nobody writes."""
        with self._turn:
            return self.read(body)

    def write(self, body: Body[T], *, data: bytes | None = None) -> tuple[T, Transaction]:
        """Run a body in a transaction that may write: all of it happens, or none.

        Args:
            body: what to run.
            data: the bytes of the file that it may add.
        """
        with self._in_use():
            part = None if data is None else self._files.write(data)
            try:
                with self._turn:
                    return self._write(body, part)
            finally:
                if part is not None:
                    self._files.discard(part)

    def publish(self, changes: list[Change], *, but: Listener) -> None:
        """Tell the other windows what one has changed."""
        for listener in tuple(self.listeners):
            if listener is not but:
                listener(changes)

    def close(self) -> None:
        """Close the database once nothing is under way; what comes later is refused."""
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: self._running == 0)
        self._reading.dispose()

    def _write(self, body: Body[T], part: Path | None) -> tuple[T, Transaction]:
        freed: set[str] = set()
        try:
            with sqlite_errors(), self._writing.begin() as connection:
                tx = Transaction(connection, self.user_id, self._files, part)
                freed = tx.freed
                result = body(tx)
        finally:
            self._sweep(freed)
        if tx.is_clearing:
            delete_copies(self._path)
        return result, tx

    def _sweep(self, candidates: Iterable[str]) -> None:
        """Delete the files that no row has. Whoever calls has the turn to write."""
        try:
            for some in chunks(candidates):
                with sqlite_errors(), self._reading.connect() as connection:
                    rows = connection.execute(_KEPT, {"names": some})
                    kept = {name for (name,) in rows}
                self._files.sweep(some, kept)
        except StorageError:
            # The transaction is done either way. The next start finds them again.
            logger.warning("could not delete files that nobody needs any more", exc_info=True)

    @contextlib.contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._idle:
            if self._closed:
                raise StorageLost("the account's database is closed")
            self._running += 1
        try:
            yield
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()
