"""Channels that were made here, once the server has given them an id."""

from msgspec import structs

from roomkeep.models import Channel, Id
from roomkeep.storage.channel_settings import CHANNEL_SETTINGS, setting_key
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.messages import move_all
from roomkeep.storage.operations.meta import SETTING, write_settings
from roomkeep.storage.operations.outbox import drop_entries, find_entry, get_outbox, put_entries
from roomkeep.storage.operations.sync_records import CHANNEL, channel_prefix, read, read_many
from roomkeep.storage.operations.synced_rooms import STORES, replace_channel
from roomkeep.storage.remote import (
    AddChannel,
    OrderChannels,
    OutboxEntry,
    RemoveChannel,
    RenameChannel,
    Request,
    SyncedRoom,
)
from roomkeep.storage.transaction import Transaction


@reads("meta")
async def get_created_channel(tx: Transaction, room_id: Id, channel_id: Id) -> str | None:
    """Return the id that the server gave to a channel that was made here; None for no other."""
    return await read(tx, channel_prefix(CHANNEL, room_id, channel_id), str)


@writes(*STORES)
async def channel_created(
    tx: Transaction, entry_id: Id, channel_id: Id, synced: SyncedRoom
) -> None:
    """Give a channel that was made here the server's id.

    Its messages, its settings and what waits to be sent to it move along.

    Args:
        tx: the transaction.
        entry_id: the entry of the outbox that made it.
        channel_id: the server's id.
        synced: the room as the server had it after that. An older state that is still on its way
            cannot take the channel out of the room again.
    """
    entry = await find_entry(tx, entry_id)
    if entry is None or not isinstance(entry.request, AddChannel):
        return
    request, room_id = entry.request, entry.room_id
    drop_entries(tx, [entry])
    moved = []
    for waiting in await get_outbox(tx, room_id):
        renamed = _renamed(waiting, request.channel_id, channel_id)
        if renamed != waiting:
            moved.append(renamed)
    put_entries(tx, moved)
    await move_all(tx, room_id, request.channel_id, channel_id)
    await _move_settings(tx, room_id, request.channel_id, channel_id)
    channel = Channel(id=channel_id, name=request.name, type=request.type, position=0)
    await replace_channel(tx, synced, request.channel_id, channel)


async def _move_settings(tx: Transaction, room_id: str, before: str, after: str) -> None:
    keys = {
        setting_key(kind, (room_id, before)): setting_key(kind, (room_id, after))
        for kind in CHANNEL_SETTINGS
    }
    found = await read_many(tx, SETTING, keys, object)
    settings: dict[str, object] = {keys[key]: value for key, value in found.items()}
    await write_settings(tx, settings | dict.fromkeys(found))


def _renamed(entry: OutboxEntry, before: str, after: str) -> OutboxEntry:
    request: Request = entry.request
    if isinstance(request, RenameChannel | RemoveChannel) and request.channel_id == before:
        request = structs.replace(request, channel_id=after)
    elif isinstance(request, OrderChannels):
        ids = tuple(after if id_ == before else id_ for id_ in request.channel_ids)
        request = structs.replace(request, channel_ids=ids)
    channel_id = after if entry.channel_id == before else entry.channel_id
    return structs.replace(entry, request=request, channel_id=channel_id)
