"""Records to test with: whole, and plain but for what a test is about."""

from typing import Any

from roomkeep.models import Attachment, Ban, Channel, Message, Reaction, Room, RoomMember, User


def message(id: Any = "m1", **fields: Any) -> Message:  # noqa: A002
    plain = {"room_id": "r1", "sender_id": "ann", "sender_name": "Ann", "timestamp": 1_000}
    return Message(**{"id": id, "content": f"content of {id}", **plain, **fields})


def stored_message(id: Any = "m1", **fields: Any) -> dict[str, Any]:  # noqa: A002
    """As an older or a foreign client may have stored it: with no more than it must have."""
    plain = {"roomId": "r1", "senderId": "ann", "senderName": "Ann", "timestamp": 1_000}
    return {"id": id, "content": f"content of {id}", **plain, **fields}


def reaction(oder_id: Any = "ann", emoji: Any = "👍", **fields: Any) -> Reaction:
    return Reaction(
        **{"message_id": "m1", "timestamp": 2_000, "oder_id": oder_id, "emoji": emoji, **fields}
    )


def user(oder_id: Any = "ann", **fields: Any) -> User:
    return User(
        **{"oder_id": oder_id, "username": oder_id, "display_name": oder_id.title(), **fields}
    )


def member(oder_id: Any = "ann", **fields: Any) -> RoomMember:
    return RoomMember(
        **{"oder_id": oder_id, "username": oder_id, "display_name": oder_id.title(), **fields}
    )


def channel(id: Any = "general", **fields: Any) -> Channel:  # noqa: A002
    return Channel(**{"id": id, "name": id, "type": "text", "position": 0, **fields})


def room(id: Any = "r1", **fields: Any) -> Room:  # noqa: A002
    return Room(**{"id": id, "name": f"Room {id}", "host_id": "ann", "created_at": 500, **fields})


def ban(user_id: Any = "bob", **fields: Any) -> Ban:
    return Ban(
        **{"room_id": "r1", "user_id": user_id, "banned_by": "ann", "timestamp": 3_000, **fields}
    )


def attachment(id: Any = "a1", **fields: Any) -> Attachment:  # noqa: A002
    plain = {"message_id": "m1", "filename": "cat.png", "size": 3, "mime": "image/png"}
    return Attachment(**{"id": id, **plain, **fields})
