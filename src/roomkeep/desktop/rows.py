"""Records on their way to rows of tables, and back."""

import operator
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import structs
from sqlalchemy import BindParameter, Column, Row, Table, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert, insert

from roomkeep.desktop import tables
from roomkeep.models import (
    Attachment,
    Ban,
    Channel,
    Message,
    Reaction,
    Record,
    Room,
    RoomMember,
    User,
)
from roomkeep.unreadable import Unreadable, describe

__all__ = [
    "ATTACHMENTS",
    "BANS",
    "CHANNELS",
    "MEMBERS",
    "MESSAGES",
    "REACTIONS",
    "ROOMS",
    "USERS",
    "Layout",
    "order",
    "sort_id",
    "upsert",
]

R = TypeVar("R", bound=Record)

_LAST = "\U0010ffff"
_FLAGS = {0: False, 1: True}


def order(text: str) -> bytes:
    """Return what compares as text does in all engines: by UTF-16 code unit."""
    return text.encode("utf-16-be", "surrogatepass")


def sort_id(text: str) -> str:
    """Return text whose order by code point, which is SQLite's, is that of `text` by UTF-16 unit.

    The two orders differ in that UTF-16 has the characters from U+E000 to U+FFFF last. Nearly all
    ids have none of these, and are returned as they are.
    """
    if text.isascii() or max(text) < "\ue000":
        return text
    # The last character of all leads those in, and then itself, so it is told from its being there.
    moved = (_LAST + ("0" if char == _LAST else char) for char in text)
    return "".join(
        after if "\ue000" <= char <= "\uffff" or char == _LAST else char
        for char, after in zip(text, moved, strict=True)
    )


def upsert(table: Table) -> Insert:
    """Return the statement that writes a row, in place of the one with its key."""
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    others = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


class Layout(Generic[R]):
    """How the records of a kind lie in their table.

    Attributes:
        store: the table's name.
        table: the table.
        kind: the type of the records.
        columns: what to select: those, and `extra`.
        statement: the SQL that writes a row in place of the one with its key; it takes `values`.
    """

    def __init__(self, table: Table, kind: type[R], *keys: str) -> None:
        fields = {field.name: field for field in structs.fields(kind) if field.name in table.c}
        self.store = str(table.name)
        self.table = table
        self.kind = kind
        self.columns: tuple[Column[Any], ...] = tuple(table.c[name] for name in (*fields, "extra"))
        self._stored = tuple(field.encode_name for field in fields.values())
        self._flags = tuple(f.encode_name for f in fields.values() if f.type is bool)
        self._keys = tuple(fields[key].encode_name for key in keys)
        self._get = operator.attrgetter(*fields)
        beside = [name for name in table.c.keys() if name not in (*fields, "extra")]  # noqa: SIM118
        # To the driver as text and tuples: what SQLAlchemy does for each row costs as much again.
        values: dict[str, BindParameter[Any]] = {
            name: bindparam(name) for name in (*fields, "extra", *beside)
        }
        compiled = upsert(table).values(values).compile(dialect=sqlite.dialect())
        self.statement = str(compiled)
        assert compiled.positiontup == list(values), "the columns are in this order"  # noqa: S101

    def values(self, record: R, *beside: object) -> tuple[object, ...]:
        """Return what `statement` takes for a record.

        Args:
            record: the record.
            beside: what the table holds beside a record's fields, in the order of its columns.
        """
        return (*self._get(record), None, *beside)

    def fields(self, rows: Iterable[Row[Any]]) -> tuple[list[dict[str, Any]], list[Unreadable]]:
        """Return the fields of rows, of which `columns` come first, under their stored names.

        Returns:
            those of each row, and what there is to say of the rows that cannot be read.
        """
        good, bad = [], []
        for row in rows:
            pairs = zip(self._stored, row, strict=False)
            found = {name: value for name, value in pairs if value is not None}
            for name in self._flags:
                if name in found:
                    found[name] = _FLAGS.get(found[name], found[name])
            if (extra := row[len(self._stored)]) is not None:
                try:
                    found.update(msgspec.json.decode(extra, type=dict[str, Any]))
                except ValueError as error:
                    bad.append(self.unreadable(found, error))
                    continue
            good.append(found)
        return good, bad

    def decode(self, found: Sequence[dict[str, Any]]) -> tuple[list[R], list[Unreadable]]:
        """Return the records that can be read, and what there is to say of the others."""
        try:
            return msgspec.convert(found, list[self.kind]), []  # type: ignore[name-defined]
        except ValueError:
            # One of them spoils it. Find out which, one by one.
            good, bad = [], []
            for fields in found:
                try:
                    good.append(msgspec.convert(fields, self.kind))
                except ValueError as error:
                    bad.append(self.unreadable(fields, error))
            return good, bad

    def unreadable(self, fields: dict[str, Any], error: Exception) -> Unreadable:
        """Return what there is to say of a record that cannot be read."""
        return describe(self.store, ", ".join(str(fields.get(key)) for key in self._keys), error)


MESSAGES = Layout(tables.messages, Message, "id")
REACTIONS = Layout(tables.reactions, Reaction, "oder_id", "emoji", "message_id")
USERS = Layout(tables.users, User, "oder_id")
ROOMS = Layout(tables.rooms, Room, "id")
CHANNELS = Layout(tables.room_channels, Channel, "id")
MEMBERS = Layout(tables.room_members, RoomMember, "oder_id")
BANS = Layout(tables.bans, Ban, "oder_id")
ATTACHMENTS = Layout(tables.attachments, Attachment, "id")
