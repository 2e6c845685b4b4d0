"""An account's open database, which all windows share that have the account open."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Engine

from roomkeep.errors import StorageError, StorageLost
from roomkeep.storage.changes import Change
from roomkeep.storage.decode_errors import Suspects, UnreadableRecord
from roomkeep.storage.engines.immediate import run_through
from roomkeep.storage.engines.sqlite.connection import make_engine, sqlite_errors, writing
from roomkeep.storage.engines.sqlite.files import FileBlob, Files, StagedFile
from roomkeep.storage.engines.sqlite.migrate import delete_copies, prepare
from roomkeep.storage.engines.sqlite.search_index import open_index
from roomkeep.storage.engines.sqlite.statements import select_with
from roomkeep.storage.engines.sqlite.tables import attachments
from roomkeep.storage.engines.sqlite.transaction import SqliteTransaction
from roomkeep.storage.operation import Operation
from roomkeep.storage.schema import SCHEMA
from roomkeep.storage.transaction import Body

T = TypeVar("T")

logger = logging.getLogger(__name__)

_INDEX = "search.sqlite"
"""The name of the file with the search index, beside the database."""

_WITH_FILE = select_with((attachments.c.id,), (attachments.c.data_hash,))
"""The SQL for the attachments whose bytes are in a file; it takes the file's name."""


class Outcome(NamedTuple):
    """What an operation did.

    Attributes:
        result: its result; of a blob, the bytes.
        changes: what it changed.
        unreadable: the records that were passed over because they cannot be decoded.
    """

    result: Any
    changes: list[Change]
    unreadable: list[UnreadableRecord]


class SqliteDatabase:
    """An open database, its tables brought up to date, its orphaned files swept.

    Its methods wait for the disk. They may be called from any thread, and from several at once.

    Args:
        path: the database file; it is made where there is none. Files with the bytes of attachments
            are in a folder beside it.

    Raises:
        SchemaTooNew: a newer version of the program made it.
        StorageError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._files = Files(path.with_name("attachments"))
        # One writer at a time, in the order of their coming. SQLite would have the others poll.
        self._writers = threading.Lock()
        self._idle = threading.Condition()
        self._running = 0
        self._closed = False
        self._path = path
        self._suspects: Suspects = {}
        self._index: Engine | None = None
        self._index_writers = threading.Lock()
        prepare(path)
        self._reading = make_engine(path)
        self._writing = writing(self._reading)
        try:
            with self._writers:
                self._sweep(self._files.names())
        except BaseException:
            self.close()
            raise

    def run(self, operation: Operation[..., Any], arguments: Mapping[str, Any]) -> Outcome:
        """Carry out an operation in one transaction.

        Args:
            operation: the operation.
            arguments: its checked arguments, by name.
        """

        async def body(tx: Any) -> Any:
            result = await operation(tx, **arguments)
            # While no one can delete the file.
            return result.load() if isinstance(result, FileBlob) else result

        if operation.is_of_index:
            result, tx = self._run_on_index(body, is_writing=operation.mode == "write")
        elif operation.mode == "write":
            result, tx = self.write(body, data=arguments.get("data"))
        else:
            result, tx = self.read(body, is_exclusive=operation.is_exclusive)
        return Outcome(result, tx.changes, tx.unreadable)

    def read(self, body: Body[T], *, is_exclusive: bool = False) -> tuple[T, SqliteTransaction]:
        """Run a body in a transaction that reads, in which nothing changes meanwhile.

        Args:
            body: what to run.
            is_exclusive: it reads files, too, so nothing is written while it does.
        """
        with (
            contextlib.ExitStack() as no_writers,
            self._in_use(),
            _transaction(self._reading) as driver,
        ):
            if is_exclusive:
                no_writers.enter_context(self._writers)
            tx = SqliteTransaction(
                driver, self._files, self._suspects, let_others_write=no_writers.close
            )
            return run_through(body(tx)), tx

    def write(self, body: Body[T], *, data: object = None) -> tuple[T, SqliteTransaction]:
        """Run a body in a transaction that may write: all of it happens, or none.

        Args:
            body: what to run.
            data: the bytes that it may store; they are on the disk before it begins.
        """
        with self._in_use():
            staged = self._files.stage(data) if isinstance(data, bytes) else None
            try:
                with self._writers:
                    return self._write(body, staged)
            finally:
                if staged is not None:
                    self._files.discard(staged)

    def close(self) -> None:
        """Close the database once nothing is under way; calls that come later are refused."""
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: self._running == 0)
        self._reading.dispose()
        if self._index is not None:
            self._index.dispose()

    def _run_on_index(self, body: Body[T], *, is_writing: bool) -> tuple[T, SqliteTransaction]:
        with contextlib.ExitStack() as ends:
            ends.enter_context(self._in_use())
            with self._index_writers:
                if self._index is None:
                    self._index = open_index(self._path.with_name(_INDEX))
            if is_writing:
                ends.enter_context(self._index_writers)
            engine = writing(self._index) if is_writing else self._index
            driver = ends.enter_context(_transaction(engine))
            tx = SqliteTransaction(driver, self._files, self._suspects)
            return run_through(body(tx)), tx

    def _write(self, body: Body[T], staged: StagedFile | None) -> tuple[T, SqliteTransaction]:
        orphan_candidates: set[str] = set()
        try:
            with _transaction(self._writing) as driver:
                tx = SqliteTransaction(driver, self._files, self._suspects, staged)
                orphan_candidates = tx.orphan_candidates
                result = run_through(body(tx))
        finally:
            self._sweep(list(orphan_candidates))
        if tx.cleared.issuperset(SCHEMA):
            # Whoever deletes everything does not want it kept as it was before an upgrade.
            delete_copies(self._path)
        return result, tx

    def _sweep(self, candidates: list[str]) -> None:
        """Delete the files that no row names. Whoever calls keeps writers out."""
        try:
            with _transaction(self._reading) as driver:
                named = {
                    name for name in candidates if driver.execute(_WITH_FILE, (name,)).fetchone()
                }
            self._files.sweep(candidates, named)
        except StorageError:
            # The transaction is done either way. The next start finds them again.
            logger.warning("could not delete files that are no longer needed", exc_info=True)

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


@contextlib.contextmanager
def _transaction(engine: Engine) -> Iterator[sqlite3.Connection]:
    """Begin a transaction, commit it at the end, and undo it where that is not reached."""
    with sqlite_errors(), engine.begin() as connection:
        driver: Any = connection.connection.dbapi_connection
        yield driver
