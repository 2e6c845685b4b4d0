"""The dialogs of a room: its settings, and the question before leaving it."""

from typing import Any

from msgspec.structs import replace
from pyodide.ffi import JsProxy
from reaktiv import untracked

from roomkeep.app.channels import channels_of
from roomkeep.app.state import Leaving
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, set_text
from roomkeep.app.views.pictures import PictureError, make_picture
from roomkeep.app.views.room_pictures import show_picture
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import format_list, localize
from roomkeep.models import Room

__all__ = ["RoomDialogsView"]


_DELETE = ("room.delete_title", "room.delete_text", "room.delete")
_LEAVE = ("room.leave_title", "room.leave_text", "room.leave")
"""The texts of the question: its title, what comes before the list, and the button."""


class RoomDialogsView(AccountView):
    """The settings of the open room, and the question before leaving it."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._settings = by_id("room-settings-dialog")
        self._form = by_id("room-settings-form")
        self._goes: KeyedList[str, str] = KeyedList(
            by_id("room-leave-goes"), lambda: clone("plain-row"), _fill_line
        )
        self._file = by_id("room-icon-file")
        self._remove = by_id("room-icon-remove")
        self._trouble = by_id("room-icon-trouble")
        self._picture: str | None = None
        self.listen(self._file, "change", self._on_file)
        self.listen(self._remove, "click", lambda _: self._on_no_picture())
        self.listen(self._form, "submit", self._on_submit)
        self.listen(by_id("room-leave-form"), "submit", self._on_leave)
        self.watch(self._show_settings)
        self.watch(self._show_leave)

    def _show_settings(self) -> None:
        wanted = self.account.dialog() == "room-settings"
        room = self.account.room
        if room is not None and wanted and not self._settings.open:
            fields = self._form.elements
            fields.namedItem("name").value = room.name
            fields.namedItem("topic").value = room.topic or ""
            is_synced = self.effects.homeserver.has_room(room.id)
            fields.namedItem("icon").value = "" if is_synced else room.icon or ""
            by_id("room-icon-text").hidden = by_id("room-icon-hint").hidden = is_synced
            by_id("room-icon-picture").hidden = not is_synced
            self._picture = self._picture_of(room)
            self._show_picture()
        elif not wanted:
            self._form.reset()
            set_text(self._trouble, "")

    def _picture_of(self, room: Room) -> str | None:
        return untracked(self.account.sync.icons).get(room.icon or "")

    def _show_picture(self) -> None:
        room = untracked(lambda: self.account.room)
        if room is not None:
            avatar = part(self._form, "icon")
            show_picture(avatar, replace(room, icon=None), self._picture)
        self._remove.hidden = self._picture is None

    def _on_file(self, _event: Any) -> None:
        file = self._file.files.item(0)
        self._file.value = ""
        if isinstance(file, JsProxy):
            self.effects.context.start(self._choose(file), "failed.use_picture")

    async def _choose(self, file: Any) -> None:
        try:
            picture = await make_picture(file)
        except PictureError as error:
            set_text(self._trouble, str(error))
            return
        if self.account.dialog() == "room-settings":
            set_text(self._trouble, "")
            self._picture = picture
            self._show_picture()

    def _on_no_picture(self) -> None:
        self._picture = None
        self._show_picture()
        self._file.focus()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        room_id = self.account.room_id()
        if room_id is not None:
            fields = self._form.elements
            name, topic, icon = (
                str(fields.namedItem(field).value) for field in ("name", "topic", "icon")
            )
            room = self.account.room
            is_synced = self.effects.homeserver.has_room(room_id)
            icon_task = None
            if room is not None and is_synced and self._picture != self._picture_of(room):
                icon_task = self.effects.room_icons.change(room_id, self._picture)
            self.effects.room_settings.change(room_id, name, topic, icon, after=icon_task)

    def _show_leave(self) -> None:
        wanted = self.account.dialog() == "room-leave"
        leaving = self.account.leaving()
        if leaving is not None and wanted:
            title, lead, yes = _DELETE if leaving.is_host else _LEAVE
            set_text(by_id("room-leave-title"), localize(title, room=leaving.room.name))
            set_text(by_id("room-leave-text"), localize(lead))
            self._goes.show({line: line for line in _what_goes(leaving)})
            set_text(by_id("room-leave-yes"), localize(yes))
        else:
            set_text(by_id("room-leave-title"), "")
            set_text(by_id("room-leave-text"), "")
            self._goes.show({})

    def _on_leave(self, event: Any) -> None:
        if event.submitter.value == "leave":
            self.effects.room_settings.leave()


def _what_goes(leaving: Leaving) -> list[str]:
    """List what is deleted with a room."""
    if leaving.messages is None:
        return [localize("room.counting")]
    room = leaving.room
    channels = channels_of(room)
    files = [localize("count.files", count=leaving.files)] if leaving.files else []
    names = format_list(channel.name for channel in channels)
    return [
        localize("room.goes_messages", count=leaving.messages),
        *files,
        localize("room.goes_channels", count=len(channels), names=names),
        localize("room.goes_members", count=len(room.members)),
    ]


def _fill_line(element: Any, line: str, _before: str | None) -> None:
    set_text(element, line)
