"""Records as they are written: into rows, and into the rows of other tables that belong to them."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from indexeddb.keys import Key
from roomkeep.storage.engines.sqlite import tables
from roomkeep.storage.engines.sqlite.key_order import sort_id
from roomkeep.storage.engines.sqlite.reading import Reader, key_parts
from roomkeep.storage.engines.sqlite.row_mapping import CHILDREN, ITEMS, LAYOUTS, stored_fields_of
from roomkeep.storage.engines.sqlite.statements import delete_record, select_with, update_record

_files = tables.attachments.c
FILE_NAME = select_with((_files.data_hash,), (_files.id,))
"""The SQL for the name of the file with an attachment's bytes; it takes the attachment's id."""

_LISTS = CHILDREN["rooms"]


class Writer:
    """Writes records into rows.

    Attributes:
        orphan_candidates: the names of files that may have lost the last row that names them.
    """

    def __init__(self, driver: sqlite3.Connection, reader: Reader) -> None:
        self.orphan_candidates: set[str] = set()
        self._driver = driver
        self._reader = reader

    def put(self, store: str, records: Sequence[object], file_name: str | None = None) -> None:
        """Write records in place of those with their keys.

        Args:
            store: the store.
            records: structs, or dicts of stored fields.
            file_name: the file with the bytes beside each of them; None for no bytes.
        """
        layout = LAYOUTS[store]
        if store == "messages":
            rows = [layout.values(one, sort_id(layout.id_of(one))) for one in records]
        elif store == "attachments":
            self._note_files([layout.id_of(one) for one in records], but=file_name)
            rows = [layout.values(one, file_name) for one in records]
        else:
            rows = [layout.values(one) for one in records]
        self._driver.executemany(layout.upsert, rows)
        for room in records if store == "rooms" else ():
            fields = stored_fields_of(room)
            self._put_items(fields["id"], {name: fields.get(name) for name in _LISTS})

    def patch(self, store: str, keys: Sequence[Key], fields: Mapping[str, object]) -> None:
        """Write some fields into stored records; all else in them stays."""
        layout = LAYOUTS[store]
        columns, others = layout.split(fields)
        # What does not fit its column is kept beside it.
        columns |= {layout.columns[n].name: None for n in others if n in layout.columns}
        self._update(store, keys, columns)
        before = select_with((layout.extra,), layout.key_columns)
        lists = {name: fields[name] for name in _LISTS if store == "rooms" and name in fields}
        for key in keys:
            for (extra,) in self._reader.fetch(before, key_parts(key)):
                self._patch_extra(store, key, extra, fields, others)
                self._put_items(key, lists)

    def delete(self, store: str, keys: Iterable[Key]) -> None:
        """Delete the records with these keys."""
        keys = list(keys)
        if store == "attachments":
            self._note_files(keys)
        self._driver.executemany(delete_record(store), map(key_parts, keys))

    def set_blob(self, keys: Sequence[Key], name: str | None) -> None:
        """Give some attachments the bytes in a file; None takes theirs away."""
        self._note_files(keys, but=name)
        self._update("attachments", keys, {"data_hash": name})

    def clear(self, store: str) -> None:
        """Delete all records of a store."""
        if store == "attachments":
            names = self._reader.fetch("SELECT DISTINCT data_hash FROM attachments")
            self.orphan_candidates.update(name for (name,) in names if isinstance(name, str))
        self._driver.execute(f"DELETE FROM {LAYOUTS[store].table.name}")  # noqa: S608 our own name

    def _update(self, store: str, keys: Sequence[Key], columns: Mapping[str, object]) -> None:
        if columns:
            rows = [(*columns.values(), *key_parts(key)) for key in keys]
            self._driver.executemany(update_record(store, tuple(columns)), rows)

    def _patch_extra(
        self,
        store: str,
        key: Key,
        extra: Any,
        patched: Mapping[str, object],
        others: Mapping[str, object],
    ) -> None:
        """Take patched fields out of what is kept beside the columns, where they would count."""
        try:
            before = {} if extra is None else msgspec.json.decode(extra, type=dict[str, Any])
        except ValueError:
            return  # the record cannot be decoded, and is left as it is
        kept = {name: value for name, value in before.items() if name not in patched}
        after = {**kept, **others}
        if after != before:
            text = msgspec.json.encode(after).decode() if after else None
            self._update(store, [key], {"extra": text})

    def _put_items(self, room_id: object, lists: Mapping[str, Any]) -> None:
        """Write the items of a room's lists in place of those that are there."""
        for name, items in lists.items():
            layout = ITEMS[name]
            sql = f"DELETE FROM {layout.table.name} WHERE room_id = ?"  # noqa: S608 our own name
            self._driver.execute(sql, (room_id,))
            if isinstance(items, list | tuple):
                rows = [layout.values(item, room_id, place) for place, item in enumerate(items)]
                self._driver.executemany(layout.upsert, rows)

    def _note_files(self, keys: Iterable[Key], *, but: str | None = None) -> None:
        """Note the files of attachments that are about to lose them."""
        rows = [row for key in keys for row in self._reader.fetch(FILE_NAME, (key,))]
        self.orphan_candidates |= {name for (name,) in rows if isinstance(name, str)} - {but}
