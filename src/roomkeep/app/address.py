"""Addresses: the open room, channel and message, in the fragment of the page's URL.

`#/room/channel/message?panel`, each part escaped, and none but the room needed. `#/` is the list of
rooms.
"""

from typing import Literal, get_args
from urllib.parse import quote, unquote

from msgspec import Struct

__all__ = ["Address", "Panel", "format_address", "parse_address"]

Panel = Literal[
    "people",
    "search",
    "room",
    "room-settings",
    "channels",
    "import",
    "account",
    "edit-profile",
    "bans",
    "settings",
    "storage",
]
"""What can be open beside or over the conversation, and needs nothing else to be opened again."""


class Address(Struct, frozen=True, kw_only=True):
    """A place in the app.

    Attributes:
        room_id: the room; None for the list of rooms.
        channel_id: the channel; None for the one that was open last in the room.
        message_id: the message that one went to; None for no special one.
        panel: what is open beside or over it.
    """

    room_id: str | None = None
    channel_id: str | None = None
    message_id: str | None = None
    panel: Panel | None = None


def parse_address(fragment: str) -> Address | None:
    """Parse a URL's fragment; return None if it is not one of ours."""
    path, _, panel = fragment.removeprefix("#").partition("?")
    if not path.startswith("/"):
        return None
    room_id, channel_id, message_id, *_ = (
        *(unquote(part) or None for part in path[1:].split("/")),
        None,
        None,
        None,
    )
    known = next((one for one in get_args(Panel) if one == panel), None)
    return Address(room_id=room_id, channel_id=channel_id, message_id=message_id, panel=known)


def format_address(address: Address) -> str:
    """Return the fragment for an address, with its `#`."""
    parts = []
    for part in (address.room_id, address.channel_id, address.message_id):
        if part is None:
            break
        parts.append(quote(part, safe=""))
    panel = "" if address.panel is None else f"?{address.panel}"
    return f"#/{'/'.join(parts)}{panel}"
