"""Read markers: up to where a channel was read, here and on the user's other devices."""

from collections.abc import Sequence

from roomkeep.models import Id, Message
from roomkeep.storage.arguments import Settings
from roomkeep.storage.channel_settings import LAST_READ, setting_key
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.meta import SETTING, save_settings
from roomkeep.storage.operations.outbox import queue
from roomkeep.storage.operations.shared import require
from roomkeep.storage.operations.sync_records import TARGET, Target, read_many, synced_rooms
from roomkeep.storage.remote import ChannelUpdates, MarkRead
from roomkeep.storage.transaction import Transaction


@writes("messages", "meta")
async def mark_read(tx: Transaction, message_id: Id, settings: Settings) -> None:
    """Note that a channel was read up to a message, and write settings, such as its read marker.

    Where the room is on a server, that is told.
    """
    synced = await synced_rooms(tx)
    message = await require(tx, "messages", message_id, Message)
    await save_settings(tx, settings)
    if message.room_id not in synced:
        return
    await queue(tx, message.room_id, [(message.channel_id, MarkRead(message_id=message_id))])


async def apply_read_marks(tx: Transaction, channels: Sequence[ChannelUpdates]) -> None:
    """Move read markers on to where the user has read elsewhere; never back."""
    marks = [(channel, mark.event_id) for channel in channels for mark in channel.read_up_to]
    if not marks:
        return
    targets = await read_many(tx, TARGET, (event for _, event in marks), Target)
    ids = {event: event for _, event in marks}
    ids |= {event: target.message_id for event, target in targets.items()}
    found = await tx.get_many("messages", list(dict.fromkeys(ids.values())), Message)
    times = {message.id: message.timestamp for message in found}
    read: dict[str, int] = {}
    for channel, event in marks:
        key = setting_key(LAST_READ, (channel.room_id, channel.channel_id))
        if (time := times.get(ids[event])) is not None:
            read[key] = max(time, read.get(key, time))
    known = await read_many(tx, SETTING, read, float)
    ahead = {key: time for key, time in read.items() if key not in known or time > known[key]}
    await save_settings(tx, ahead)
