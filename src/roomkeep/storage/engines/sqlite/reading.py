"""Rows as they are fetched, and the records that they hold."""

import itertools
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from indexeddb.keys import Key, sort_key
from roomkeep.models import Reaction
from roomkeep.storage.decode_errors import Suspects, UnreadableRecord
from roomkeep.storage.engines.sqlite import tables
from roomkeep.storage.engines.sqlite.row_mapping import ITEMS, LAYOUTS, shape_of
from roomkeep.storage.engines.sqlite.statements import columns_of, select_with

R = TypeVar("R")

Row = tuple[Any, ...]


class Reader:
    """Reads rows and makes records of them.

    Args:
        driver: the connection, in a transaction.
        unreadable: where to note the records that cannot be decoded.
        suspects: where to note their keys.
    """

    def __init__(
        self,
        driver: sqlite3.Connection,
        unreadable: list[UnreadableRecord],
        suspects: Suspects,
    ) -> None:
        self._driver = driver
        self._unreadable = unreadable
        self._suspects = suspects

    def fetch(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query; text that is damaged comes as bytes."""
        try:
            return self._driver.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if "decode to UTF-8" not in str(error):
                raise
        self._driver.text_factory = _text_or_bytes
        try:
            return self._driver.execute(sql, values).fetchall()
        finally:
            self._driver.text_factory = str

    def find(
        self, store: str, keys: Iterable[Key], kind: type[R], index: str | None = None
    ) -> list[R]:
        """Return the readable ones of the records with some keys: their own, or an index's."""
        having = LAYOUTS[store].key_columns if index is None else columns_of(store, index)
        sql = select_with(shape_of(store, kind).columns, having)
        rows = [row for key in keys for row in self.fetch(sql, key_parts(key))]
        return self.load(store, kind, rows)

    def load(
        self, store: str, kind: type[R], rows: Sequence[Row], count: int | None = None
    ) -> list[R]:
        """Return the first readable ones of the records that rows hold; note those that are not."""
        shape = shape_of(store, kind)
        found = shape.fields(rows)
        for name in shape.children:
            for row, fields in zip(rows, found, strict=True):
                # What others wrote into the record itself is what the record says.
                if isinstance(fields, dict) and name not in fields:
                    items = self._children(name, kind, row)
                    if items:
                        fields[name] = items
        decoded = zip(rows, shape.decode(found, rows), strict=True)
        return list(itertools.islice(self._readable(store, decoded), count))

    def _readable(
        self, store: str, decoded: Iterable[tuple[Row, R | UnreadableRecord]]
    ) -> Iterable[R]:
        for row, one in decoded:
            if isinstance(one, UnreadableRecord):
                self._suspects.setdefault(store, {})[key_of_row(store, row)] = None
                self._unreadable.append(one)
            else:
                yield one

    def _children(self, name: str, kind: type[Any], row: Row) -> list[Any]:
        """Return the items of a record's field that are rows of another table."""
        if name in ITEMS:
            shape, table = shape_of(name, dict), ITEMS[name].table.c
            sql = select_with(shape.columns, (table.room_id,), (table.place,))
            # A room with something in it that cannot be decoded cannot be decoded itself.
            found = shape.fields(self.fetch(sql, row[:1]))
            return [one if isinstance(one, dict) else None for one in found]
        if not row[-1]:  # most messages have no reactions, and one look tells so
            return []
        wanted: type[Any] = dict if kind is dict else Reaction
        columns = shape_of(name, wanted).columns
        sql = select_with(columns, (tables.reactions.c.message_id,))
        return self.load(name, wanted, sorted(self.fetch(sql, row[:1]), key=_order_of_reaction))


def key_parts(key: Any) -> tuple[Any, ...]:
    """Return a key as the columns of a key hold it."""
    return tuple(key) if isinstance(key, tuple | list) else (key,)


def key_of_row(store: str, row: Row) -> Any:
    """Return the key of a row that begins with it."""
    width = len(LAYOUTS[store].keys)
    return row[0] if width == 1 else row[:width]


def _order_of_reaction(row: Row) -> tuple[Any, ...]:
    oder_id, emoji, _, timestamp, *_ = row
    is_number = isinstance(timestamp, int | float)
    return (timestamp if is_number else 0, sort_key(oder_id), sort_key(emoji))


def _text_or_bytes(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
