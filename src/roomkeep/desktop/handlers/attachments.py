"""Attachments: what is known of each file; its bytes are in a file of their own."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, select, update

from roomkeep.arguments import check_size
from roomkeep.desktop.files import hash_of
from roomkeep.desktop.handlers.stored_messages import find_message
from roomkeep.desktop.rows import ATTACHMENTS, order
from roomkeep.desktop.tables import attachments, messages
from roomkeep.desktop.transaction import Parameters, Transaction, chunks
from roomkeep.errors import InvalidRecord, RecordNotFound
from roomkeep.models import Attachment
from roomkeep.protocol.commands import DeleteAttachmentsForMessage, RemoveFiles, SaveAttachment
from roomkeep.protocol.queries import (
    CountAttachments,
    FindAttachmentData,
    GetAllAttachments,
    GetAttachmentsForMessage,
    GetAttachmentsForMessages,
    GetFiles,
)
from roomkeep.reports import Change

_ALL = select(*ATTACHMENTS.columns)
_OF_MESSAGES = _ALL.where(attachments.c.message_id.in_(bindparam("message_ids", expanding=True)))
_HASH = select(attachments.c.data_hash).where(attachments.c.id == bindparam("id"))
_COUNT = (
    select(func.count())
    .select_from(attachments.join(messages, messages.c.id == attachments.c.message_id))
    .where(messages.c.room_id == bindparam("room_id"))
)
_in_message = attachments.c.message_id == bindparam("message_id")
_in_room = attachments.c.message_id.in_(
    select(messages.c.id).where(messages.c.room_id == bindparam("room_id"))
)
_KEYS = select(attachments.c.id, attachments.c.data_hash)
_these = attachments.c.id.in_(bindparam("ids", expanding=True))
_WITH_BYTES = _ALL.where(
    attachments.c.data_hash.is_not(None), exists().where(messages.c.id == attachments.c.message_id)
)


def save_attachment(tx: Transaction, request: SaveAttachment) -> None:
    """Write an attachment in place of the one with its id; None leaves the bytes as they are."""
    attachment, data = request.attachment, request.data
    check_size(attachment.size, data)
    message = find_message(tx, attachment.message_id)
    if message is not None and message.is_deleted:
        raise InvalidRecord("the message is deleted", field="message_id")
    kept = next((name for (name,) in tx.all(_HASH, {"id": attachment.id})), None)
    name = kept if data is None else hash_of(data)
    if kept is not None and kept != name:
        tx.freed.add(kept)
    if data is not None and name is not None:
        tx.add_file(name)
    tx.write(ATTACHMENTS, [ATTACHMENTS.values(attachment, name)])
    room_id = None if message is None else message.room_id
    tx.changes.append(
        Change(store="attachments", action="put", keys=(attachment.id,), room_id=room_id)
    )


def get_attachments_for_message(
    tx: Transaction, request: GetAttachmentsForMessage
) -> list[Attachment]:
    """Return a message's attachments, ascending by (created_at, id)."""
    return _sorted(tx.read(ATTACHMENTS, _OF_MESSAGES, {"message_ids": [request.message_id]}))


def get_attachments_for_messages(
    tx: Transaction, request: GetAttachmentsForMessages
) -> dict[str, list[Attachment]]:
    """Return the attachments of several messages, by message; of those that have any."""
    found: dict[str, list[Attachment]] = {}
    for some in chunks(dict.fromkeys(request.message_ids)):
        for attachment in tx.read(ATTACHMENTS, _OF_MESSAGES, {"message_ids": some}):
            found.setdefault(attachment.message_id, []).append(attachment)
    return {message_id: _sorted(those) for message_id, those in found.items()}


def get_all_attachments(tx: Transaction, request: GetAllAttachments) -> list[Attachment]:  # noqa: ARG001
    """Return all attachments, ascending by (created_at, id)."""
    return _sorted(tx.read(ATTACHMENTS, _ALL))


def get_files(tx: Transaction, request: GetFiles) -> list[Attachment]:  # noqa: ARG001
    """Return the attachments whose bytes are here, and whose message is, the oldest first."""
    return _sorted(tx.read(ATTACHMENTS, _WITH_BYTES))


def remove_files(tx: Transaction, request: RemoveFiles) -> None:
    """Delete the bytes of some attachments; what is known of them stays."""
    keys: list[str] = []
    for some in chunks(dict.fromkeys(request.attachment_ids)):
        rows = tx.all(_KEYS.where(_these), {"ids": some})
        keys += (row.id for row in rows)
        tx.freed.update(row.data_hash for row in rows if row.data_hash is not None)
        tx.execute(update(attachments).where(_these).values(data_hash=None), {"ids": some})
    if keys:
        tx.changes.append(Change(store="attachments", action="put", keys=tuple(keys)))


def count_attachments(tx: Transaction, request: CountAttachments) -> int:
    """Count the attachments of a room's messages."""
    count: int = tx.all(_COUNT, {"room_id": request.room_id})[0][0]
    return count


def find_attachment_data(tx: Transaction, request: FindAttachmentData) -> bytes | None:
    """Return an attachment's bytes; None where it was saved without."""
    rows = tx.all(_HASH, {"id": request.attachment_id})
    if not rows:
        raise RecordNotFound("attachments", request.attachment_id)
    name: str | None = rows[0].data_hash
    return None if name is None else tx.files.read(name)


def delete_attachments_for_message(tx: Transaction, request: DeleteAttachmentsForMessage) -> None:
    """Delete a message's attachments."""
    delete_rows(tx, request.message_id)


def delete_rows(tx: Transaction, message_id: str) -> None:
    """Delete a message's attachments, as a part of a larger transaction."""
    keys = _delete(tx, _in_message, {"message_id": message_id})
    if keys:
        tx.changes.append(Change(store="attachments", action="delete", keys=keys))


def delete_of_room(tx: Transaction, room_id: str) -> None:
    """Delete the attachments of all messages of a room, while those are still there."""
    keys = _delete(tx, _in_room, {"room_id": room_id})
    if keys:
        tx.changes.append(Change(store="attachments", action="clear", room_id=room_id))


def _delete(
    tx: Transaction, condition: ColumnElement[bool], parameters: Parameters
) -> tuple[str, ...]:
    """Delete rows; return their keys. Their files go when no other row has them."""
    rows = tx.all(_KEYS.where(condition), parameters)
    if rows:
        tx.freed.update(row.data_hash for row in rows if row.data_hash is not None)
        tx.execute(delete(attachments).where(condition), parameters)
    return tuple(row.id for row in rows)


def _sorted(found: Sequence[Attachment]) -> list[Attachment]:
    return sorted(found, key=lambda attachment: (attachment.created_at or 0, order(attachment.id)))
