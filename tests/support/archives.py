"""Archives of messages, made up, and the files that hold them."""

import json
from typing import Any

__all__ = ["Picked", "line", "text"]


class Picked:
    """A file that a person picked."""

    def __init__(self, data: bytes, name: str = "archive.jsonl") -> None:
        self.name = name
        self.size = len(data)
        self.data = data

    async def read(self, start: int, end: int) -> bytes:
        return self.data[start:end]


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
