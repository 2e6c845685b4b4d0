"""The head of the conversation: the open room and channel, and the room menu."""

from typing import Any

import js

from roomkeep.app.channels import has_choice, manages
from roomkeep.app.views.channel_icons import channel_icon
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.menu import MenuView
from roomkeep.app.views.overlays import OPENED
from roomkeep.app.views.popover_position import put_beside
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize

__all__ = ["RoomHeadView"]


class RoomHeadView(AccountView):
    """The room's picture, name, channel, topic and menu, and the page of a voice channel."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._chat = by_id("chat")
        self._button = by_id("room-menu-button")
        self._menu = by_id("room-menu")
        self._was_open = False
        MenuView(scope, self._menu)
        self.listen(self._menu, OPENED, lambda _: put_beside(self._menu, self._button))
        self.listen(self._button, "pointerdown", lambda _: self._on_press(), passive=True)
        self.listen(self._button, "click", lambda _: self._on_button())
        self.listen(self._button, "keydown", self._on_key)
        # Before the item is told: what it opens gives the focus back to the button.
        self.listen(self._menu, "click", lambda _: effects.overlays.close_menu(), capture=True)
        self._leave = by_id("room-menu-leave")
        rooms, channels = effects.rooms, effects.channels
        self.listen(by_id("room-menu-edit"), "click", lambda _: effects.room_settings.open_dialog())
        self.listen(by_id("room-menu-channels"), "click", lambda _: channels.open_dialog())
        dates = effects.dates
        self.listen(by_id("room-menu-date"), "click", lambda _: dates.open_dialog())
        transcripts = effects.transcripts
        self.listen(by_id("room-menu-export"), "click", lambda _: transcripts.open_for_room())
        self.listen(by_id("room-menu-read"), "click", lambda _: self._mark_read())
        self.listen(self._leave, "click", lambda _: effects.room_settings.ask_leave())
        self.listen(by_id("voice-back"), "click", self._open_text)
        self.listen(by_id("show-rooms"), "click", lambda _: rooms.show_list())
        scope.on_close(setattr, js.document, "title", localize("app.name"))
        self.watch(self._show_room)
        self.watch(self._show_channel)
        self.watch(self._show_menu)

    def _show_room(self) -> None:
        account = self.account
        room = account.room
        name = "" if room is None else room.name
        topic = "" if room is None else room.topic or ""
        had_focus = any(one.matches(":focus-within") for one in (self._chat, self._menu))
        self._chat.hidden = room is None
        by_id("no-room").hidden = room is not None
        # Who was in a room that is gone is at the rooms.
        if had_focus and room is None:
            by_id("new-room").focus()
        set_text(by_id("room-name"), name)
        set_text(by_id("room-topic"), topic)
        by_id("room-topic").title = topic
        js.document.title = localize("app.title", room=name) if name else localize("app.name")
        if room is None:
            return
        self.avatars.show_room(by_id("room-picture"), room)
        may = manages(room, account.user_id)
        by_id("room-menu-edit").hidden = not may
        by_id("room-menu-channels").hidden = not may
        is_host = room.host_id == account.user_id
        leave = "room.menu_delete" if is_host else "room.menu_leave"
        set_text(self._leave.lastElementChild, localize(leave))

    def _show_channel(self) -> None:
        room = self.account.room
        channel = self.account.channel
        is_voice = channel is not None and channel.type == "voice"
        name = "" if channel is None else channel.name
        shows = room is not None and (has_choice(room) or is_voice)
        by_id("room-channel").hidden = not shows
        by_id("room-sub").hidden = not shows and (room is None or not room.topic)
        set_text(by_id("room-channel-name"), name)
        by_id("room-channel-icon").setAttribute("href", channel_icon(channel))
        self._chat.dataset.kind = "voice" if is_voice else "text"
        by_id("voice").hidden = not is_voice
        by_id("room-menu-date").hidden = is_voice
        set_text(by_id("voice-name"), name)
        begins = "" if room is None else room.name
        if shows:
            begins = localize("channel.in_room", channel=name, room=begins)
        set_text(by_id("room-begin-name"), begins)

    def _show_menu(self) -> None:
        is_open = self.account.room_menu()
        self._button.setAttribute("aria-expanded", "true" if is_open else "false")

    def _on_press(self) -> None:
        # The press itself closes an open menu; the click after it is not to open it again.
        self._was_open = self.account.room_menu()

    def _on_button(self) -> None:
        was_open, self._was_open = self._was_open, False
        if was_open:
            self.effects.overlays.close_menu()
        else:
            self.effects.overlays.open_room_menu()

    def _on_key(self, event: Any) -> None:
        if event.key == "ArrowDown":
            event.preventDefault()
            self.effects.overlays.open_room_menu()

    def _mark_read(self) -> None:
        room_id = self.account.room_id()
        if room_id is not None:
            self.effects.unread.read_room(room_id)

    def _open_text(self, _event: Any) -> None:
        room_id = self.account.room_id()
        if room_id is not None:
            self.effects.rooms.open(room_id)
