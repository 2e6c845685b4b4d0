"""The dialogs of a room: its name, topic and icon, and whether it is to go."""

from typing import Any

from roomkeep.app.channels import channels_of
from roomkeep.app.effects import Effects
from roomkeep.app.state import Leaving, PageState
from roomkeep.app.views.dom import KeyedList, View, by_id, clone, set_text

__all__ = ["RoomDialogsView"]


class RoomDialogsView(View):
    """The settings of the open room, and the question before it goes."""

    def __init__(self, page: PageState, effects: Effects) -> None:
        super().__init__(page, effects)
        self._settings = by_id("room-settings-dialog")
        self._form = by_id("room-settings-form")
        self._goes: KeyedList[str, str] = KeyedList(
            by_id("room-leave-goes"), lambda: clone("plain-row"), _fill_line
        )
        self.listen(self._form, "submit", self._on_submit)
        self.listen(by_id("room-leave-form"), "submit", self._on_leave)
        self.watch(self._show_settings)
        self.watch(self._show_leave)

    def _show_settings(self) -> None:
        account = self.page.account()
        wanted = account is not None and account.dialog() == "room-settings"
        room = None if account is None else account.room
        if room is not None and wanted and not self._settings.open:
            fields = self._form.elements
            fields.namedItem("name").value = room.name
            fields.namedItem("topic").value = room.topic or ""
            fields.namedItem("icon").value = room.icon or ""
        elif not wanted:
            self._form.reset()

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        account = self.page.account()
        room_id = None if account is None else account.room_id()
        if room_id is not None:
            fields = self._form.elements
            name, topic, icon = (
                str(fields.namedItem(field).value) for field in ("name", "topic", "icon")
            )
            self.effects.rooms.change(room_id, name, topic, icon)

    def _show_leave(self) -> None:
        account = self.page.account()
        wanted = account is not None and account.dialog() == "room-leave"
        leaving = None if account is None else account.leaving()
        if leaving is not None and wanted:
            verb = "Delete" if leaving.is_host else "Leave"
            set_text(by_id("room-leave-title"), f"{verb} “{leaving.room.name}”?")
            set_text(by_id("room-leave-text"), _leading_up(leaving))
            self._goes.show({line: line for line in _what_goes(leaving)})
            set_text(by_id("room-leave-yes"), f"{verb} room")
            set_text(by_id("room-leave-no"), "Keep it" if leaving.is_host else "Stay")
        else:
            set_text(by_id("room-leave-title"), "")
            set_text(by_id("room-leave-text"), "")
            self._goes.show({})

    def _on_leave(self, event: Any) -> None:
        if event.submitter.value == "leave":
            self.effects.rooms.leave()


def _leading_up(leaving: Leaving) -> str:
    if leaving.is_host:
        return "This deletes the room and all that is in it:"
    return "You leave the room, and this device forgets all that it keeps of it:"


def _what_goes(leaving: Leaving) -> list[str]:
    """Say what goes with a room, one thing after the other."""
    if leaving.messages is None:
        return ["Counting messages…"]
    room = leaving.room
    channels = channels_of(room)
    files = [_many(leaving.files, "file")] if leaving.files else []
    return [
        f"{_many(leaving.messages, 'message')}, with all reactions",
        *files,
        f"{_many(len(channels), 'channel')}: {', '.join(channel.name for channel in channels)}",
        f"The list of {_many(len(room.members), 'member')}, and the bans",
    ]


def _fill_line(element: Any, line: str, _before: str | None) -> None:
    set_text(element, line)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
