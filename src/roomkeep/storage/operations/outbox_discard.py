"""Discarding what waits to be sent: its effect here is taken back, as far as it is known."""

from collections.abc import Sequence

from msgspec import structs

from roomkeep.models import Id, Message, Reaction, ban_key
from roomkeep.storage.changes import Change
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.message_writes import save_all
from roomkeep.storage.operations.meta import get_owner
from roomkeep.storage.operations.outbox import (
    drop_entries,
    find_entry,
    get_outbox,
    is_pending,
    message_of,
)
from roomkeep.storage.operations.reactions import reaction_key
from roomkeep.storage.operations.search_debts import note_removed
from roomkeep.storage.operations.shared import delete_dependents
from roomkeep.storage.operations.sync_edits import write_latest
from roomkeep.storage.operations.sync_records import EDITS, EVENT, read, write_many
from roomkeep.storage.operations.synced_rooms import refresh_room
from roomkeep.storage.remote import (
    AddChannel,
    AddReaction,
    BanUser,
    EditMessage,
    OutboxEntry,
    RemoveReaction,
    SendMessage,
    reaction_id,
)
from roomkeep.storage.schema import SCHEMA
from roomkeep.storage.transaction import Transaction


@writes(*SCHEMA)
async def discard_outbox(tx: Transaction, entry_id: Id) -> None:
    """Delete an entry that is not sent, and take back what it did here.

    A message that was never sent goes, with all that waits for it; so does a channel. An edit and a
    reaction are undone. What a deleted message said is not kept, so it stays deleted; a ban that
    was lifted is known again when the server tells of the room.
    """
    entry = await find_entry(tx, entry_id)
    if entry is None or entry.event_id is not None:
        return
    drop_entries(tx, [entry])
    rest = [one for one in await get_outbox(tx, entry.room_id) if is_pending(one)]
    match entry.request:
        case SendMessage(message_id=id_):
            await _remove_message(tx, id_, rest)
        case EditMessage(message_id=id_):
            await write_latest(tx, id_)
        case AddReaction(message_id=id_, emoji=emoji):
            await _set_reaction(tx, id_, emoji, is_there=False, rest=rest)
        case RemoveReaction(message_id=id_, emoji=emoji):
            await _set_reaction(tx, id_, emoji, is_there=True, rest=rest)
        case BanUser(user_id=user_id):
            key = ban_key(entry.room_id, user_id)
            tx.delete("bans", [key])
            change = Change(store="bans", action="delete", keys=(key,), room_id=entry.room_id)
            tx.changes.append(change)
        case AddChannel(channel_id=channel_id):
            await _remove_channel(tx, channel_id, rest)
    if entry.channel_id is None:
        await refresh_room(tx, entry.room_id)


async def _remove_message(tx: Transaction, message_id: str, rest: Sequence[OutboxEntry]) -> None:
    message = await tx.get("messages", message_id, Message)
    drop_entries(tx, [one for one in rest if message_of(one) == message_id])
    write_many(tx, EVENT, {message_id: None})
    write_many(tx, EDITS, {message_id: None})
    if message is not None:
        await note_removed(tx, [message_id])
        tx.delete("messages", [message_id])
        await delete_dependents(tx, [message_id])
        tx.changes.append(
            Change(store="messages", action="delete", keys=(message_id,), room_id=message.room_id)
        )


async def _set_reaction(
    tx: Transaction, message_id: str, emoji: str, *, is_there: bool, rest: Sequence[OutboxEntry]
) -> None:
    message = await tx.get("messages", message_id, Message)
    owner = await get_owner(tx) or ""
    others = [one.request for one in rest if message_of(one) == message_id]
    if any(isinstance(one, AddReaction | RemoveReaction) and one.emoji == emoji for one in others):
        return
    on_server = await read(tx, EVENT + reaction_id(message_id, owner, emoji), str)
    if message is None or message.is_deleted or (on_server is not None) != is_there:
        return
    key = (owner, emoji, message_id)
    kept = [one for one in message.reactions if reaction_key(one) != key]
    if is_there:
        # When one reacted is not known any more.
        kept.append(
            Reaction(message_id=message_id, oder_id=owner, emoji=emoji, timestamp=message.timestamp)
        )
    await save_all(tx, [structs.replace(message, reactions=tuple(kept))])


async def _remove_channel(tx: Transaction, channel_id: str, rest: Sequence[OutboxEntry]) -> None:
    for entry in rest:
        if entry.channel_id == channel_id and isinstance(entry.request, SendMessage):
            await _remove_message(tx, entry.request.message_id, rest)
    about = [one for one in rest if getattr(one.request, "channel_id", None) == channel_id]
    drop_entries(tx, about)
