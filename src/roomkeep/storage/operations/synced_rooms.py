"""Rooms whose owner is a server: its state replaces ours, but for what waits to be sent."""

from collections.abc import Iterable, Sequence

from msgspec import structs

from indexeddb.keys import KeyRange
from roomkeep.models import Ban, Channel, Room, User
from roomkeep.storage.changes import Change, records_saved
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.outbox import drop_entries, get_outbox, is_pending
from roomkeep.storage.operations.rooms import change_room, erase_room, put_room
from roomkeep.storage.operations.shared import WITH_DEPENDENTS
from roomkeep.storage.operations.sync_records import (
    CHANNEL,
    GAP,
    PICTURE,
    ROOM,
    ROOMS,
    OwnPicture,
    RoomState,
    channel_prefix,
    delete_all,
    read,
    synced_rooms,
    write_many,
)
from roomkeep.storage.operations.users import change_user
from roomkeep.storage.remote import (
    AddChannel,
    BanUser,
    ChangeRoom,
    OrderChannels,
    OutboxEntry,
    RemoveChannel,
    RenameChannel,
    SyncedRoom,
    UnbanUser,
)
from roomkeep.storage.transaction import Transaction


@writes("rooms", "bans", "meta")
async def apply_room(tx: Transaction, synced_room: SyncedRoom) -> bool:
    """Write a room as the server has it, unless a newer state is stored; return whether it was.

    The list of channels, the roster and the bans are replaced. Messages of a channel that went
    stay. What waits to be sent stays as it is here.
    """
    is_newer = await replace_room(tx, synced_room)
    say_server(tx)
    return is_newer


def say_server(tx: Transaction) -> None:
    """Have a transaction's changes say that a server made them."""
    tx.changes[:] = [structs.replace(change, origin="server") for change in tx.changes]


async def replace_room(tx: Transaction, synced: SyncedRoom) -> bool:
    """Do what `apply_room` does, as a part of a transaction."""
    room = synced.room
    state = await read(tx, ROOM + room.id, RoomState)
    if state is not None and state.revision > synced.revision:
        return False
    rooms = await synced_rooms(tx)
    if room.id not in rooms:
        write_many(tx, ROOMS, {"": sorted(rooms | {room.id})})
    state = RoomState(
        name=room.name,
        topic=room.topic,
        channels=room.channels,
        revision=synced.revision,
        rights=synced.rights,
        entered=synced.entered,
        has_all_members=synced.has_all_members,
        member_count=synced.member_count,
    )
    write_many(tx, ROOM, {room.id: state})
    entries = await get_outbox(tx, room.id)
    await _put_room(tx, structs.replace(room, **_with_outbox(state, entries)))
    if synced.has_all_members:
        await _replace_bans(tx, room.id, synced.bans, entries)
    return True


async def refresh_room(tx: Transaction, room_id: str) -> None:
    """Write a room's name, topic and channels anew, once the outbox has changed."""
    state = await read(tx, ROOM + room_id, RoomState)
    room = await tx.get("rooms", room_id, Room)
    if state is not None and room is not None:
        wanted = _with_outbox(state, await get_outbox(tx, room_id))
        await _put_room(tx, structs.replace(room, **wanted))


async def note_accepted(tx: Transaction, entry: OutboxEntry) -> None:
    """Count a change of a room as made on the server."""
    state = await read(tx, ROOM + entry.room_id, RoomState)
    if state is not None:
        made = structs.replace(state, **_with_outbox(state, [entry]))
        write_many(tx, ROOM, {entry.room_id: made})


async def replace_channel(
    tx: Transaction, synced: SyncedRoom, local_id: str, channel: Channel
) -> None:
    """Let a channel that was made here have the server's id from now on."""
    room_id = synced.room.id
    await replace_room(tx, synced)
    state = await read(tx, ROOM + room_id, RoomState)
    if state is None:
        return
    if all(one.id != channel.id for one in state.channels):
        channels = (*state.channels, structs.replace(channel, position=len(state.channels)))
        write_many(tx, ROOM, {room_id: structs.replace(state, channels=channels)})
    write_many(tx, channel_prefix(CHANNEL, room_id, local_id), {"": channel.id})
    await refresh_room(tx, room_id)


