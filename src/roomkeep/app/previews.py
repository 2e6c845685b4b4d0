"""A room's last message on one line, and counts in few characters. Pure."""

from roomkeep.app.formatting import summary
from roomkeep.models import Message

__all__ = ["badge", "preview"]

LONGEST = 120
MOST = 99


def preview(message: Message | None, reader_id: str) -> str:
    """Say in one line who wrote what."""
    if message is None:
        return "No messages yet"
    if message.is_deleted:
        return "Message deleted"
    who = "You" if message.sender_id == reader_id else message.sender_name or message.sender_id
    return f"{who}: {summary(message.content, most=LONGEST) or 'a file'}"


def badge(count: int) -> str:
    """Return a count as it is shown in a small place."""
    return f"{MOST}+" if count > MOST else str(count)
