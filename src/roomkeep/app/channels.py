"""A room's channels: listed, found, and changed. Pure: nothing is saved here."""

import unicodedata

from msgspec.structs import replace

from roomkeep.models import DEFAULT_CHANNEL_ID, Channel, Room

__all__ = [
    "can_remove",
    "channels_of",
    "find_channel",
    "first_text_channel",
    "has_choice",
    "is_text",
    "manages",
    "moved",
    "numbered",
    "slug",
    "successor",
]

GENERAL = Channel(id=DEFAULT_CHANNEL_ID, name="general", type="text", position=0)
"""The one channel of a room that lists none."""


def channels_of(room: Room) -> tuple[Channel, ...]:
    """Return a room's channels in order; there is at least one text channel."""
    channels = tuple(sorted(room.channels, key=lambda channel: channel.position))
    if any(channel.type == "text" for channel in channels):
        return channels
    taken = any(channel.id == DEFAULT_CHANNEL_ID for channel in channels)
    return channels if taken else (GENERAL, *channels)


def find_channel(room: Room, channel_id: str | None) -> Channel | None:
    """Return a channel of a room by its id."""
    return next((channel for channel in channels_of(room) if channel.id == channel_id), None)


def is_text(room: Room, channel_id: str) -> bool:
    """Tell whether a room has a text channel of that id."""
    channel = find_channel(room, channel_id)
    return channel is not None and channel.type == "text"


def first_text_channel(room: Room) -> Channel:
    """Return the channel that a room opens with."""
    channels = channels_of(room)
    return next((channel for channel in channels if channel.type == "text"), channels[0])


def has_choice(room: Room) -> bool:
    """Tell whether there is more than one channel to choose from."""
    return len(channels_of(room)) > 1


def manages(room: Room, user_id: str) -> bool:
    """Tell whether a person may change a room: its host, and the admins on its roster."""
    if room.host_id == user_id:
        return True
    roles = (member.role for member in room.members if member.oder_id == user_id)
    return any(role in ("host", "admin") for role in roles)


def numbered(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    """Give channels the positions that they have in this order."""
    return tuple(
        channel if channel.position == place else replace(channel, position=place)
        for place, channel in enumerate(channels)
    )


def moved(channels: tuple[Channel, ...], channel_id: str, by: int) -> tuple[Channel, ...]:
    """Move a channel by a number of places, as far as there is room; up is negative."""
    order = list(channels)
    place = next((n for n, channel in enumerate(order) if channel.id == channel_id), None)
    if place is None:
        return channels
    channel = order.pop(place)
    order.insert(min(max(place + by, 0), len(order)), channel)
    return numbered(tuple(order))


def can_remove(room: Room, channel: Channel) -> bool:
    """Tell whether a channel can be removed: not general, and not the last text channel."""
    if channel.id == DEFAULT_CHANNEL_ID:
        return False
    return channel.type == "voice" or successor(room, channel.id) is not None


def successor(room: Room, channel_id: str) -> Channel | None:
    """Return the channel that takes over a removed channel's messages: general, if it exists."""
    others = [c for c in channels_of(room) if c.type == "text" and c.id != channel_id]
    general = next((c for c in others if c.id == DEFAULT_CHANNEL_ID), None)
    return general or next(iter(others), None)


def slug(name: str) -> str:
    """Return a channel's name for comparison, without case and spaces."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
