"""Messages: saved, sent, edited, moved, deleted to a tombstone. `message_pages` reads them."""

from collections.abc import Sequence

from msgspec import structs

from indexeddb.keys import KeyRange
from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import Id, Message, Milliseconds
from roomkeep.storage.arguments import Ids, MessageUpdate, Settings, changed_fields
from roomkeep.storage.changes import Change, records_saved
from roomkeep.storage.encoding import stored_fields, stored_values
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.attachments import move_attachments
from roomkeep.storage.operations.bans import check_ban, is_user_banned
from roomkeep.storage.operations.message_writes import (
    Stored,
    put_and_read_stored,
    read_account,
    read_stored,
    write_all,
)
from roomkeep.storage.operations.queued_writes import (
    queue_changes,
    queue_deletion,
    queue_message,
)
from roomkeep.storage.operations.reactions import find_reactions, sync_reactions
from roomkeep.storage.operations.search_debts import note, note_messages, note_room
from roomkeep.storage.operations.settings import save_settings
from roomkeep.storage.operations.shared import WITH_DEPENDENTS, delete_dependents, require
from roomkeep.storage.operations.sync_records import check_not_synced, check_rooms
from roomkeep.storage.operations.tombstones import make_tombstone, redact_deleted
from roomkeep.storage.schema import BY_CHANNEL_AND_TIME
from roomkeep.storage.together import together
from roomkeep.storage.transaction import Transaction

_BATCH = 250
"""So many messages are held at a time while many are moved."""


@writes(*WITH_DEPENDENTS, "meta")
async def save_message(tx: Transaction, message: Message) -> None:
    """Write a message in place of the one with its id.

    Its reactions replace those that are stored; a new message takes along those that came before
    it.
    """
    account, before, stored = await put_and_read_stored(tx, message)
    written = message
    if message.room_id in account.synced:
        written = await queue_message(tx, message, before)
    await write_all(tx, [written], stored, put=message)


@writes(*WITH_DEPENDENTS, "meta")
async def save_messages(tx: Transaction, messages: Sequence[Message]) -> None:
    """Write many messages, as `save_message` would; of two with one id, the later.

    In the desktop's window one request carries at most 100 million characters, some 300,000
    messages; `save_messages_in_batches` writes more. In a room on a server it is refused.
    """
    latest = {message.id: message for message in messages}
    account, stored = await read_stored(tx, list(latest))
    check_rooms(account.synced, (message.room_id for message in messages), "room_id")
    await write_all(tx, list(latest.values()), stored)


@writes(*WITH_DEPENDENTS, "rooms", "bans", "meta")
async def send_message(
    tx: Transaction,
    message: Message,
    now: Milliseconds,
    settings: Settings,
    attachment_ids: Ids,
) -> None:
    """Write a message of who is signed in, and what changes with it, unless they are banned."""
    room, is_banned, (account, before, stored) = await together(
        tx.existing("rooms", [message.room_id]),
        is_user_banned(tx, message.sender_id, message.room_id, now),
        put_and_read_stored(tx, message),
    )
    if not room:
        raise RecordNotFound("rooms", message.room_id)
    check_ban(is_banned, "sender_id")
    written = message
    if message.room_id in account.synced:
        written = await queue_message(tx, message, before, attachment_ids)
    await write_all(tx, [written], stored, put=message)
    if attachment_ids:
        await move_attachments(tx, attachment_ids, written)
    await save_settings(tx, settings)


@reads("messages")
async def get_message_by_id(tx: Transaction, message_id: Id) -> Message | None:
    """Return a message; None where there is none."""
    message = await tx.get("messages", message_id, Message)
    return None if message is None else redact_deleted(message)


@reads("messages")
async def get_messages_by_ids(tx: Transaction, message_ids: Ids) -> dict[str, Message]:
    """Return those of some messages that are there, by their ids."""
    found = await tx.get_many("messages", message_ids, Message)
    return {message.id: redact_deleted(message) for message in found}


