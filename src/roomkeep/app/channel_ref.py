"""Channel refs, and the keys of the settings that are kept for each channel."""

from typing import Final

from roomkeep.persistence import (
    DRAFT,
    DRAFT_FILES,
    EDIT,
    LAST_READ,
    channel_ref_of,
    setting_key,
)

__all__ = [
    "DRAFT",
    "DRAFT_FILES",
    "EDIT",
    "LAST_READ",
    "RECENT",
    "ChannelRef",
    "channel_ref_of",
    "setting_key",
]

ChannelRef = tuple[str, str]
"""The ids of a room and of a channel in it."""

RECENT: Final = "recentPlaces"
"""The channels that were opened last, the latest first."""
