"""The small pictures of rooms, and the icons of channels."""

from typing import Any

from roomkeep.app.monograms import initials
from roomkeep.app.views.avatars import show_avatar, show_tint
from roomkeep.app.views.dom import set_text
from roomkeep.models import Channel, Room

__all__ = ["channel_icon", "show_picture"]


def channel_icon(channel: Channel | None) -> str:
    """Return the reference to a channel's icon."""
    return "#icon-voice" if channel is not None and channel.type == "voice" else "#icon-hash"


def show_picture(element: Any, room: Room, picture: str | None = None) -> None:
    """Show a room's icon, or the first letters of its name.

    Args:
        element: where to show it.
        room: the room.
        picture: its icon as a `data:` URL, where that is a picture on the homeserver.
    """
    if picture is not None:
        show_avatar(element, room.id, room.name, picture)
        element.toggleAttribute("data-icon", False)  # noqa: FBT003 a DOM call
        return
    icon = room.icon or ""
    # Some rooms come with an address of a picture, which is no text to show and is not fetched.
    fits = 0 < len(icon) <= 24 and "/" not in icon  # noqa: PLR2004 what `check_icon` lets pass
    set_text(element, icon if fits else initials(room.name))
    show_tint(element, room.id)
    element.toggleAttribute("data-icon", fits and not icon.isascii())
