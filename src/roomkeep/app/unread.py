"""Read and new messages. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from roomkeep.app.channel_ref import LAST_READ, ChannelRef, channel_ref_of
from roomkeep.app.channels import channels_of
from roomkeep.app.timeline import Timeline
from roomkeep.models import Message, Room, User
from roomkeep.persistence import message_order

__all__ = [
    "count_new",
    "count_told",
    "counts_alike",
    "first_new",
    "has_new",
    "is_number",
    "read_marks",
    "read_until",
    "total",
]

ALWAYS = -8_640_000_000_000_000
"""Before all times that there are."""


def read_until(
    marks: Mapping[ChannelRef, int], ref: ChannelRef, room: Room | None, reader: User
) -> int:
    """Return the time in ms up to which a person has read a channel.

    In a channel that was never opened, what was written before they came counts as read: an archive
    of years is nobody's news.
    """
    mark = marks.get(ref)
    if mark is not None:
        return mark
    members = () if room is None else room.members
    joined = next((m.joined_at for m in members if m.oder_id == reader.oder_id), None)
    times = [time for time in (joined, reader.joined_at) if time is not None]
    return max(times, default=ALWAYS)


def has_new(messages: Sequence[Message], mark: int, reader_id: str) -> bool:
    """Tell whether others wrote after a time."""
    return any(message.timestamp > mark and message.sender_id != reader_id for message in messages)


def count_new(timeline: Timeline, mark: int) -> int | None:
    """Count the messages of a channel after a time; None if not all of them are at hand."""
    first = timeline.messages[0].timestamp if timeline.messages else mark
    if not timeline.is_at_latest or (timeline.has_older and first > mark):
        return None
    return sum(message.timestamp > mark for message in timeline.messages)


def count_told(
    latest: Message | None,
    messages: Iterable[Message | None],
    shown: Sequence[Message],
    *,
    is_unread: Callable[[Message], bool],
) -> tuple[Message | None, Counter[ChannelRef]] | None:
    """Count those of some messages of a room that are new, by their channels.

    Args:
        latest: the last message of the room until now.
        messages: messages that were saved; None for one that was deleted.
        shown: the messages on the page, which are counted.
        is_unread: tells whether a message counts where it is new.

    Returns:
        the last message of the room now, and the counts; None where it cannot be told from these.
    """
    new: Counter[ChannelRef] = Counter()
    known = {message.id: _position(message) for message in shown}
    for message in messages:
        if message is None:
            return None
        if latest is None or message_order(message) > message_order(latest):
            # Later than all that there was in the room, so it was not there before.
            new[message.room_id, message.channel_id] += is_unread(message)
            latest = message
        elif message.id == latest.id:
            if _position(message) != _position(latest):
                return None
            latest = message
        elif is_unread(message) and known.get(message.id) != _position(message):
            return None
    return latest, new


def _position(message: Message) -> object:
    return message.channel_id, message_order(message)


def counts_alike(room: Room | None, changed: Room | None, user_id: str) -> bool:
    """Tell whether the same messages of a room are unread as before it was changed."""
    if room is None or changed is None:
        return False
    joined = [[m.joined_at for m in one.members if m.oder_id == user_id] for one in (room, changed)]
    kinds = [sorted((c.id, c.type) for c in channels_of(one)) for one in (room, changed)]
    return joined[0] == joined[1] and kinds[0] == kinds[1]


def first_new(
    messages: Sequence[Message], mark: int | None, reader_id: str, *, has_older: bool
) -> str | None:
    """Return the id of the first new message.

    Where that is before the first of these messages, it is none of them.
    """
    if mark is None or not messages or (has_older and messages[0].timestamp > mark):
        return None
    new = (m.id for m in messages if m.timestamp > mark and m.sender_id != reader_id)
    return next(new, None)


def total(unread: Mapping[ChannelRef, int], room_id: str) -> int:
    """Count the unread messages of a room."""
    return sum(count for ref, count in unread.items() if ref[0] == room_id)


def read_marks(settings: Mapping[str, object]) -> dict[ChannelRef, int]:
    """Return the read markers from an account's settings."""
    found = ((channel_ref_of(LAST_READ, key), mark) for key, mark in settings.items())
    return {
        ref: int(mark)
        for ref, mark in found
        if ref is not None and is_number(mark) and isinstance(mark, int | float)
    }


def is_number(value: object) -> bool:
    """Tell whether a setting is a number that a time can be."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53
