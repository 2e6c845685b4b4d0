"""Rooms: metadata, channels and members, and all that goes when a room goes."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from roomkeep import arguments
from roomkeep.desktop.handlers import messages
from roomkeep.desktop.rows import CHANNELS, MEMBERS, ROOMS, Layout, order
from roomkeep.desktop.tables import bans, rooms
from roomkeep.desktop.transaction import Transaction
from roomkeep.errors import RecordNotFound
from roomkeep.models import Record, Room
from roomkeep.protocol.commands import DeleteRoom, SaveRoom, UpdateRoom
from roomkeep.protocol.queries import GetAllRooms, GetRoom
from roomkeep.reports import Change

_LISTS: dict[str, Layout[Any]] = {"channels": CHANNELS, "members": MEMBERS}
"""The fields of a room that are tables of their own."""


def save_room(tx: Transaction, request: SaveRoom) -> None:
    """Write a room in place of the one with its id."""
    room = request.room
    tx.write(ROOMS, [ROOMS.values(room)])
    for name, layout in _LISTS.items():
        _write_list(tx, layout, room.id, getattr(room, name))
    tx.changes.append(_put(room.id))


def get_room(tx: Transaction, request: GetRoom) -> Room | None:
    """Return a room; None where there is none."""
    return find_room(tx, request.room_id)


def get_all_rooms(tx: Transaction, request: GetAllRooms) -> list[Room]:  # noqa: ARG001
    """Return all rooms, ascending by (created_at, id)."""
    found = _read(tx, None)
    return sorted(found, key=lambda room: (room.created_at, order(room.id)))


def update_room(tx: Transaction, request: UpdateRoom) -> None:
    """Change some fields of a room."""
    stored = find_room(tx, request.room_id)
    if stored is None:
        raise RecordNotFound("rooms", request.room_id)
    merged = arguments.merge(stored, request.changes)
    changed = arguments.given(request.changes)
    columns = {name: getattr(merged, name) for name in changed if name not in _LISTS}
    if columns:
        tx.execute(update(rooms).where(rooms.c.id == merged.id).values(columns))
    for name in _LISTS.keys() & changed.keys():
        _write_list(tx, _LISTS[name], merged.id, getattr(merged, name))
    tx.changes.append(_put(merged.id))


def delete_room(tx: Transaction, request: DeleteRoom) -> None:
    """Delete a room with its messages, their reactions and attachments, and its bans."""
    room_id = request.room_id
    messages.clear_room(tx, room_id)
    banned = tx.execute(delete(bans).where(bans.c.room_id == room_id)).rowcount
    tx.execute(delete(rooms).where(rooms.c.id == room_id))
    if banned:
        tx.changes.append(Change(store="bans", action="clear", room_id=room_id))
    tx.changes.append(Change(store="rooms", action="delete", keys=(room_id,), room_id=room_id))


def find_room(tx: Transaction, room_id: str) -> Room | None:
    """Return a room; None where there is none that can be read."""
    return next(iter(_read(tx, room_id)), None)


def _read(tx: Transaction, room_id: str | None) -> list[Room]:
    """Return one room, or all, with what is in their lists."""
    statement = select(*ROOMS.columns)
    if room_id is not None:
        statement = statement.where(rooms.c.id == room_id)
    fields, unreadable = ROOMS.fields(tx.all(statement))
    tx.unreadable += unreadable
    by_id = {room["id"]: room for room in fields}
    for name, layout in _LISTS.items():
        for owner, item in _items(tx, layout, room_id):
            # What is not a list of such things is kept with the room, and hides the table's.
            if owner in by_id and isinstance(listed := by_id[owner].setdefault(name, []), list):
                listed.append(item)
    found, unreadable = ROOMS.decode(fields)
    tx.unreadable += unreadable
    return found


def _items(
    tx: Transaction, layout: Layout[Any], room_id: str | None
) -> Iterable[tuple[str, dict[str, Any] | None]]:
    owner = layout.table.c.room_id
    statement = select(*layout.columns, owner.label("owner")).order_by(owner, layout.table.c.place)
    if room_id is not None:
        statement = statement.where(owner == room_id)
    rows = tx.all(statement)
    items: Sequence[dict[str, Any] | None]
    items, unreadable = layout.fields(rows)
    if unreadable:
        # A room with something in it that cannot be read is one that cannot be read.
        items = [next(iter(layout.fields([row])[0]), None) for row in rows]
    return zip((row[-1] for row in rows), items, strict=True)


def _write_list(
    tx: Transaction, layout: Layout[Any], room_id: str, items: Sequence[Record]
) -> None:
    tx.execute(delete(layout.table).where(layout.table.c.room_id == room_id))
    tx.write(layout, [layout.values(item, room_id, place) for place, item in enumerate(items)])


def _put(room_id: str) -> Change:
    return Change(store="rooms", action="put", keys=(room_id,), room_id=room_id)
