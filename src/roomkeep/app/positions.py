"""Scroll positions by channel, kept across a reload."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from roomkeep.app.channel_ref import ChannelRef

__all__ = ["Position", "pack_positions", "unpack_positions"]


class Position(Struct, frozen=True, kw_only=True):
    """A scroll position in a channel.

    Attributes:
        message_id: the first message in sight.
        offset: how far its top is below that of the list, in CSS pixels.
    """

    message_id: str
    offset: float


class _Packed(Struct, rename="camel"):
    user_id: str
    positions: list[tuple[ChannelRef, Position]]


def pack_positions(user_id: str, positions: Mapping[ChannelRef, Position]) -> str:
    """Write an account's positions as JSON."""
    return msgspec.json.encode(_Packed(user_id, list(positions.items()))).decode()


def unpack_positions(text: str, user_id: str) -> dict[ChannelRef, Position]:
    """Read what `pack_positions` wrote; empty for another account's, or what cannot be read."""
    try:
        packed = msgspec.json.decode(text, type=_Packed)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return {}
    return dict(packed.positions) if packed.user_id == user_id else {}
