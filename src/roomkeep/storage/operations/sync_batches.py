"""One answer of a server: all that it says, and the token to go on with, in one transaction."""

from roomkeep.storage.operation import writes
from roomkeep.storage.operations.gaps import find_newest_known, put_gap
from roomkeep.storage.operations.outbox import drop_entries, get_outbox
from roomkeep.storage.operations.read_marks import apply_read_marks
from roomkeep.storage.operations.sync_records import TOKEN, read, write_many
from roomkeep.storage.operations.synced_rooms import (
    STORES,
    leave_room,
    put_users,
    replace_room,
    say_server,
)
from roomkeep.storage.operations.timeline import Timeline
from roomkeep.storage.remote import Edge, SyncBatch
from roomkeep.storage.transaction import Transaction


@writes(*STORES)
async def apply_sync(tx: Transaction, batch: SyncBatch) -> bool:
    """Write what a server says, with the token to go on with; return whether it was written.

    Nothing is where the stored token is not the one that was asked with: another tab was faster.
    """
    if await read(tx, TOKEN, str) != batch.since:
        return False
    for room in batch.rooms:
        await replace_room(tx, room)
    if batch.users:
        await put_users(tx, batch.users)
    newest: dict[tuple[str, str | None], Edge | None] = {
        (one.room_id, one.channel_id): await find_newest_known(tx, one.room_id, one.channel_id)
        for one in batch.channels
        if one.gap_token is not None
    }
    updates = [update for channel in batch.channels for update in channel.updates]
    timeline = await Timeline.load(tx, updates)
    for channel in batch.channels:
        timeline.apply(channel.updates, channel.channel_id)
    await timeline.write(tx)
    # Their echoes may lie in the gap, and nobody may ever scroll there.
    drop_entries(
        tx,
        [
            entry
            for entry in await get_outbox(tx)
            if entry.event_id is not None and (entry.room_id, entry.channel_id) in newest
        ],
    )
    for channel in batch.channels:
        put_gap(tx, channel, timeline, newest.get((channel.room_id, channel.channel_id)))
    await apply_read_marks(tx, batch.channels)
    for room_id in batch.left:
        await leave_room(tx, room_id)
    write_many(tx, TOKEN, {"": batch.token})
    say_server(tx)
    return True
