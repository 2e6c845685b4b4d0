"""The order of an account's rooms: that of their last messages, the newest first. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from roomkeep.models import Message, Room

__all__ = ["ROOM_ORDER", "order_rooms", "read_order"]

ROOM_ORDER: Final = "roomOrder"
"""The setting that holds the ids of the rooms in their order."""


def order_rooms(
    rooms: Sequence[Room], previews: Mapping[str, Message | None], before: Sequence[str]
) -> tuple[Room, ...]:
    """Return rooms by the time of their last message; one without messages by its own.

    Args:
        rooms: the rooms.
        previews: the last message of each room; None for a room without.
        before: the ids in the order until now. It stays while the last messages of some rooms are
            not known yet, and new rooms come first.
    """
    newest = sorted(rooms, key=lambda room: (-_last_time(room, previews), room.id))
    if all(room.id in previews for room in rooms):
        return tuple(newest)
    places = {room_id: place for place, room_id in enumerate(before)}
    return tuple(sorted(newest, key=lambda room: places.get(room.id, -1)))


def read_order(settings: Mapping[str, object]) -> tuple[str, ...]:
    """Return the order that was remembered among an account's settings."""
    kept = settings.get(ROOM_ORDER)
    return tuple(one for one in kept if isinstance(one, str)) if isinstance(kept, list) else ()


def _last_time(room: Room, previews: Mapping[str, Message | None]) -> int:
    latest = previews.get(room.id)
    return room.created_at if latest is None else latest.timestamp
