"""Roomkeep's own archive: a JSON object on each line, which can be imported again.

`docs/archives.md` lists the fields. `formats/roomkeep.py` reads them.
"""

from typing import Any

import msgspec

from roomkeep.archives.writers.writer import Entry, Writer

__all__ = ["JsonLines"]


class JsonLines(Writer):
    """Writes lines of JSON."""

    extension = "jsonl"
    quotes = False

    def write(self, entry: Entry) -> str:
        """Return a line; fields that say nothing are left out."""
        message = entry.message
        line: dict[str, Any] = {
            "id": message.id,
            "roomId": message.room_id,
            "roomName": entry.room_name,
            "channelId": message.channel_id,
            "channelName": entry.channel_name,
            "senderId": message.sender_id,
            "senderName": message.sender_name,
            "content": message.content,
            "timestamp": message.timestamp,
            "editedAt": message.edited_at,
            "replyToId": message.reply_to_id,
            "reactions": [
                {
                    "personId": one.oder_id,
                    "personName": self.name_of(one.oder_id),
                    "emoji": one.emoji,
                    "timestamp": one.timestamp,
                }
                for one in message.reactions
            ],
            "files": [
                {"name": one.filename, "mime": one.mime, "size": one.size} for one in entry.files
            ],
        }
        for name in ("editedAt", "replyToId", "reactions", "files"):
            if line[name] in (None, []):
                del line[name]
        return msgspec.json.encode(line).decode() + "\n"
