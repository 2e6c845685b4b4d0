"""The side of the page: the account, its rooms, and an import that is running."""

from typing import Any

from msgspec import Struct

from roomkeep.app.effects import Effects
from roomkeep.app.people import picture_of
from roomkeep.app.state import PageState
from roomkeep.app.views.dom import KeyedList, View, by_id, clone, part, pressed, set_text
from roomkeep.app.views.faces import show_face
from roomkeep.app.views.rows import initials, tint

__all__ = ["SidebarView"]


class RoomItem(Struct, frozen=True):
    """A room in the list."""

    room_id: str
    name: str
    is_open: bool


class SidebarView(View):
    """The account's button, the list of rooms, and the buttons under it."""

    def __init__(self, page: PageState, effects: Effects) -> None:
        super().__init__(page, effects)
        self._account = by_id("account-button")
        self._rooms: KeyedList[str, RoomItem] = KeyedList(
            by_id("rooms"), lambda: clone("room-item"), _fill_room
        )
        self._empty = by_id("rooms-empty")
        self._import = by_id("import-state")

        def open_room(event: Any) -> None:
            room_id = pressed(event, "data-room")
            if room_id is not None:
                effects.rooms.open(room_id)

        self.listen(by_id("rooms"), "click", open_room)
        self.listen(self._account, "click", lambda _: effects.accounts.open_dialog())
        for button in ("new-room", "first-room"):
            self.listen(by_id(button), "click", lambda _: effects.rooms.open_dialog())
        for button in ("open-import", "first-import", "import-state"):
            self.listen(by_id(button), "click", lambda _: effects.imports.open_dialog())
        self.watch(self._show_account)
        self.watch(self._show_rooms)
        self.watch(self._show_import)

    def _show_account(self) -> None:
        account = self.page.account()
        name = "" if account is None else account.user().display_name
        avatar = part(self._account, "avatar")
        set_text(part(self._account, "name"), name)
        user_id = "" if account is None else account.user_id
        show_face(avatar, user_id, name, None if account is None else picture_of(account.user()))

    def _show_rooms(self) -> None:
        account = self.page.account()
        rooms = (() if account is None else account.rooms()) or ()
        room_id = None if account is None else account.room_id()
        self._rooms.show({r.id: RoomItem(r.id, r.name, r.id == room_id) for r in rooms})
        self._rooms.parent.hidden = not rooms
        self._empty.hidden = account is None or account.rooms() is None or bool(rooms)

    def _show_import(self) -> None:
        account = self.page.account()
        importing = None if account is None else account.importing()
        is_running = importing is not None and importing.is_running
        self._import.hidden = not is_running
        if importing is not None and is_running:
            part(self._import, "progress").value = importing.done
            set_text(part(self._import, "percent"), f"{importing.done:.0%}")


def _fill_room(element: Any, item: RoomItem, before: RoomItem | None) -> None:
    button = element.firstElementChild
    if before is None:
        button.dataset.room = item.room_id
        part(button, "picture").dataset.tint = tint(item.room_id)
    if before is None or before.name != item.name:
        set_text(part(button, "name"), item.name)
        set_text(part(button, "picture"), initials(item.name))
    if item.is_open:
        button.setAttribute("aria-current", "true")
    else:
        button.removeAttribute("aria-current")
