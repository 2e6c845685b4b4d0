"""Read markers: up to where a channel was read, here and on the user's other devices."""

import math
from collections.abc import Sequence

from roomkeep.models import Message
from roomkeep.storage.arguments import Settings
from roomkeep.storage.channel_settings import LAST_READ, channel_ref_of, setting_key
from roomkeep.storage.operations.message_pages import PageEdge, read_page
from roomkeep.storage.operations.meta import SETTING, write_settings
from roomkeep.storage.operations.outbox import queue
from roomkeep.storage.operations.sync_records import TARGET, Target, read, read_many, synced_rooms
from roomkeep.storage.remote import ChannelUpdates, MarkRead
from roomkeep.storage.transaction import Transaction

_BEYOND_TIMES = 2**53


async def queue_read_marks(tx: Transaction, settings: Settings) -> None:
    """Queue the read markers among settings that are about to be written, in rooms on a server.

    The server is told of a message: the newest that is not later than the marker. It is not told
    of one that was read before.
    """
    marks = {
        ref: (key, math.floor(time))
        for key, time in settings.items()
        if (ref := channel_ref_of(LAST_READ, key)) is not None
        and isinstance(time, int | float)
        and not isinstance(time, bool)
        and abs(time) < _BEYOND_TIMES
    }
    if not marks:
        return
    synced = await synced_rooms(tx)
    for (room_id, channel_id), (key, time) in marks.items():
        if room_id not in synced:
            continue
        found = await read_page(tx, room_id, channel_id, 1, PageEdge(time + 1), "prev")
        before = await read(tx, SETTING + key, float)
        if found and (before is None or found[0].timestamp > before):
            await queue(tx, room_id, [(channel_id, MarkRead(message_id=found[0].id))])


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
    await write_settings(tx, ahead)
