"""Rooms: metadata, channels and members, and all that goes when a room goes."""

from msgspec import structs

from indexeddb.keys import KeyRange, sort_key
from roomkeep.errors import InvalidRecord
from roomkeep.models import Id, Room
from roomkeep.storage.arguments import RoomUpdate, UnknownFields, changed_fields
from roomkeep.storage.changes import Change, records_saved
from roomkeep.storage.encoding import stored_fields
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.messages import erase_room_messages
from roomkeep.storage.operations.queued_writes import queue_room
from roomkeep.storage.operations.shared import WITH_DEPENDENTS, put_unknown_fields, require
from roomkeep.storage.operations.sync_records import check_not_synced, synced_rooms
from roomkeep.storage.transaction import Transaction
from roomkeep.storage.unknown_fields import missing_fields
from roomkeep.storage.validation import MAX_ITEMS

_LISTS = {"channels": "id", "members": "oder_id"}
"""The lists of a room, and the field that tells their items apart."""


@writes("rooms", "meta")
async def save_room(tx: Transaction, room: Room) -> None:
    """Write a room in place of the one with its id."""
    if room.id in await synced_rooms(tx):
        await queue_room(tx, await require(tx, "rooms", room.id, Room), room)
    put_room(tx, room)


def put_room(tx: Transaction, room: Room) -> None:
    """Write a room, as a part of a larger transaction."""
    tx.put("rooms", [room])
    tx.changes.append(_saved(room))


@reads("rooms")
async def get_room(tx: Transaction, room_id: Id) -> Room | None:
    """Return a room; None where there is none."""
    return await tx.get("rooms", room_id, Room)


@reads("rooms")
async def get_all_rooms(tx: Transaction) -> list[Room]:
    """Return all rooms, ascending by (created_at, id)."""
    rooms = await tx.get_all("rooms", Room)
    return sorted(rooms, key=lambda room: (room.created_at, sort_key(room.id)))


@writes("rooms", "bans", *WITH_DEPENDENTS, "meta")
async def delete_room(tx: Transaction, room_id: Id) -> None:
    """Delete a room with its messages, their reactions and attachments, and its bans.

    A room on a server is left there, and goes when the server says so: here it is refused.
    """
    await check_not_synced(tx, [room_id], "room_id")
    await erase_room(tx, room_id)


async def erase_room(tx: Transaction, room_id: str) -> None:
    """Delete a room with all that belongs to it, as a part of a larger transaction."""
    await erase_room_messages(tx, room_id)
    bans = await tx.get_all_keys("bans", index="roomId", query=KeyRange.only(room_id))
    tx.delete("bans", bans)
    tx.delete("rooms", [room_id])
    if bans:
        tx.changes.append(Change(store="bans", action="clear", room_id=room_id))
    tx.changes.append(Change(store="rooms", action="delete", keys=(room_id,), room_id=room_id))


@writes("rooms", "meta")
async def update_room(tx: Transaction, room_id: Id, changes: RoomUpdate) -> None:
    """Change some fields of a room. What its channels and members hold besides stays, too."""
    synced, changed = await synced_rooms(tx), changed_fields(changes)
    stored = await require(tx, "rooms", room_id, Room)
    if room_id in synced:
        await queue_room(tx, stored, structs.replace(stored, **changed))
    await change_room(tx, stored, changed)


@writes("rooms", "meta")
async def add_room(tx: Transaction, room: Room, unknown: UnknownFields = ()) -> None:
    """Write a room that is not there yet; else add the channels and members that it lacks.

    Args:
        tx: the transaction.
        room: the room.
        unknown: fields of it that this version does not know; those that it lacks are added.

    Raises:
        InvalidRecord: the two together have more channels or members than can be kept, or the room
            is on a server.
    """
    await check_not_synced(tx, [room.id], "id")
    await _merge(tx, room)
    await put_unknown_fields(tx, "rooms", [room.id], unknown)


async def _merge(tx: Transaction, room: Room) -> None:
    stored = await tx.get("rooms", room.id, Room)
    if stored is None:
        put_room(tx, room)
        return
    changed: dict[str, object] = {}
    for name, key in _LISTS.items():
        present = getattr(stored, name)
        known = {getattr(item, key) for item in present}
        new = [item for item in getattr(room, name) if getattr(item, key) not in known]
        if not new:
            continue
        items = changed[name] = (*present, *new)
        if len(items) > MAX_ITEMS:
            msg = f"would have {len(items):,} items; {MAX_ITEMS:,} is the most"
            raise InvalidRecord(msg, field=name)
    if changed:
        await change_room(tx, stored, changed)


async def change_room(tx: Transaction, room: Room, changed: dict[str, object]) -> None:
    """Write some fields of a stored room, as a part of a larger transaction."""
    room = structs.replace(room, **changed)
    fields = stored_fields(room, changed)
    if _LISTS.keys() & changed.keys():
        stored = await tx.get("rooms", room.id, dict) or {}
        fields |= missing_fields(fields, {name: stored.get(name) for name in _LISTS}, Room)
    await tx.patch("rooms", [room.id], fields)
    tx.changes.append(_saved(room))


def _saved(room: Room) -> Change:
    return records_saved("rooms", {room.id: room}, room_id=room.id)
