"""Attachments: the description of each file, and its bytes beside the record."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from indexeddb.keys import KeyRange, sort_key
from roomkeep.errors import RecordNotFound
from roomkeep.models import Attachment, Id, Message
from roomkeep.storage.arguments import Data, Ids, UnknownFields, check_size
from roomkeep.storage.changes import Change, records_saved
from roomkeep.storage.operation import reads, writes
from roomkeep.storage.operations.shared import (
    delete_dependents,
    find_dependents,
    put_unknown_fields,
)
from roomkeep.storage.operations.tombstones import get_undeleted
from roomkeep.storage.transaction import Blob, Transaction


class _MessageOf(Struct, rename="camel"):
    """As much of an attachment as tells which message it belongs to."""

    id: str
    message_id: str


class RoomOf(Struct, rename="camel"):
    """As much of a message as tells which room it is in."""

    id: str
    room_id: str


@writes("messages", "attachments")
async def save_attachment(tx: Transaction, attachment: Attachment, data: Data = None) -> None:
    """Write an attachment in place of the one with its id.

    Args:
        tx: the transaction.
        attachment: the description of the file; its `size` must be that of `data`.
        data: the file: bytes, or in a browser a Blob. None leaves stored bytes as they are.
    """
    check_size(attachment.size, data)
    message = await get_undeleted(tx, attachment.message_id)
    blob = await tx.get_blob("attachments", attachment.id) if data is None else data
    tx.put("attachments", [attachment], blob=blob)
    tx.changes.append(_saved(attachment, message))


@writes("messages", "attachments")
async def add_attachment(
    tx: Transaction, attachment: Attachment, data: Data = None, unknown: UnknownFields = ()
) -> bool:
    """Write an attachment that is not there yet, or only its bytes where those are missing.

    Args:
        tx: the transaction.
        attachment: the description of the file; its `size` must be that of `data`.
        data: the file: bytes, or in a browser a Blob.
        unknown: fields of the attachment that this version does not know.

    Returns:
        whether anything was written: not where its message is deleted.
    """
    check_size(attachment.size, data)
    message = await tx.get("messages", attachment.message_id, Message)
    if message is not None and message.is_deleted:
        return False
    if not await tx.existing("attachments", [attachment.id]):
        tx.put("attachments", [attachment], blob=data)
        await put_unknown_fields(tx, "attachments", [attachment.id], unknown)
        tx.changes.append(_saved(attachment, message))
        return True
    stored = await tx.get("attachments", attachment.id, Attachment)
    if stored is None or data is None or not _is_same_file(stored, attachment):
        return False
    if await tx.get_blob("attachments", attachment.id) is not None:
        return False
    await tx.put_blob("attachments", [attachment.id], data)
    tx.changes.append(_saved(stored, message))
    return True


@reads("attachments")
async def get_attachments_for_message(tx: Transaction, message_id: Id) -> list[Attachment]:
    """Return a message's attachments, ascending by (created_at, id)."""
    query = KeyRange.only(message_id)
    return _sorted(await tx.get_all("attachments", Attachment, index="messageId", query=query))


@reads("attachments")
async def get_attachments_for_messages(
    tx: Transaction, message_ids: Ids
) -> dict[str, list[Attachment]]:
    """Return the attachments of several messages, such as a page's, by the message's id.

    Messages that have none are left out.
    """
    return await attachments_of(tx, message_ids)


@reads("attachments")
async def get_all_attachments(tx: Transaction) -> list[Attachment]:
    """Return all attachments, ascending by (created_at, id)."""
    return _sorted(await tx.get_all("attachments", Attachment))


@reads("messages", "attachments")
async def count_attachments(tx: Transaction, room_id: Id) -> int:
    """Count the attachments of a room's messages, such as to say what goes with the room."""
    found = await tx.get_all("attachments", _MessageOf)
    numbers = Counter(attachment.message_id for attachment in found)
    messages = await tx.get_many("messages", list(numbers), RoomOf)
    return sum(numbers[message.id] for message in messages if message.room_id == room_id)


@reads("attachments", exclusive=True)
async def read_attachment_data(tx: Transaction, attachment_id: Id) -> Blob | None:
    """Find an attachment's bytes; None where it has none."""
    if not await tx.existing("attachments", [attachment_id]):
        raise RecordNotFound("attachments", attachment_id)
    return await tx.get_blob("attachments", attachment_id)


@reads("messages", "attachments")
async def get_files(tx: Transaction) -> list[Attachment]:
    """Return the attachments whose bytes and whose message are there, the oldest first."""
    found = _sorted(await tx.get_all("attachments", Attachment))
    messages = await tx.existing("messages", list({one.message_id for one in found}))
    blobs = [
        (attachment, tx.get_blob("attachments", attachment.id))
        for attachment in found
        if attachment.message_id in messages
    ]
    return [attachment for attachment, blob in blobs if await blob is not None]


@writes("attachments")
async def remove_files(tx: Transaction, attachment_ids: Ids) -> None:
    """Delete the bytes of some attachments, to free space; their messages still name them."""
    found = await tx.get_many("attachments", list(dict.fromkeys(attachment_ids)), Attachment)
    if found:
        await tx.put_blob("attachments", [attachment.id for attachment in found], None)
        tx.changes.append(records_saved("attachments", {one.id: one for one in found}))


@writes("attachments")
async def delete_attachments_for_message(tx: Transaction, message_id: Id) -> None:
    """Delete a message's attachments."""
    await delete_dependents(tx, [message_id], ["attachments"])


async def attachments_of(
    tx: Transaction, message_ids: Iterable[str]
) -> dict[str, list[Attachment]]:
    """Return the attachments of several messages, by message; of those that have any."""
    found = await find_dependents(tx, "attachments", Attachment, message_ids)
    return {message_id: _sorted(those) for message_id, those in found.items()}


async def move_attachments(
    tx: Transaction, attachment_ids: Sequence[str], message: Message
) -> None:
    """Give attachments to another message, as a part of a larger transaction.

    Raises:
        RecordNotFound: one of them is not there.
    """
    found = await tx.get_many("attachments", attachment_ids, Attachment)
    for attachment_id in set(attachment_ids) - {attachment.id for attachment in found}:
        raise RecordNotFound("attachments", attachment_id)
    await tx.patch("attachments", attachment_ids, {"messageId": message.id})
    moved = {one.id: structs.replace(one, message_id=message.id) for one in found}
    tx.changes.append(records_saved("attachments", moved, room_id=message.room_id))


def _is_same_file(one: Attachment, other: Attachment) -> bool:
    return (one.message_id, one.size) == (other.message_id, other.size)


def _saved(attachment: Attachment, message: Message | None) -> Change:
    room_id = None if message is None else message.room_id
    return records_saved("attachments", {attachment.id: attachment}, room_id=room_id)


def _sorted(found: list[Attachment]) -> list[Attachment]:
    return sorted(found, key=lambda one: (one.created_at or 0, sort_key(one.id)))
