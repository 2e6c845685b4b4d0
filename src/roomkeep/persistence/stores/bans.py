"""Bans: who is kept out of which room, and until when."""

from roomkeep.idb import KeyRange
from roomkeep.models import Ban, Id, Milliseconds
from roomkeep.persistence.keys import order
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.transaction import Transaction
from roomkeep.reports import Change


@writes("bans")
async def save_ban(tx: Transaction, ban: Ban) -> None:
    """Write a ban in place of the one with its `oder_id`."""
    await tx.put("bans", ban)
    tx.changes.append(Change(store="bans", action="put", keys=(ban.oder_id,), room_id=ban.room_id))


@writes("bans")
async def remove_ban(tx: Transaction, oder_id: Id) -> None:
    """Delete a ban by its own key, if it is there."""
    ban = await tx.get("bans", oder_id, Ban)
    await tx.delete("bans", oder_id)
    room_id = None if ban is None else ban.room_id
    tx.changes.append(Change(store="bans", action="delete", keys=(oder_id,), room_id=room_id))


@reads("bans")
async def get_bans_for_room(tx: Transaction, room_id: Id, now: Milliseconds) -> list[Ban]:
    """Return a room's active bans, ascending by (timestamp, oder_id)."""
    bans = await tx.get_all("bans", Ban, index="roomId", query=KeyRange.only(room_id))
    active = [ban for ban in bans if ban.is_active(now)]
    return sorted(active, key=lambda ban: (ban.timestamp, order(ban.oder_id)))


@reads("bans")
async def is_user_banned(tx: Transaction, user_id: Id, room_id: Id, now: Milliseconds) -> bool:
    """Tell whether a user has an active ban in a room."""
    bans = await get_bans_for_room(tx, room_id, now)
    return any(ban.user_id == user_id for ban in bans)
