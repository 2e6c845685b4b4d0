"""Records on their way to rows of tables, and back."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Column, Integer, Table, exists, null
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql import ColumnElement

from roomkeep.models import Channel, RoomMember
from roomkeep.storage.decode_errors import UnreadableRecord, describe
from roomkeep.storage.engines.sqlite import tables
from roomkeep.storage.schema import SCHEMA, STORES

Row = Sequence[Any]
Fields = dict[str, Any]

CHILDREN: Mapping[str, tuple[str, ...]] = {
    "messages": ("reactions",),
    "rooms": ("channels", "members"),
}
"""The fields of records that are rows of tables of their own, by store."""


class Layout:
    """How records lie in the columns of a table.

    Attributes:
        store: the name of the store, or of the list that the records are items of.
        table: the table.
        kind: the type of the records.
        keys: the stored names of the fields of the key.
        columns: the columns that hold a field, by the field's stored name.
        key_columns: those of the key, in the order of its parts.
        extra: the column for fields without a column; NULL where the table has none.
        decoders: what makes the value of a field from that of its column, where they differ.
        upsert: the SQL that writes a row in place of the one with its key; it takes `values`.
    """

    def __init__(self, store: str, table: Table, kind: type[Struct], *keys: str) -> None:
        of_column = {field.name: field for field in structs.fields(kind)}
        fields = {of_column[c.name].encode_name: c.name for c in table.c if c.name in of_column}
        self.store = store
        self.table = table
        self.kind = kind
        self.keys = keys
        self.columns: dict[str, Column[Any]] = {n: table.c[c] for n, c in fields.items()}
        self.key_columns = tuple(self.columns[name] for name in keys)
        self.extra: ColumnElement[Any] = table.c.get("extra", null())
        self.decoders: dict[str, Callable[[Any], Any]] = {
            name: _decode_flag for name, c in fields.items() if of_column[c].type is bool
        }
        # A record of the type holds nothing that has no column.
        self._nothing_more = (None,) if "extra" in table.c else ()
        self._get = operator.attrgetter(*fields.values())
        self.upsert = _upsert(table)

    def values(self, record: object, *beside: object) -> tuple[object, ...]:
        """Return what `upsert` takes for a record: a struct, or a dict of stored fields.

        Args:
            record: the record.
            beside: what the table holds beside the fields, in the order of its columns.
        """
        if type(record) is self.kind:
            return (*self._get(record), *self._nothing_more, *beside)
        columns, others = self.split(stored_fields_of(record))
        row = (columns.get(column.name) for column in self.columns.values())
        extra = msgspec.json.encode(others).decode() if others else None
        return (*row, *([extra] if self._nothing_more else ()), *beside)

    def split(self, fields: Mapping[str, Any]) -> tuple[Fields, Fields]:
        """Part stored fields into the values of columns, by their names, and all other fields.

        Fields that are rows of other tables are in neither.
        """
        columns: Fields = {}
        others: Fields = {}
        for name, value in fields.items():
            column = self.columns.get(name)
            if column is not None and _fits(column, value, is_flag=name in self.decoders):
                columns[column.name] = value
            elif name not in CHILDREN.get(self.store, ()) or not _is_list_of_records(value):
                others[name] = value
        return columns, others

    def id_of(self, record: object) -> str:
        """Return the key of a record of a store whose keys are texts."""
        if isinstance(record, Mapping):
            return cast("str", record[self.keys[0]])
        return cast("str", getattr(record, self.key_columns[0].name))


class _MetaLayout(Layout):
    """How settings lie in their table: the value as JSON."""

    def __init__(self) -> None:
        super().__init__("meta", tables.meta, SCHEMA["meta"].record, "key")
        self.decoders = {"value": msgspec.json.decode}

    def values(self, record: object, *_beside: object) -> tuple[object, ...]:
        fields = stored_fields_of(record)
        return (fields["key"], msgspec.json.encode(fields.get("value")).decode())


class Shape:
    """The columns that records of one type are read from.

    Attributes:
        columns: what to select: the key first, then the other fields, then `extra`; of messages
            with their reactions, at last whether there are any.
        children: those of the records' fields that are rows of other tables.
    """

    def __init__(self, layout: Layout, kind: type[Any]) -> None:
        wanted = {*layout.columns, *CHILDREN.get(layout.store, ())}
        if kind is not dict:
            wanted &= {field.encode_name for field in structs.fields(kind)}
        others = (n for n in layout.columns if n in wanted and n not in layout.keys)
        self._names = (*layout.keys, *others)
        self.children = tuple(n for n in CHILDREN.get(layout.store, ()) if n in wanted)
        self.columns: tuple[ColumnElement[Any], ...] = (
            *(layout.columns[name] for name in self._names),
            layout.extra,
        )
        if "reactions" in self.children:
            message_id, messages = tables.reactions.c.message_id, tables.messages
            self.columns += (exists().where(message_id == messages.c.id).correlate(messages),)
        self._layout = layout
        self._kind = kind
        self._many = list[kind]  # type: ignore[valid-type]
        self._decoders = [(n, layout.decoders[n]) for n in self._names if n in layout.decoders]

    def fields(self, rows: Iterable[Row]) -> list[Fields | UnreadableRecord]:
        """Return the fields of rows under their stored names; a NULL is a field that is not there.

        What is in `extra` counts before what is in a column.
        """
        names, decoders, at_extra = self._names, self._decoders, len(self._names)
        found: list[Fields | UnreadableRecord] = []
        for row in rows:
            pairs = zip(names, row, strict=False)
            fields = {name: value for name, value in pairs if value is not None}
            try:
                for name, decode in decoders:
                    if name in fields:
                        fields[name] = decode(fields[name])
                if (extra := row[at_extra]) is not None:
                    fields.update(msgspec.json.decode(extra, type=Fields))
            except (ValueError, TypeError) as error:
                found.append(self._describe(row, error))
            else:
                found.append(fields)
        return found

    def decode(self, found: Sequence[Fields | UnreadableRecord], rows: Sequence[Row]) -> list[Any]:
        """Decode the fields of rows; what cannot be decoded is described in its place."""
        if self._kind is dict:
            return list(found)
        try:
            return cast("list[Any]", msgspec.convert(found, self._many))
        except ValueError:
            # One of them spoils it. Find out which, one by one.
            return [self._decode_one(*pair) for pair in zip(found, rows, strict=True)]

    def _decode_one(self, fields: Fields | UnreadableRecord, row: Row) -> Any:
        if isinstance(fields, UnreadableRecord):
            return fields
        try:
            return msgspec.convert(fields, self._kind)
        except ValueError as error:
            return self._describe(row, error)

    def _describe(self, row: Row, error: Exception) -> UnreadableRecord:
        return describe(self._layout.store, tuple(row[: len(self._layout.keys)]), error)


def stored_fields_of(record: object) -> Mapping[str, Any]:
    """Return the fields of a record under their stored names."""
    return record if isinstance(record, Mapping) else cast("Any", msgspec.to_builtins(record))


def _decode_flag(value: Any) -> Any:
    return {0: False, 1: True}.get(value, value)


def _fits(column: Column[Any], value: object, *, is_flag: bool) -> bool:
    """Tell whether a column gives a value back as it is: SQLite converts numbers and texts."""
    if value is None:
        return True
    if not isinstance(column.type, Integer):
        return isinstance(value, str)
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return True
        return False
    return isinstance(value, int | float) and isinstance(value, bool) is is_flag


def _is_list_of_records(value: object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(item, Mapping | Struct) for item in value
    )


def _upsert(table: Table) -> str:
    """Return the SQL that writes a row in place of the one with its key."""
    statement = insert(table)
    others = {
        column.name: statement.excluded[column.name] for column in table.c if not column.primary_key
    }
    statement = statement.on_conflict_do_update(index_elements=[*table.primary_key], set_=others)
    return str(statement.compile(dialect=sqlite.dialect()))


def _layout(store: str) -> Layout:
    path = STORES[store].key_path
    keys = (path,) if isinstance(path, str) else path
    metadata = tables.metadata if store in SCHEMA else tables.index_metadata
    return Layout(store, metadata.tables[store], STORES[store].record, *keys)


LAYOUTS: Mapping[str, Layout] = {
    store: _layout(store) if store != "meta" else _MetaLayout() for store in STORES
}
"""How the records of each store lie in their table."""

ITEMS: Mapping[str, Layout] = {
    "channels": Layout("channels", tables.room_channels, Channel, "id"),
    "members": Layout("members", tables.room_members, RoomMember, "oderId"),
}
"""How the items of a room's lists lie in their tables."""


_shapes: dict[tuple[str, type[Any]], Shape] = {}


def shape_of(store: str, kind: type[Any]) -> Shape:
    """Return what records of a store, or items of a room's list, are read from as one type."""
    if (store, kind) not in _shapes:
        _shapes[store, kind] = Shape(LAYOUTS.get(store) or ITEMS[store], kind)
    return _shapes[store, kind]
