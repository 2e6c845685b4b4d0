"""What becomes of an entry of the outbox: accepted, refused, tried again, discarded."""

from msgspec import structs

from roomkeep.models import Id, Message
from roomkeep.storage.operation import writes
from roomkeep.storage.operations.message_merge import merge_duplicate
from roomkeep.storage.operations.meta import get_owner
from roomkeep.storage.operations.outbox import drop_entries, find_entry, put_entries
from roomkeep.storage.operations.sync_edits import with_edit, write_latest
from roomkeep.storage.operations.sync_records import (
    EARLY,
    EDITS,
    EVENT,
    TARGET,
    Early,
    Edit,
    Edits,
    Target,
    read,
    write_many,
)
from roomkeep.storage.operations.synced_rooms import refresh_room, replace_room
from roomkeep.storage.remote import (
    AddReaction,
    DeleteMessage,
    EditMessage,
    OutboxEntry,
    Redaction,
    RemoveReaction,
    SendMessage,
    SyncedRoom,
    reaction_id,
)
from roomkeep.storage.schema import SCHEMA
from roomkeep.storage.transaction import Transaction

_WITH_ECHO = (SendMessage, EditMessage, DeleteMessage, AddReaction, RemoveReaction)


@writes(*SCHEMA)
async def accept_outbox(tx: Transaction, entry_id: Id, event_id: Id | None) -> None:
    """Note that the server took an entry, and the id that it gave to it.

    The entry goes when a sync tells of it; at once where none will. An entry that is gone already
    changes nothing.
    """
    entry = await find_entry(tx, entry_id)
    if entry is None or entry.event_id is not None:
        return
    if event_id is None or not isinstance(entry.request, _WITH_ECHO):
        drop_entries(tx, [entry])
        return
    if await _note_event(tx, entry, event_id):
        drop_entries(tx, [entry])
        if isinstance(entry.request, EditMessage):
            await write_latest(tx, entry.request.message_id)
        return
    accepted = structs.replace(entry, state="waiting", error=None, event_id=event_id)
    put_entries(tx, [accepted])


@writes("rooms", "bans", "meta")
async def room_changed(tx: Transaction, entry_id: Id, synced: SyncedRoom) -> None:
    """Note that the server took an entry that changes a room.

    Args:
        tx: the transaction.
        entry_id: the entry. One that is gone already changes nothing.
        synced: the room as the server had it after that. A newer state that is stored knows of the
            change, too, and of those that came after it: it stays as it is.
    """
    entry = await find_entry(tx, entry_id)
    if entry is not None:
        drop_entries(tx, [entry])
        await replace_room(tx, synced)
        await refresh_room(tx, entry.room_id)


@writes("rooms", "meta")
async def fail_outbox(tx: Transaction, entry_id: Id, error: str) -> None:
    """Note that the server refused an entry for good, and why."""
    entry = await find_entry(tx, entry_id)
    if entry is not None and entry.event_id is None:
        put_entries(tx, [structs.replace(entry, state="failed", error=error)])
        await _refresh(tx, entry)


@writes("rooms", "meta")
async def retry_outbox(tx: Transaction, entry_id: Id) -> None:
    """Have an entry that was refused sent again, in its place."""
    entry = await find_entry(tx, entry_id)
    if entry is not None and entry.state == "failed":
        put_entries(tx, [structs.replace(entry, state="waiting", error=None)])
        await _refresh(tx, entry)


async def _refresh(tx: Transaction, entry: OutboxEntry) -> None:
    if entry.channel_id is None:
        await refresh_room(tx, entry.room_id)


async def _note_event(tx: Transaction, entry: OutboxEntry, event_id: str) -> bool:
    """Note what an event is here; return whether the server has told of it already."""
    is_told = await read(tx, TARGET + event_id, Target) is not None
    match entry.request:
        case SendMessage(message_id=id_):
            write_many(tx, EVENT, {id_: event_id})
            write_many(tx, TARGET, {event_id: Target(message_id=id_)})
            return await merge_duplicate(tx, event_id, id_)
        case EditMessage(message_id=id_, content=content):
            if not is_told:
                await _note_edit(tx, id_, event_id, content)
        case AddReaction(message_id=id_, emoji=emoji):
            owner = await get_owner(tx) or ""
            write_many(tx, EVENT, {reaction_id(id_, owner, emoji): event_id})
            target = Target(message_id=id_, reaction=(owner, emoji, id_))
            write_many(tx, TARGET, {event_id: target})
        case RemoveReaction(message_id=id_, emoji=emoji):
            await _note_removal(tx, id_, emoji, event_id)
    return is_told


async def _note_edit(tx: Transaction, message_id: str, event_id: str, content: str) -> None:
    message = await tx.get("messages", message_id, Message)
    if message is None or message.is_deleted:
        return
    known = await read(tx, EDITS + message_id, Edits) or Edits(original=message.content)
    time = max([message.timestamp, message.edited_at or 0, *(one.edited_at for one in known.edits)])
    edit = Edit(event_id=event_id, edited_at=time, content=content)
    write_many(tx, EDITS, {message_id: with_edit(known, edit)})
    write_many(tx, TARGET, {event_id: Target(message_id=message_id, is_edit=True)})


async def _note_removal(tx: Transaction, message_id: str, emoji: str, event_id: str) -> None:
    """Remember which event of a reaction is gone: its echo may still come."""
    owner = await get_owner(tx) or ""
    own = reaction_id(message_id, owner, emoji)
    removed = await read(tx, EVENT + own, str)
    if removed is None:
        return
    write_many(tx, EVENT, {own: None})
    early = await read(tx, EARLY + removed, Early) or Early()
    redaction = Redaction(event_id=event_id, target_id=removed, sender_id=owner, timestamp=0)
    write_many(tx, EARLY, {removed: structs.replace(early, redaction=redaction)})
