"""The icons of channels."""

from roomkeep.models import Channel

__all__ = ["channel_icon"]


def channel_icon(channel: Channel | None) -> str:
    """Return the reference to a channel's icon."""
    return "#icon-voice" if channel is not None and channel.type == "voice" else "#icon-hash"
