"""What is read and what is new. Pure: the database does not come into it."""

from collections.abc import Mapping, Sequence

from roomkeep.app.places import LAST_READ, Place, place_of
from roomkeep.models import Message, Room, User

__all__ = ["first_new", "has_new", "is_number", "read_marks", "read_until", "total"]

ALWAYS = -8_640_000_000_000_000
"""Before all times that there are."""


def read_until(marks: Mapping[Place, int], place: Place, room: Room | None, reader: User) -> int:
    """Return the time in ms up to which a person has read a channel.

    In a channel that was never opened, what was written before they came counts as read: an archive
    of years is nobody's news.
    """
    mark = marks.get(place)
    if mark is not None:
        return mark
    members = () if room is None else room.members
    joined = next((m.joined_at for m in members if m.oder_id == reader.oder_id), None)
    times = [time for time in (joined, reader.joined_at) if time is not None]
    return max(times, default=ALWAYS)


def has_new(messages: Sequence[Message], mark: int, reader_id: str) -> bool:
    """Tell whether others wrote something after a time."""
    return any(message.timestamp > mark and message.sender_id != reader_id for message in messages)


def first_new(
    messages: Sequence[Message], mark: int | None, reader_id: str, *, has_older: bool
) -> str | None:
    """Return the id of the message before which reading stopped.

    Where that is before the first of these messages, it is none of them.
    """
    if mark is None or not messages or (has_older and messages[0].timestamp > mark):
        return None
    new = (m.id for m in messages if m.timestamp > mark and m.sender_id != reader_id)
    return next(new, None)


def total(unread: Mapping[Place, int], room_id: str) -> int:
    """Count the unread messages of a room."""
    return sum(count for place, count in unread.items() if place[0] == room_id)


def read_marks(settings: Mapping[str, object]) -> dict[Place, int]:
    """Return the marks of what was read among an account's settings."""
    found = ((place_of(LAST_READ, key), mark) for key, mark in settings.items())
    return {
        place: int(mark)
        for place, mark in found
        if place is not None and is_number(mark) and isinstance(mark, int | float)
    }


def is_number(value: object) -> bool:
    """Tell whether a setting is a number that a time can be."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53
