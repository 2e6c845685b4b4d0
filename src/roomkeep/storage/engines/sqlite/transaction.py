"""A transaction on an account's database: the protocol, carried out in SQL."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from indexeddb.keys import Key, KeyRange
from roomkeep.errors import InvalidRecord
from roomkeep.storage.changes import Change
from roomkeep.storage.decode_errors import Suspects, UnreadableRecord
from roomkeep.storage.engines.immediate import Done
from roomkeep.storage.engines.sqlite.files import FileBlob, Files, StagedFile
from roomkeep.storage.engines.sqlite.reading import Reader, key_of_row, key_parts
from roomkeep.storage.engines.sqlite.row_mapping import CHILDREN, ITEMS, LAYOUTS, shape_of
from roomkeep.storage.engines.sqlite.statements import (
    columns_of,
    count_range,
    rest_of,
    select_range,
    select_with,
    span_of,
)
from roomkeep.storage.engines.sqlite.tables import INDEXES
from roomkeep.storage.engines.sqlite.writing import FILE_NAME, Writer
from roomkeep.storage.transaction import Direction

K = TypeVar("K", bound=Key)
R = TypeVar("R")

_MOST_DAMAGE = 20
"""So many sentences say enough."""


class SqliteTransaction:
    """One transaction.

    Args:
        driver: the connection, in a transaction.
        files: the account's files.
        suspects: the keys of records that could not be decoded when they were last read.
        staged: the bytes that the transaction may add, already on the disk.
        let_others_write: called before what takes long and looks at no file.

    Attributes:
        cleared: the stores that were cleared.
    """

    def __init__(
        self,
        driver: sqlite3.Connection,
        files: Files,
        suspects: Suspects,
        staged: StagedFile | None = None,
        let_others_write: Callable[[], None] = lambda: None,
    ) -> None:
        self.changes: list[Change] = []
        self.unreadable: list[UnreadableRecord] = []
        self.cleared: set[str] = set()
        self._files = files
        self._staged = staged
        self._let_others_write = let_others_write
        self._suspects = suspects
        self._reader = Reader(driver, self.unreadable, suspects)
        self._writer = Writer(driver, self._reader)

    @property
    def orphan_candidates(self) -> set[str]:
        """The names of files that may have lost the last row that names them."""
        return self._writer.orphan_candidates

    def get(self, store: str, key: Key, kind: type[R]) -> Done[R | None]:
        return Done(next(iter(self._reader.find(store, [key], kind)), None))

    def get_many(self, store: str, keys: Sequence[Key], kind: type[R]) -> Done[list[R]]:
        return Done(self._reader.find(store, keys, kind))

    def get_all(  # noqa: PLR0913 all but two are options
        self,
        store: str,
        kind: type[R],
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        direction: Direction = "next",
        count: int | None = None,
        offset: int = 0,
        start: Key | None = None,
    ) -> Done[list[R]]:
        if start is not None:
            place = self._place_of(store, index, start)
            if place is None or not (query is None or query.includes(place)):
                return Done([])
            tied = self._keys(store, index, KeyRange.only(place))
            offset += (tied if direction == "next" else tied[::-1]).index(start)
            query = rest_of(query, place, direction)
        span, values = span_of(store, index, query)
        columns = shape_of(store, kind).columns
        sql = select_range(store, columns, index, span, backwards=direction == "prev")
        kept: list[R] = []
        limit = -1 if count is None else count
        while True:
            rows = self._reader.fetch(sql, (*values, limit, offset))
            missing = None if count is None else count - len(kept)
            kept += self._reader.load(store, kind, rows, missing)
            if count is None or len(kept) == count or len(rows) < limit:
                return Done(kept)
            # Unreadable records took the place of others: look further.
            offset += len(rows)
            limit *= 2

    def get_page(
        self, store: str, kind: type[R], after: Key | None, count: int
    ) -> Done[tuple[list[Any], list[R]]]:
        query = KeyRange(lower=after, lower_open=after is not None)
        span, values = span_of(store, None, query)
        keys = LAYOUTS[store].key_columns
        rows = self._reader.fetch(select_range(store, keys, None, span), (*values, count, 0))
        sql = select_range(store, shape_of(store, kind).columns, None, span)
        found = self._reader.fetch(sql, (*values, count, 0))
        records = self._reader.load(store, kind, found)
        return Done(([key_of_row(store, row) for row in rows], records))

    def get_all_keys(
        self,
        store: str,
        *,
        index: str | None = None,
        query: KeyRange | None = None,
        count: int | None = None,
    ) -> Done[list[Any]]:
        return Done(self._keys(store, index, query, -1 if count is None else count))

    def existing(self, store: str, keys: Sequence[Key]) -> Done[set[Any]]:
        columns = LAYOUTS[store].key_columns
        sql = select_with(columns[:1], columns)
        return Done({key for key in keys if self._reader.fetch(sql, key_parts(key))})

    def find(self, store: str, index: str, values: Sequence[Key], kind: type[R]) -> Done[list[R]]:
        return Done(self._reader.find(store, values, kind, index))

    def find_keys(self, store: str, index: str, values: Sequence[K]) -> Done[dict[K, list[Any]]]:
        sql = select_with(LAYOUTS[store].key_columns, columns_of(store, index))
        found = {value: self._reader.fetch(sql, key_parts(value)) for value in values}
        return Done(
            {
                value: [key_of_row(store, row) for row in rows]
                for value, rows in found.items()
                if rows
            }
        )

    def count(
        self, store: str, *, index: str | None = None, query: KeyRange | None = None
    ) -> Done[int]:
        span, values = span_of(store, index, query)
        ((number,),) = self._reader.fetch(count_range(store, index, span), values)
        return Done(number)

    def get_blob(self, store: str, key: Key) -> Done[FileBlob | None]:
        rows = self._reader.fetch(FILE_NAME, (key,)) if store == "attachments" else []
        names = [str(name) for (name,) in rows if name is not None]
        return Done(FileBlob(self._files, names[0]) if names else None)

    def put(self, store: str, records: Sequence[object], *, blob: object = None) -> None:
        self._writer.put(store, records, self._file_name(blob))

    def patch(self, store: str, keys: Sequence[Key], fields: Mapping[str, object]) -> Done[None]:
        self._writer.patch(store, keys, fields)
        return Done(None)

    def put_blob(self, store: str, keys: Sequence[Key], blob: object) -> Done[None]:  # noqa: ARG002 only attachments have bytes
        self._writer.set_blob(keys, self._file_name(blob))
        return Done(None)

    def delete(self, store: str, keys: Iterable[Key]) -> None:
        self._writer.delete(store, keys)

    def clear(self, store: str) -> None:
        self._writer.clear(store)
        self.cleared.add(store)

    def suspects(self, store: str) -> list[Key]:
        return list(self._suspects.get(store, ()))

    def missing_indexes(self) -> list[str]:
        rows = self._reader.fetch("SELECT name FROM sqlite_master WHERE type = 'index'")
        present = {name for (name,) in rows}
        return [name for name, index in INDEXES.items() if index.name not in present]

    def find_damage(self, store: str) -> Done[list[str]]:
        self._let_others_write()
        items = (ITEMS[name].table for name in CHILDREN.get(store, ()) if name in ITEMS)
        sentences = []
        for table in (LAYOUTS[store].table, *items):
            # Unlike the quick check, this one compares the indexes with their tables.
            lines = self._reader.fetch(f"PRAGMA integrity_check({table.name})")[:_MOST_DAMAGE]
            sentences += [
                f"The database file is damaged: {line}." for (line,) in lines if line != "ok"
            ]
            if self._reader.fetch(f"PRAGMA foreign_key_check({table.name})"):
                sentences.append(f"Rows of {table.name} belong to a room that does not exist.")
        return Done(sentences)

    def _keys(
        self, store: str, index: str | None, query: KeyRange | None, limit: int = -1
    ) -> list[Any]:
        span, values = span_of(store, index, query)
        sql = select_range(store, LAYOUTS[store].key_columns, index, span)
        rows = self._reader.fetch(sql, (*values, limit, 0))
        return [key_of_row(store, row) for row in rows]

    def _place_of(self, store: str, index: str | None, key: Key) -> Key | None:
        """Return the key that a record has in an index; None where there is none."""
        columns = columns_of(store, index)
        rows = self._reader.fetch(select_with(columns, LAYOUTS[store].key_columns), key_parts(key))
        if not rows or None in rows[0]:
            return None
        return rows[0] if len(columns) > 1 else rows[0][0]

    def _file_name(self, blob: object) -> str | None:
        """Return the name of the file with some bytes, which is there from now on."""
        if blob is None:
            return None
        if isinstance(blob, FileBlob):
            return blob.name
        if not isinstance(blob, bytes):
            raise InvalidRecord("must be bytes", field="data")
        staged = self._staged
        if staged is None or staged.data is not blob:
            staged = self._files.stage(blob)
        self._files.add(staged)
        # Where the transaction fails after all, the file is an orphan.
        self.orphan_candidates.add(staged.name)
        return staged.name
