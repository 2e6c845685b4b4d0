"""Undoing the import of an archive, note by note: see `archive_imports`.

Each step takes back what one note names, and deletes the note in the same transaction. So it goes
on where it stopped, also after a kill.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from msgspec import Struct, structs

from indexeddb.keys import KeyRange
from roomkeep.models import Attachment, Id, Room
from roomkeep.storage.changes import Change, records_saved
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.archive_imports import (
    IMPORT,
    Added,
    ArchiveImport,
    note_prefix,
    put_import,
)
from roomkeep.storage.operations.attachments import RoomOf
from roomkeep.storage.operations.meta import get_owner
from roomkeep.storage.operations.rooms import change_room, erase_room
from roomkeep.storage.operations.shared import WITH_DEPENDENTS, delete_dependents
from roomkeep.storage.operations.sync_records import convert, read, synced_rooms
from roomkeep.storage.schema import BY_CHANNEL_AND_TIME, MetaRecord
from roomkeep.storage.transaction import Transaction


class _SenderOf(Struct, rename="camel"):
    sender_id: str


@writes("rooms", "users", "bans", *WITH_DEPENDENTS, "meta")
async def undo_import_step(tx: Transaction, import_id: Id) -> bool:
    """Take back what one transaction of an import added; tell whether there may be more.

    What was there before the import stays. In a room that it added, so does what was written since,
    and with it the room. Messages that have come to a server since stay, too.
    """
    found = await read(tx, IMPORT + import_id, ArchiveImport)
    if found is not None and not found.is_undone:
        # An import that still runs, as in another tab, would add as fast as this takes back.
        put_import(tx, structs.replace(found, is_undone=True))
    for kind in _UNDO:
        query = KeyRange.prefix(note_prefix(import_id, kind))
        for note in await tx.get_all("meta", MetaRecord, query=query, count=1):
            added = convert(note, Added)
            if added is not None:
                await _UNDO[kind](tx, added)
            tx.delete("meta", [note.key])
            return True
    tx.delete("meta", [IMPORT + import_id])
    return False


async def _undo_files(tx: Transaction, added: Added) -> None:
    found = await tx.get_many("attachments", added.keys, Attachment)
    if not found:
        return
    if added.is_only_data:
        await tx.put_blob("attachments", added.keys, None)
        tx.changes.append(records_saved("attachments", {one.id: one for one in found}))
    else:
        tx.delete("attachments", added.keys)
        tx.changes.append(Change(store="attachments", action="delete", keys=added.keys))


async def _undo_messages(tx: Transaction, added: Added) -> None:
    synced = await synced_rooms(tx)
    by_room: dict[str, list[str]] = {}
    for found in await tx.get_many("messages", added.keys, RoomOf):
        if found.room_id not in synced:
            by_room.setdefault(found.room_id, []).append(found.id)
    for room_id, ids in by_room.items():
        tx.delete("messages", ids)
        await delete_dependents(tx, ids)
        change = Change(store="messages", action="delete", keys=tuple(ids), room_id=room_id)
        tx.changes.append(change)


async def _undo_rooms(tx: Transaction, added: Added) -> None:
    room_id = added.room_id or added.keys[0]
    room = await tx.get("rooms", room_id, Room)
    if room is None or room_id in await synced_rooms(tx):
        return
    if added.keys:
        if not await tx.count("messages", index="roomId", query=KeyRange.only(room_id)):
            await erase_room(tx, room_id)
        return
    channels = {
        channel
        for channel in added.channels
        if not await tx.count(
            "messages",
            index=BY_CHANNEL_AND_TIME,
            query=KeyRange.starting_with(room_id, channel),
        )
    }
    members = set(added.members)
    if members:
        query = KeyRange.only(room_id)
        senders = await tx.get_all("messages", _SenderOf, index="roomId", query=query)
        members -= {sender.sender_id for sender in senders}
    await change_room(
        tx,
        room,
        {
            "channels": tuple(one for one in room.channels if one.id not in channels),
            "members": tuple(one for one in room.members if one.oder_id not in members),
        },
    )


async def _undo_users(tx: Transaction, added: Added) -> None:
    rooms = await tx.get_all("rooms", Room)
    kept = {member.oder_id for room in rooms for member in room.members}
    kept.add(await get_owner(tx) or "")
    gone = [id_ for id_ in added.keys if id_ not in kept]
    if gone:
        tx.delete("users", gone)
        tx.changes.append(Change(store="users", action="delete", keys=tuple(gone)))


_UNDO: Mapping[str, Callable[[Transaction, Added], Coroutine[Any, Any, None]]] = {
    "files": _undo_files,
    "messages": _undo_messages,
    "rooms": _undo_rooms,
    "users": _undo_users,
}
"""How what was added is taken back, by its kind, in this order."""
