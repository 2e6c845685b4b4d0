"""The desktop as a world: the page's client, real handlers, a real SQLite file; no window."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
import tempfile
import threading
import unittest.mock
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from msgspec import structs
from sqlalchemy import Integer, Table, Text

from indexeddb.keys import sort_key
from roomkeep.desktop.main_process import MainProcess, Session
from roomkeep.persistence import DatabaseService
from roomkeep.persistence.desktop_backend import DesktopBackend
from roomkeep.storage.engines.sqlite.key_order import sort_id
from roomkeep.storage.engines.sqlite.row_mapping import ITEMS, LAYOUTS, Layout
from roomkeep.storage.engines.sqlite.tables import INDEXES, metadata
from support.worlds import DESIGNED_INDEXES, World
from tools.paths import IN_MEMORY

__all__ = ["DesktopWorld", "SessionBridge"]

FLAGS = {"isDeleted", "isPrivate"}


class SessionBridge:
    """The bridge without the window: a session is handed each text in a thread."""

    def __init__(self, main: MainProcess) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener: Callable[[str], None] | None = None
        self.session: Session = main.open_session(self._on_changes)

    async def command(self, text: str) -> str:
        return await self._handle("command", text)

    async def query(self, text: str) -> str:
        return await self._handle("query", text)

    def listen(self, listener: Callable[[str], None]) -> None:
        self._listener = listener

    async def _handle(self, kind: Literal["command", "query"], text: str) -> str:
        return await asyncio.to_thread(self.session.handle, kind, text)

    def _on_changes(self, text: str) -> None:
        if self._listener is not None:
            self._loop.call_soon_threadsafe(self._listener, text)


class DesktopWorld(World):
    """A computer with a data folder, and as many windows as there are services."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="roomkeep-test-", dir=IN_MEMORY))
        self._main: MainProcess | None = None

    @property
    def main(self) -> MainProcess:
        if self._main is None:
            self._main = MainProcess(self.folder)
        return self._main

    @asynccontextmanager
    async def busy(self, user_id: str | None) -> AsyncIterator[None]:
        account = self.main.acquire(user_id)
        database = account.database
        free = threading.Event()

        def waiting(method: Callable[..., Any]) -> Callable[..., Any]:
            def wait_and_run(*args: Any, **kwargs: Any) -> Any:
                assert free.wait(30)
                return method(*args, **kwargs)

            return wait_and_run

        with contextlib.ExitStack() as patches:
            for name in ("read", "write"):
                method = waiting(getattr(database, name))
                patches.enter_context(unittest.mock.patch.object(database, name, method))
            yield
        free.set()
        self.main.release(account)

    async def make_old_database(
        self, user_id: str | None = None, indexes: Collection[str] = DESIGNED_INDEXES
    ) -> None:
        kept = {INDEXES[index].name for index in indexes if index in INDEXES}
        with self._file(user_id) as file:
            # One that SQLite made for itself, such as of a key, has no statement.
            query = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            for (name,) in file.execute(query).fetchall():
                if name not in kept:
                    file.execute(f"DROP INDEX {name}")

    async def plant(self, store: str, *records: dict[str, Any], user_id: str | None = None) -> None:
        with self._file(user_id) as file:
            for record in records:
                lists = {}
                if store == "rooms":
                    lists = {name: record[name] for name in ITEMS if _is_list(record.get(name))}
                plain = {name: value for name, value in record.items() if name not in lists}
                table = metadata.tables[store]
                _insert(file, table, _row(table, store, plain))
                for name, items in lists.items():
                    layout = ITEMS[name]
                    for number, item in enumerate(items):
                        beside = {"room_id": record["id"], "place": number}
                        _insert(file, layout.table, _lay_out(layout.table, layout, item) | beside)

    async def stored(self, store: str, user_id: str | None = None) -> list[dict[str, Any]]:
        with self._file(user_id) as file:
            found = [_record(file, store, row) for row in _all(file, store)]
        keys = ["key"] if store == "meta" else LAYOUTS[store].keys
        return sorted(found, key=lambda record: sort_key([record[key] for key in keys]))

    @contextlib.contextmanager
    def _file(self, user_id: str | None) -> Iterator[sqlite3.Connection]:
        """Open an account's file, past the main process; it is made where there is none."""
        self.main.release(self.main.acquire(user_id))
        path = self.main.data_folder.folder_of(user_id) / "roomkeep.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as file, file:
            file.row_factory = sqlite3.Row
            yield file

    async def has_index(self, user_id: str | None = None) -> bool:
        return self._index(user_id).exists()

    async def stored_index(self, user_id: str | None = None) -> list[str]:
        with contextlib.closing(sqlite3.connect(self._index(user_id))) as file:
            file.row_factory = sqlite3.Row
            return [row["name"] + row["text"] for row in _all(file, "blocks")]

    async def lose_index(self, user_id: str | None = None) -> None:
        with contextlib.closing(sqlite3.connect(self._index(user_id))) as file, file:
            file.execute("DELETE FROM blocks")
            file.execute("DELETE FROM segments")

    def _index(self, user_id: str | None) -> Path:
        return self.main.data_folder.folder_of(user_id) / "search.sqlite"

    def _make(self) -> DatabaseService:
        return DatabaseService(DesktopBackend(SessionBridge(self.main)))

    async def _wipe(self) -> None:
        if self._main is not None:
            await asyncio.to_thread(self._main.close)
            self._main = None
        shutil.rmtree(self.folder, ignore_errors=True)


