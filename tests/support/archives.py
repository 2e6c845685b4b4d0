"""Archives of messages, made up."""

import json
from typing import Any

__all__ = ["line", "text"]


def line(**changes: object) -> dict[str, Any]:
    """Make a line, with some fields changed."""
    made = {
        "id": "m1",
        "roomId": "r",
        "channelId": "general",
        "senderId": "ada",
        "senderName": "Ada",
        "content": "hello",
        "timestamp": 1,
        "replyToId": None,
    }
    return made | changes


def text(*lines: dict[str, Any]) -> bytes:
    """Make the text of an archive."""
    return "".join(json.dumps(each) + "\n" for each in lines).encode()
