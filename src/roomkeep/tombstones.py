"""Deleted messages: what is kept of one, and how it reads."""

from msgspec import structs

from roomkeep.models import DELETED_MESSAGE_CONTENT, Message

__all__ = ["as_read", "tombstone"]


def tombstone(message: Message) -> Message:
    """Return what is kept of a message that is deleted: all but what it said."""
    return structs.replace(message, is_deleted=True, content="", reactions=())


def as_read(message: Message) -> Message:
    """Return a stored message as it is read: a deleted one says so, whatever is stored."""
    if not message.is_deleted:
        return message
    return structs.replace(message, content=DELETED_MESSAGE_CONTENT)
