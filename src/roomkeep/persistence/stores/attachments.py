"""Attachments: what is known of each file, and its bytes in the same record."""

from collections import Counter

from msgspec import Struct

from roomkeep.arguments import Ids, check_size
from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.idb import KeyRange
from roomkeep.models import Attachment, Id, Message
from roomkeep.persistence.keys import order
from roomkeep.persistence.operation import reads, writes
from roomkeep.persistence.transaction import Blob, Transaction
from roomkeep.reports import Change


class _Owned(Struct, rename="camel"):
    """As much of an attachment as tells whose it is."""

    id: str
    message_id: str


class _Placed(Struct, rename="camel"):
    """As much of a message as tells where it is."""

    room_id: str


@writes("messages", "attachments")
async def save_attachment(tx: Transaction, attachment: Attachment, data: object = None) -> None:
    """Write an attachment in place of the one with its id; None leaves the bytes as they are."""
    check_size(attachment.size, data)
    message = await tx.get("messages", attachment.message_id, Message)
    if message is not None and message.is_deleted:
        msg = "the message is deleted"
        raise InvalidRecord(msg, field="message_id")
    kept = await tx.get_blob("attachments", attachment.id) if data is None else data
    await tx.put("attachments", attachment, blob=kept)
    room_id = None if message is None else message.room_id
    tx.changes.append(
        Change(store="attachments", action="put", keys=(attachment.id,), room_id=room_id)
    )


@reads("attachments")
async def get_attachments_for_message(tx: Transaction, message_id: Id) -> list[Attachment]:
    """Return a message's attachments, ascending by (created_at, id)."""
    query = KeyRange.only(message_id)
    return _sorted(await tx.get_all("attachments", Attachment, index="messageId", query=query))


@reads("attachments")
async def get_attachments_for_messages(
    tx: Transaction, message_ids: Ids
) -> dict[str, list[Attachment]]:
    """Return the attachments of several messages, by message; of those that have any."""
    # Most often there is none at all, and one look tells so for a whole page of messages.
    if not await tx.get_all_keys("attachments", count=1):
        return {}
    lookups = {
        message_id: tx.get_all(
            "attachments", Attachment, index="messageId", query=KeyRange.only(message_id)
        )
        for message_id in dict.fromkeys(message_ids)
    }
    found = {message_id: _sorted(await lookup) for message_id, lookup in lookups.items()}
    return {message_id: ones for message_id, ones in found.items() if ones}


@reads("attachments")
async def get_all_attachments(tx: Transaction) -> list[Attachment]:
    """Return all attachments, ascending by (created_at, id)."""
    return _sorted(await tx.get_all("attachments", Attachment))


@reads("messages", "attachments")
async def count_attachments(tx: Transaction, room_id: Id) -> int:
    """Count the attachments of a room's messages."""
    owners = Counter(owned.message_id for owned in await tx.get_all("attachments", _Owned))
    lookups = {message_id: tx.get("messages", message_id, _Placed) for message_id in owners}
    places = {message_id: await lookup for message_id, lookup in lookups.items()}
    return sum(
        owners[message_id]
        for message_id, place in places.items()
        if place is not None and place.room_id == room_id
    )


@reads("attachments")
async def find_attachment_data(tx: Transaction, attachment_id: Id) -> Blob | None:
    """Find an attachment's bytes, to be read after the transaction; None where it has none."""
    if not await tx.count("attachments", query=KeyRange.only(attachment_id)):
        raise RecordNotFound("attachments", attachment_id)
    return await tx.get_blob("attachments", attachment_id)


@reads("messages", "attachments")
async def get_files(tx: Transaction) -> list[Attachment]:
    """Return the attachments whose bytes are here, and whose message is, the oldest first."""
    found = _sorted(await tx.get_all("attachments", Attachment))
    blobs = [tx.get_blob("attachments", attachment.id) for attachment in found]
    owners = {
        owner: tx.count("messages", query=KeyRange.only(owner))
        for owner in {attachment.message_id for attachment in found}
    }
    there = {owner for owner, lookup in owners.items() if await lookup}
    has_bytes = [await blob is not None for blob in blobs]
    return [
        attachment
        for attachment, has in zip(found, has_bytes, strict=True)
        if has and attachment.message_id in there
    ]


@writes("attachments")
async def remove_files(tx: Transaction, attachment_ids: Ids) -> None:
    """Delete the bytes of some attachments; what is known of them stays."""
    lookups = [tx.get("attachments", key, Attachment) for key in dict.fromkeys(attachment_ids)]
    found = [attachment for lookup in lookups if (attachment := await lookup) is not None]
    tx.put_many("attachments", found)
    if found:
        keys = tuple(attachment.id for attachment in found)
        tx.changes.append(Change(store="attachments", action="put", keys=keys))


@writes("attachments")
async def delete_attachments_for_message(tx: Transaction, message_id: Id) -> None:
    """Delete a message's attachments."""
    await delete_rows(tx, message_id)


async def delete_rows(tx: Transaction, message_id: str) -> None:
    """Delete a message's attachments, as a part of a larger transaction."""
    keys = await tx.get_all_keys("attachments", index="messageId", query=KeyRange.only(message_id))
    tx.delete_many("attachments", keys)
    if keys:
        tx.changes.append(Change(store="attachments", action="delete", keys=tuple(keys)))


async def delete_of_messages(tx: Transaction, message_ids: set[str], room_id: str) -> None:
    """Delete the attachments of all messages of a room, given their ids."""
    owned = await tx.get_all("attachments", _Owned)
    keys = [attachment.id for attachment in owned if attachment.message_id in message_ids]
    tx.delete_many("attachments", keys)
    if keys:
        tx.changes.append(Change(store="attachments", action="clear", room_id=room_id))


def _sorted(found: list[Attachment]) -> list[Attachment]:
    return sorted(found, key=lambda attachment: (attachment.created_at or 0, order(attachment.id)))