async def leave_room(tx: Transaction, room_id: str) -> None:
    """Delete a room that one is no longer in, and what is known of it."""
    await erase_room(tx, room_id)
    rooms = await synced_rooms(tx)
    write_many(tx, ROOMS, {"": sorted(rooms - {room_id})})
    write_many(tx, ROOM, {room_id: None})
    await delete_all(tx, channel_prefix(GAP, room_id))
    await delete_all(tx, channel_prefix(CHANNEL, room_id))
    if entries := await get_outbox(tx, room_id):
        drop_entries(tx, entries)


async def put_users(tx: Transaction, users: Sequence[User]) -> None:
    """Write names and pictures of people; all else that is known of them stays."""
    stored = {
        user.oder_id: user
        for user in await tx.get_many("users", [user.oder_id for user in users], User)
    }
    own = await read(tx, PICTURE, OwnPicture)
    new: dict[str, User] = {}
    for user in users:
        if own is not None and user.avatar_url == own.address:
            user = structs.replace(user, avatar_url=own.url)  # noqa: PLW2901
        known = stored.get(user.oder_id)
        if known is None:
            new[user.oder_id] = user
            continue
        names = ("username", "display_name", "avatar_url")
        changed = {name: getattr(user, name) for name in names}
        if any(getattr(known, name) != value for name, value in changed.items()):
            await change_user(tx, known, changed)
    if new:
        tx.put("users", list(new.values()))
        tx.changes.append(records_saved("users", new))


async def _put_room(tx: Transaction, room: Room) -> None:
    stored = await tx.get("rooms", room.id, Room)
    if stored is None:
        put_room(tx, room)
        return
    fields = [
        name for name in room.__struct_fields__ if getattr(stored, name) != getattr(room, name)
    ]
    if fields:
        await change_room(tx, stored, {name: getattr(room, name) for name in fields})


async def _replace_bans(
    tx: Transaction, room_id: str, bans: Iterable[Ban], entries: Iterable[OutboxEntry]
) -> None:
    waiting = [entry.request for entry in entries if _waits(entry)]
    banned = {one.user_id for one in waiting if isinstance(one, BanUser)}
    unbanned = {one.user_id for one in waiting if isinstance(one, UnbanUser)}
    stored = {
        ban.oder_id: ban
        for ban in await tx.get_all("bans", Ban, index="roomId", query=KeyRange.only(room_id))
    }
    wanted = {ban.oder_id: ban for ban in bans if ban.user_id not in unbanned}
    wanted |= {key: ban for key, ban in stored.items() if ban.user_id in banned}
    gone = [key for key in stored if key not in wanted]
    new = {key: ban for key, ban in wanted.items() if stored.get(key) != ban}
    if gone:
        tx.delete("bans", gone)
        tx.changes.append(Change(store="bans", action="delete", keys=tuple(gone), room_id=room_id))
    if new:
        tx.put("bans", list(new.values()))
        tx.changes.append(records_saved("bans", new, room_id=room_id))


def _waits(entry: OutboxEntry) -> bool:
    # A channel that the server refused stays in the list, with what was written in it.
    is_channel = isinstance(entry.request, AddChannel)
    return is_pending(entry) and (entry.state == "waiting" or is_channel)


def _with_outbox(state: RoomState, entries: Iterable[OutboxEntry]) -> dict[str, object]:
    """Return the name, the topic and the channels of a room once the outbox is sent."""
    name, topic = state.name, state.topic
    channels = {channel.id: channel for channel in state.channels}
    for request in (entry.request for entry in entries if _waits(entry)):
        match request:
            case ChangeRoom():
                name = name if request.name is None else request.name
                topic = topic if request.topic is None else request.topic or None
            case AddChannel(channel_id=id_):
                channels[id_] = Channel(id=id_, name=request.name, type=request.type, position=0)
            case RenameChannel(channel_id=id_) if id_ in channels:
                channels[id_] = structs.replace(channels[id_], name=request.name)
            case RemoveChannel(channel_id=id_):
                channels.pop(id_, None)
            case OrderChannels(channel_ids=ids):
                first = {id_: channels[id_] for id_ in ids if id_ in channels}
                channels = first | channels
    placed = (structs.replace(one, position=at) for at, one in enumerate(channels.values()))
    return {"name": name, "topic": topic, "channels": tuple(placed)}


STORES = ("rooms", "bans", "users", "meta", *WITH_DEPENDENTS)
"""The stores that a batch of a server's can change."""
