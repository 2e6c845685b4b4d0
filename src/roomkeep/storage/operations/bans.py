"""Bans: who is kept out of which room, and until when."""

from indexeddb.keys import KeyRange, sort_key
from roomkeep.errors import InvalidRecord
from roomkeep.models import Ban, BanKey, Id, Milliseconds
from roomkeep.storage.changes import Change, records_saved
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.queued_writes import queue_ban, queue_unban
from roomkeep.storage.operations.sync_records import synced_rooms
from roomkeep.storage.transaction import Transaction


@writes("bans", "meta")
async def save_ban(tx: Transaction, ban: Ban) -> None:
    """Write a ban in place of the one with the same `oder_id`, the ban's own key."""
    if ban.room_id in await synced_rooms(tx):
        await queue_ban(tx, ban)
    tx.put("bans", [ban])
    tx.changes.append(records_saved("bans", {ban.oder_id: ban}, room_id=ban.room_id))


@writes("bans", "meta")
async def remove_ban(tx: Transaction, oder_id: BanKey) -> None:
    """Delete a ban by its own key, if it is there."""
    synced, reading = synced_rooms(tx), tx.get("bans", oder_id, Ban)
    on_server, ban = await synced, await reading
    if ban is not None and ban.room_id in on_server:
        await queue_unban(tx, ban)
    tx.delete("bans", [oder_id])
    room_id = None if ban is None else ban.room_id
    tx.changes.append(Change(store="bans", action="delete", keys=(oder_id,), room_id=room_id))


@reads("bans")
async def get_bans_for_room(tx: Transaction, room_id: Id, now: Milliseconds) -> list[Ban]:
    """Return a room's active bans, ascending by (timestamp, oder_id)."""
    bans = await tx.get_all("bans", Ban, index="roomId", query=KeyRange.only(room_id))
    active = [ban for ban in bans if ban.is_active(now)]
    return sorted(active, key=lambda ban: (ban.timestamp, sort_key(ban.oder_id)))


@reads("bans")
async def is_user_banned(tx: Transaction, user_id: Id, room_id: Id, now: Milliseconds) -> bool:
    """Return whether a user has an active ban in a room."""
    bans = await get_bans_for_room(tx, room_id, now)
    return any(ban.user_id == user_id for ban in bans)


async def check_not_banned(
    tx: Transaction, user_id: str, room_id: str, now: int, field: str
) -> None:
    """Check that a user may write in a room.

    Raises:
        InvalidRecord: the user is banned from it; it names `field`.
    """
    check_ban(await is_user_banned(tx, user_id, room_id, now), field)


def check_ban(is_banned: bool, field: str) -> None:  # noqa: FBT001
    """Raise `InvalidRecord`, which names `field`, where a user is banned from the room."""
    if is_banned:
        raise InvalidRecord("is banned from the room", field=field)
