"""Records as JSON that a page may send."""

from typing import Any

__all__ = ["attachment_json", "message_json"]


def message_json(id_: str = "m1", **fields: object) -> dict[str, Any]:
    """Make a message."""
    plain = {"roomId": "r1", "senderId": "ann", "senderName": "Ann", "timestamp": 1_000}
    return {"id": id_, "content": f"content of {id_}", **plain, **fields}


def attachment_json(id_: str = "a1", **fields: object) -> dict[str, Any]:
    """Make an attachment."""
    plain = {"messageId": "m1", "filename": "cat.png", "size": 3, "mime": "image/png"}
    return {"id": id_, **plain, **fields}
