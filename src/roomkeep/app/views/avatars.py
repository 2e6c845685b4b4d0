"""The small pictures of people and rooms."""

from collections.abc import Callable, Mapping
from typing import Any

import js
from reaktiv import untracked

from roomkeep.app.monograms import initials, tint
from roomkeep.app.people import STATUS_NAMES, Status, is_on_server, is_picture
from roomkeep.app.state import AccountState
from roomkeep.app.views.dom import Edits, set_text
from roomkeep.localization import localize
from roomkeep.models import Room

__all__ = ["Avatars", "edit_tint", "show_avatar", "show_status"]


class Avatars:
    """Shows an account's people and rooms, whose pictures may be on the homeserver.

    Such a picture is asked for when it is to be shown, and replaces the initials when it comes: in
    the elements that are there, so that nothing else is drawn again.
    """

    def __init__(self, account: AccountState, ask: Callable[[str], None]) -> None:
        """Create it.

        Args:
            account: the account.
            ask: gets the picture at an `mxc://` address.
        """
        self._avatars = account.sync.avatars
        self._shown: Mapping[str, str] = {}
        self._ask = ask

    def show(self, element: Any, user_id: str, name: str, picture: str | None) -> None:
        """Show a person's picture, or the initials where there is none.

        Args:
            element: see `show_avatar`.
            user_id: whose it is.
            name: what the person is called.
            picture: a `data:` URL, or an `mxc://` address.
        """
        edits = Edits()
        self.edit(edits, "", user_id, name, picture)
        edits.apply(element)

    def edit(self, edits: Edits, part: str, user_id: str, name: str, picture: str | None) -> None:
        """Have a part show what `show` shows."""
        if not is_on_server(picture):
            edits.attribute(part, "data-address", None)
            _edit_avatar(edits, part, user_id, name, picture)
            return
        edits.attribute(part, "data-address", picture)
        known = untracked(self._avatars).get(picture)
        if known is None:
            untracked(lambda: self._ask(picture))
        _edit_avatar(edits, part, user_id, name, known)

    def show_room(self, element: Any, room: Room) -> None:
        """Show a room's icon, or the first letters of its name."""
        icon = room.icon or ""
        # An icon from elsewhere may be any text; that of a web site is not fetched.
        is_text = 0 < len(icon) <= 24 and "/" not in icon  # noqa: PLR2004 see `check_icon`
        self.show(element, room.id, room.name, icon if is_picture(icon) else None)
        if is_text:
            set_text(element, icon)
        element.toggleAttribute("data-icon", is_text and not icon.isascii())

    def show_arrived(self) -> None:
        """Show the pictures that have come since the last call."""
        avatars = self._avatars()
        before, self._shown = self._shown, avatars
        for address in avatars.keys() - before.keys():
            selector = f'[data-address="{js.CSS.escape(address)}"]'
            edits = Edits()
            edits.picture("", avatars[address])
            for element in js.document.querySelectorAll(selector):
                edits.apply(element)


def show_avatar(element: Any, user_id: str, name: str, picture: str | None = None) -> None:
    """Show a person's picture, or the initials where there is none on this device.

    Args:
        element: an `.avatar`, which is no more than decoration: the name stands beside it.
        user_id: whose it is; it gives the colour.
        name: what the person is called.
        picture: a `data:` URL.
    """
    edits = Edits()
    _edit_avatar(edits, "", user_id, name, picture)
    edits.apply(element)


def _edit_avatar(edits: Edits, part: str, user_id: str, name: str, picture: str | None) -> None:
    edit_tint(edits, part, user_id)
    if picture is None or is_on_server(picture):
        edits.text(part, initials(name))
    else:
        edits.picture(part, picture)


def edit_tint(edits: Edits, part: str, subject_id: str) -> None:
    """Give a part the colour of a person or a room."""
    hue, tone = tint(subject_id)
    edits.style(part, "--hue", str(hue))
    edits.attribute(part, "data-tone", str(tone))


def show_status(dot: Any, text: Any, status: Status) -> None:
    """Show a person's status, as a dot and as a word."""
    dot.dataset.status = status
    set_text(text, localize(STATUS_NAMES[status]))
