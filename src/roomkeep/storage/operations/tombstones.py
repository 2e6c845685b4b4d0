"""Deleted messages: what stays of them, and what they read."""

from msgspec import structs

from roomkeep.errors import InvalidRecord
from roomkeep.models import DELETED_MESSAGE_CONTENT, Message
from roomkeep.storage.transaction import Transaction


def make_tombstone(message: Message) -> Message:
    """Return what is stored of a deleted message: everything but what it said."""
    return structs.replace(message, is_deleted=True, content="", reactions=())


def redact_deleted(message: Message) -> Message:
    """Return a stored message as it is read: a deleted one says so, whatever is stored."""
    if not message.is_deleted:
        return message
    return structs.replace(message, content=DELETED_MESSAGE_CONTENT)


async def get_undeleted(tx: Transaction, message_id: str) -> Message | None:
    """Return the message that something is to be added to; None where it may come later.

    Raises:
        InvalidRecord: it is deleted.
    """
    message = await tx.get("messages", message_id, Message)
    if message is not None and message.is_deleted:
        raise InvalidRecord("the message is deleted", field="message_id")
    return message
