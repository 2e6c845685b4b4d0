"""Deleted messages: what stays of them, and what they read."""

from msgspec import structs

from roomkeep.models import DELETED_MESSAGE_CONTENT, Message

__all__ = ["make_tombstone", "redact_deleted"]


def make_tombstone(message: Message) -> Message:
    """Return what is stored of a deleted message: everything but what it said."""
    return structs.replace(message, is_deleted=True, content="", reactions=())


def redact_deleted(message: Message) -> Message:
    """Return a stored message as it is read: a deleted one says so, whatever is stored."""
    if not message.is_deleted:
        return message
    return structs.replace(message, content=DELETED_MESSAGE_CONTENT)