@writes(*WITH_DEPENDENTS, "meta")
async def update_message(tx: Transaction, message_id: Id, changes: MessageUpdate) -> None:
    """Change some fields of a message."""
    changed = changed_fields(changes)
    # Asked for at once: where it must not be, the transaction is undone.
    account, before, _ = await together(
        read_account(tx),
        require(tx, "messages", message_id, Message),
        _patch(tx, message_id, stored_values(Message, changed)),
    )
    message = structs.replace(before, **changed)
    if before.room_id in account.synced:
        await queue_changes(tx, before, message)
    elif message.room_id in account.synced:
        raise InvalidRecord("is on a server, which would not hear of it", field="room_id")
    if message.room_id != before.room_id:
        tx.changes.append(
            Change(store="messages", action="delete", keys=(before.id,), room_id=before.room_id)
        )
    indexed = account.indexed([before])
    if message.is_deleted:
        await write_all(tx, [message], Stored(await find_reactions(tx, [message_id]), indexed))
        return
    if "reactions" in changed:
        present = await find_reactions(tx, [message_id])
        (message,) = await sync_reactions(tx, [message], present)
        tx.patch("messages", [message.id], stored_fields(message, ["reactions"]))
    note_messages(tx, indexed, [message])
    tx.changes.append(records_saved("messages", {message.id: message}, room_id=message.room_id))


@writes(*WITH_DEPENDENTS, "meta")
async def delete_message(tx: Transaction, message_id: Id) -> None:
    """Leave a tombstone of a message: its content, reactions and attachments go.

    It reads `DELETED_MESSAGE_CONTENT` from then on. Nothing happens where there is no message; one
    that cannot be decoded leaves no tombstone.
    """
    message, (account, stored) = await together(
        tx.get("messages", message_id, Message), read_stored(tx, [message_id])
    )
    if message is not None and message.room_id in account.synced:
        await queue_deletion(tx, message)
    if message is not None:
        await write_all(tx, [make_tombstone(message)], stored)
    elif await tx.existing("messages", [message_id]):
        note(tx, stored.indexed, [message_id], [])
        tx.delete("messages", [message_id])
        await delete_dependents(tx, [message_id])
        tx.changes.append(Change(store="messages", action="delete", keys=(message_id,)))


@writes("messages", "meta")
async def move_messages(tx: Transaction, room_id: Id, channel_id: Id, to_channel_id: Id) -> int:
    """Move all messages of a channel to another channel of the room; return how many there were.

    In a room on a server it is refused.
    """
    await check_not_synced(tx, [room_id], "room_id")
    return await move_all(tx, room_id, channel_id, to_channel_id)


async def move_all(tx: Transaction, room_id: str, channel_id: str, to_channel_id: str) -> int:
    """Move all messages of a channel, as a part of a larger transaction."""
    if channel_id == to_channel_id:
        return 0
    query = KeyRange.starting_with(room_id, channel_id)
    keys = await tx.get_all_keys("messages", index=BY_CHANNEL_AND_TIME, query=query)
    if keys:
        await note_room(tx, room_id, is_erased=False)
    for start in range(0, len(keys), _BATCH):
        await tx.patch("messages", keys[start : start + _BATCH], {"channelId": to_channel_id})
    if keys:
        tx.changes.append(Change(store="messages", action="put", keys=tuple(keys), room_id=room_id))
    return len(keys)


@writes(*WITH_DEPENDENTS, "meta")
async def clear_room_messages(tx: Transaction, room_id: Id) -> None:
    """Delete all messages of a room, with their reactions and attachments; leave no tombstones.

    In a room on a server it is refused.
    """
    await check_not_synced(tx, [room_id], "room_id")
    await erase_room_messages(tx, room_id)


async def erase_room_messages(tx: Transaction, room_id: str) -> None:
    """Delete all messages of a room, as a part of a larger transaction."""
    ids = await tx.get_all_keys("messages", index="roomId", query=KeyRange.only(room_id))
    if ids:
        await note_room(tx, room_id, is_erased=True)
    tx.delete("messages", ids)
    await delete_dependents(tx, ids, of_room=room_id)
    tx.changes.append(Change(store="messages", action="clear", room_id=room_id))


async def _patch(tx: Transaction, message_id: str, fields: dict[str, object]) -> None:
    # Not awaited: the rule does the rest meanwhile. Should it fail, the transaction is undone.
    tx.patch("messages", [message_id], fields)
