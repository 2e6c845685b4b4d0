"""A room's last message on one line, and counts in few characters. Pure."""

from roomkeep.app.formatting import summary
from roomkeep.localization import format_number, localize
from roomkeep.models import Message

__all__ = ["badge", "preview"]

LONGEST = 120
MOST = 99


def preview(message: Message | None, reader_id: str) -> str:
    """Return a message and its author on one line."""
    if message is None:
        return localize("chat.empty_title")
    if message.is_deleted:
        return localize("message.deleted")
    is_mine = message.sender_id == reader_id
    who = localize("message.you") if is_mine else message.sender_name or message.sender_id
    said = summary(message.content, most=LONGEST) or localize("message.file")
    return localize("message.preview", name=who, text=said)


def badge(count: int) -> str:
    """Return a count as shown on a badge."""
    return localize("count.many", count=MOST) if count > MOST else format_number(count)
