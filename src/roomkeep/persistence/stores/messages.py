"""Messages: saved, edited, moved, deleted to a tombstone. `message_pages` reads them."""

from collections.abc import Sequence

from roomkeep import arguments, records
from roomkeep.arguments import MessageChanges
from roomkeep.errors import RecordNotFound
from roomkeep.idb import KeyRange
from roomkeep.models import Id, Message, Record
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.stores import attachments, reactions
from roomkeep.persistence.stores.message_pages import keys_of_channel
from roomkeep.persistence.transaction import Transaction
from roomkeep.reports import Change, saved_messages
from roomkeep.tombstones import as_read, tombstone

WITH_DEPENDENTS = ("messages", "reactions", "attachments")

_TOGETHER = 250
"""So many messages are held at a time while many are moved."""


@writes(*WITH_DEPENDENTS)
async def save_message(tx: Transaction, message: Message) -> None:
    """Write a message in place of the one with its id, and its reactions with it."""
    await _save(tx, [message])


@writes(*WITH_DEPENDENTS)
async def save_messages(tx: Transaction, messages: Sequence[Message]) -> None:
    """Write many messages; of two with one id, the later."""
    await _save(tx, list({message.id: message for message in messages}.values()))


@reads("messages")
async def get_message_by_id(tx: Transaction, message_id: Id) -> Message | None:
    """Return a message; None where there is none."""
    message = await tx.get("messages", message_id, Message)
    return None if message is None else as_read(message)


@writes(*WITH_DEPENDENTS)
async def update_message(tx: Transaction, message_id: Id, changes: MessageChanges) -> None:
    """Change some fields of a message."""
    stored = await tx.get("messages", message_id, Message)
    if stored is None:
        raise RecordNotFound("messages", message_id)
    merged = arguments.merge(stored, changes)
    if merged.is_deleted:
        await _save(tx, [merged])
        return
    if "reactions" in arguments.given(changes):
        (merged,) = await reactions.settle(tx, [merged])
    await tx.patch("messages", message_id, records.stored_fields(merged, arguments.given(changes)))
    tx.changes.append(
        Change(store="messages", action="put", keys=(merged.id,), room_id=merged.room_id)
    )


@writes(*WITH_DEPENDENTS)
async def delete_message(tx: Transaction, message_id: Id) -> None:
    """Leave a tombstone; content, reactions and attachments go."""
    message = await tx.get("messages", message_id, Message)
    if message is not None:
        await _save(tx, [tombstone(message)])
        return
    # Nothing there, or nothing that could be made a tombstone of.
    await tx.delete("messages", message_id)
    await reactions.delete_rows(tx, message_id)
    await attachments.delete_rows(tx, message_id)
    tx.changes.append(Change(store="messages", action="delete", keys=(message_id,)))


@writes("messages")
async def move_messages(tx: Transaction, room_id: Id, channel_id: Id, to_channel_id: Id) -> int:
    """Move all messages of a channel to another one of the room; return how many they were."""
    if channel_id == to_channel_id:
        return 0
    keys = await keys_of_channel(tx, room_id, channel_id)
    for start in range(0, len(keys), _TOGETHER):
        some = keys[start : start + _TOGETHER]
        await tx.patch_many("messages", some, {"channelId": to_channel_id})
    if keys:
        tx.changes.append(Change(store="messages", action="put", keys=tuple(keys), room_id=room_id))
    return len(keys)


@writes(*WITH_DEPENDENTS)
async def clear_room_messages(tx: Transaction, room_id: Id) -> None:
    """Delete all messages of a room, with their reactions and attachments; leave no tombstones."""
    ids = await tx.get_all_keys("messages", index="roomId", query=KeyRange.only(room_id))
    tx.delete_many("messages", ids)
    await reactions.delete_of_messages(tx, set(ids), room_id)
    await attachments.delete_of_messages(tx, set(ids), room_id)
    tx.changes.append(Change(store="messages", action="clear", room_id=room_id))


async def _save(tx: Transaction, messages: list[Message]) -> None:
    saved = [tombstone(message) if message.is_deleted else message for message in messages]
    for message in saved:
        if message.is_deleted:
            await attachments.delete_rows(tx, message.id)
    saved = await reactions.settle(tx, saved)
    tx.put_many("messages", saved)
    tx.changes += saved_messages(saved)


def check_message(message: Message) -> None:
    """Make sure that a message can be kept, without keeping it.

    Raises:
        InvalidRecord: it cannot; it names the field.
    """
    records.check(message, Message, "message")


def check_record(record: Record) -> None:
    """Make sure that a record of any kind can be kept, without keeping it.

    Raises:
        InvalidRecord: it cannot; it names the field.
    """
    records.check(record, type(record), "record")
