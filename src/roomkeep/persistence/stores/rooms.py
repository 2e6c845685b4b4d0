"""Rooms: metadata, channels and members, and all that goes when a room goes."""

from roomkeep import arguments, records
from roomkeep.arguments import RoomChanges
from roomkeep.errors import RecordNotFound
from roomkeep.idb import KeyRange
from roomkeep.models import Id, Room
from roomkeep.persistence.keys import order
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.stores import messages
from roomkeep.persistence.transaction import Transaction
from roomkeep.reports import Change


@writes("rooms")
async def save_room(tx: Transaction, room: Room) -> None:
    """Write a room in place of the one with its id."""
    await tx.put("rooms", room)
    tx.changes.append(_put(room.id))


@reads("rooms")
async def get_room(tx: Transaction, room_id: Id) -> Room | None:
    """Return a room; None where there is none."""
    return await tx.get("rooms", room_id, Room)


@reads("rooms")
async def get_all_rooms(tx: Transaction) -> list[Room]:
    """Return all rooms, ascending by (created_at, id)."""
    rooms = await tx.get_all("rooms", Room)
    return sorted(rooms, key=lambda room: (room.created_at, order(room.id)))


@writes("rooms", "bans", *messages.WITH_DEPENDENTS)
async def delete_room(tx: Transaction, room_id: Id) -> None:
    """Delete a room with its messages, their reactions and attachments, and its bans."""
    await messages.clear_room_messages(tx, room_id)
    bans = await tx.get_all_keys("bans", index="roomId", query=KeyRange.only(room_id))
    tx.delete_many("bans", bans)
    await tx.delete("rooms", room_id)
    if bans:
        tx.changes.append(Change(store="bans", action="clear", room_id=room_id))
    tx.changes.append(Change(store="rooms", action="delete", keys=(room_id,), room_id=room_id))


@writes("rooms")
async def update_room(tx: Transaction, room_id: Id, changes: RoomChanges) -> None:
    """Change some fields of a room."""
    stored = await tx.get("rooms", room_id, Room)
    if stored is None:
        raise RecordNotFound("rooms", room_id)
    merged = arguments.merge(stored, changes)
    await tx.patch("rooms", room_id, records.stored_fields(merged, arguments.given(changes)))
    tx.changes.append(_put(room_id))


def _put(room_id: str) -> Change:
    return Change(store="rooms", action="put", keys=(room_id,), room_id=room_id)