def _row(table: Table, store: str, record: dict[str, Any]) -> dict[str, Any]:
    """Lay a record into columns; what has none, or does not fit, is kept beside them."""
    if store == "meta":
        return {"key": record["key"], "value": json.dumps(record["value"])}
    row = _lay_out(table, LAYOUTS[store], record)
    if store == "messages":
        row["sort_id"] = sort_id(record["id"])
    return row


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _insert(file: sqlite3.Connection, table: Table, row: dict[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    file.execute(
        f"INSERT INTO {table.name} ({names}) VALUES ({marks})",  # noqa: S608
        list(row.values()),
    )


def _lay_out(table: Table, layout: Layout, record: dict[str, Any]) -> dict[str, Any]:
    names = {field.encode_name: field.name for field in structs.fields(layout.kind)}
    row: dict[str, Any] = {}
    extra = {}
    for field, value in record.items():
        column = table.c.get(names.get(field, ""))
        if isinstance(value, _KINDS[type(column.type)] if column is not None else ()):
            row[names[field]] = value
        else:
            extra[field] = value
    return row | {"extra": json.dumps(extra) if extra else None}


_KINDS: dict[type, tuple[type, ...]] = {Text: (str,), Integer: (int, float, str)}
"""What a column of a type holds as it is given."""


def _record(file: sqlite3.Connection, store: str, row: sqlite3.Row) -> dict[str, Any]:
    """Return what a row holds, and the rows that belong to it."""
    if store == "meta":
        return {"key": row["key"], "value": json.loads(row["value"])}
    record = _fields(LAYOUTS[store], row)
    # A message that we saved, unlike one that was planted, says of all its fields what they are.
    if store == "messages" and row["is_deleted"] is not None:
        query = "SELECT * FROM reactions WHERE message_id = ?"
        those = file.execute(query, [row["id"]]).fetchall()
        record["reactions"] = [_record(file, "reactions", reaction) for reaction in those]
    if store == "rooms":
        for name, layout in ITEMS.items():
            query = f"SELECT * FROM {layout.table.name} WHERE room_id = ? ORDER BY place"  # noqa: S608
            items = [_fields(layout, item) for item in file.execute(query, [row["id"]]).fetchall()]
            if items or row["is_private"] is not None:
                record.setdefault(name, items)
    return record


def _fields(layout: Layout, row: sqlite3.Row) -> dict[str, Any]:
    """Return the fields of a record that a row has."""
    fields = {field.name: field.encode_name for field in structs.fields(layout.kind)}
    record = {
        name: bool(row[column]) if name in FLAGS and row[column] in (0, 1) else row[column]
        for column, name in fields.items()
        if column in row.keys() and row[column] is not None  # noqa: SIM118
    }
    extra: dict[str, Any] = json.loads(row["extra"] or "{}")
    return record | extra


def _all(file: sqlite3.Connection, store: str) -> list[sqlite3.Row]:
    return file.execute(f"SELECT * FROM {store}").fetchall()  # noqa: S608
