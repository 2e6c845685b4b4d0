"""The keys of the settings that are kept for each channel, such as `lastRead/room/general`."""

from typing import Final

DRAFT: Final = "draft"
"""What was written in a channel and not sent yet."""
DRAFT_FILES: Final = "draftFiles"
"""The files that wait beside what is written in a channel."""
EDIT: Final = "edit"
"""What was typed into editors of a channel's messages and not saved yet."""
LAST_READ: Final = "lastRead"
"""The time in ms up to which a channel was read."""

CHANNEL_SETTINGS: Final = (DRAFT, DRAFT_FILES, EDIT, LAST_READ)
"""The kinds of settings that a channel has."""


def setting_key(kind: str, ref: tuple[str, str]) -> str:
    """Return the key of a channel's setting; `ref` is the ids of the room and the channel."""
    return "/".join((kind, *(_escape(part) for part in ref)))


def channel_ref_of(kind: str, key: str) -> tuple[str, str] | None:
    """Return the channel of a setting's key; None for another kind of key."""
    parts = key.split("/")
    if len(parts) != 3 or parts[0] != kind:  # noqa: PLR2004 the kind, the room, the channel
        return None
    return _unescape(parts[1]), _unescape(parts[2])


# Only what would make two places one: most ids stay as they are.


def _escape(part: str) -> str:
    return part.replace("%", "%25").replace("/", "%2F")


def _unescape(part: str) -> str:
    return part.replace("%2F", "/").replace("%25", "%")
