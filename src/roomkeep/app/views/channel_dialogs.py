"""The dialogs of a room's channels: the list, and the question before removing one."""

from typing import Any, Literal

import js
from msgspec import Struct
from pyodide.ffi import JsProxy

from roomkeep.app.channels import can_remove, channels_of
from roomkeep.app.state import Removing
from roomkeep.app.views.channel_icons import channel_icon
from roomkeep.app.views.dom import KeyedList, by_id, clone, focus_is_lost, part, pressed, set_text
from roomkeep.app.views.overlays import CLOSED
from roomkeep.app.views.reorder import ReorderView
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import localize
from roomkeep.models import Channel

__all__ = ["ChannelDialogsView"]


_LABELS = {
    "grip": "channel.move",
    "up": "channel.move_up",
    "down": "channel.move_down",
    "remove": "channel.remove_name",
}
"""The texts of a row's buttons, by their parts."""


class Item(Struct, frozen=True):
    """A channel in the list."""

    channel: Channel
    is_first: bool
    is_last: bool
    may_go: bool


class ChannelDialogsView(AccountView):
    """The list of the open room's channels, and the question before removing one."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._dialog = by_id("channels-dialog")
        self._add = by_id("channel-add")
        self._moved_text = by_id("channels-moved")
        self._remove = by_id("channel-remove-dialog")
        self._yes = by_id("channel-remove-yes")
        self._list: KeyedList[str, Item] = KeyedList(
            by_id("channels-list"), lambda: clone("channel-edit"), _fill
        )
        self._reorder = ReorderView(scope, self._list.parent, self._move)
        # By capture: before the host of all dialogs closes it.
        self.listen(self._dialog, "cancel", self._on_escape, capture=True)
        self.listen(self._add, "submit", self._on_add)
        self.listen(self._list.parent, "click", self._on_press)
        self.listen(self._list.parent, "change", self._on_rename)
        self.listen(self._remove, CLOSED, lambda _: self._on_remove_closed())
        self.listen(self._remove, "cancel", self._on_cancel, capture=True)
        self.listen(self._yes, "click", lambda _: effects.channels.remove())
        self.watch(self._show)
        self.watch(self._show_remove)

    @property
    def _room_id(self) -> str | None:
        return self.account.room_id()

    def _show(self) -> None:
        room = self.account.room
        if room is None or self.account.dialog() != "channels":
            self._reorder.settle()
            self._list.show({})
            set_text(self._moved_text, "")
            self._add.reset()
            return
        channels = channels_of(room)
        set_text(by_id("channels-title"), localize("channel.of_room", room=room.name))
        focused = js.document.activeElement
        self._list.show(
            {
                c.id: Item(c, c is channels[0], c is channels[-1], can_remove(room, c))
                for c in channels
            }
        )
        self._reorder.settle()
        # An element that changes its place loses the focus.
        if self._list.parent.contains(focused):
            focused.focus()

    def _on_escape(self, event: Any) -> None:
        # It ends what is being dragged, and no more.
        if self._reorder.settle():
            event.preventDefault()
            return
        # Nor is a name kept that was begun: closing would take it for a change.
        field = js.document.activeElement
        row = field.closest("[data-channel]")
        item = self._list.item(str(row.dataset.channel)) if isinstance(row, JsProxy) else None
        if item is not None and field.localName == "input":
            field.value = item.channel.name

    def _on_add(self, event: Any) -> None:
        event.preventDefault()
        fields = self._add.elements
        if self._room_id is not None:
            is_voice = str(fields.namedItem("kind").value) == "voice"
            kind: Literal["text", "voice"] = "voice" if is_voice else "text"
            name = str(fields.namedItem("name").value)
            adding = self.effects.channels.add(self._room_id, name, kind)
            if not adding.done():
                # It is listed already: what is chosen and typed from here on is the next one's.
                self._add.reset()
                adding.add_done_callback(lambda _: self._added(name, kind))

    def _added(self, name: str, kind: Literal["text", "voice"]) -> None:
        # What could not be added is put back to be mended.
        room = self.account.room
        known = () if room is None else channels_of(room)
        fields = self._add.elements
        is_known = any(channel.name == " ".join(name.split()) for channel in known)
        if self._dialog.open and not is_known and not str(fields.namedItem("name").value):
            fields.namedItem("name").value = name
            fields.namedItem("kind").value = kind

    def _on_press(self, event: Any) -> None:
        row = event.target.closest("[data-channel]")
        if self._room_id is None or event.target.closest('[aria-disabled="true"]'):
            return
        channel_id = str(row.dataset.channel)
        match pressed(event, "data-action"):
            case "up":
                self._move(row, -1)
            case "down":
                self._move(row, 1)
            case "remove":
                self.effects.channels.ask_remove(self._room_id, channel_id)

    def _move(self, row: Any, by: int) -> None:
        if self._room_id is not None:
            channel_id = str(row.dataset.channel)
            moving = self.effects.channels.move(self._room_id, channel_id, by)
            moving.add_done_callback(lambda _: self._moved(channel_id))

    def _moved(self, channel_id: str) -> None:
        room = self.account.room
        if room is None:
            return
        # What was dragged and could not be saved goes back to where it is kept.
        self._reorder.settle()
        channels = channels_of(room)
        place = next((n for n, c in enumerate(channels) if c.id == channel_id), None)
        if place is not None:
            name, total = channels[place].name, len(channels)
            text = localize("channel.moved", channel=name, place=place + 1, total=total)
            set_text(self._moved_text, text)

    def _on_rename(self, event: Any) -> None:
        row = event.target.closest("[data-channel]")
        if self._room_id is not None:
            name = str(event.target.value)
            self.effects.channels.rename(self._room_id, str(row.dataset.channel), name)

    def _show_remove(self) -> None:
        removing = self.account.removing()
        if removing is None:
            set_text(by_id("channel-remove-title"), "")
            set_text(by_id("channel-remove-text"), "")
            return
        title = localize("channel.remove_title", channel=removing.channel.name)
        set_text(by_id("channel-remove-title"), title)
        set_text(by_id("channel-remove-text"), _what_happens(removing))
        by_id("channel-remove-progress").hidden = not (removing.is_moving and removing.messages)
        self._yes.disabled = removing.is_moving or removing.messages is None
        by_id("channel-remove-no").disabled = removing.is_moving

    def _on_cancel(self, event: Any) -> None:
        removing = self.account.removing()
        if removing is not None and removing.is_moving:
            event.preventDefault()

    def _on_remove_closed(self) -> None:
        # The button that opened it has gone with the channel.
        if self._dialog.open and focus_is_lost():
            self._add.elements.namedItem("name").focus()


def _what_happens(removing: Removing) -> str:
    if removing.channel.type == "voice":
        return localize("channel.remove_voice")
    if removing.messages is None:
        return localize("room.counting")
    if removing.successor is None:
        count = removing.messages
        return localize("channel.remove_server" if count else "channel.remove_empty", count=count)
    count, heir = removing.messages, removing.successor.name
    if removing.is_moving:
        return localize("channel.moving", channel=heir)
    return localize("channel.will_move", count=count, channel=heir)


def _fill(element: Any, item: Item, before: Item | None) -> None:
    name = item.channel.name
    field = part(element, "name")
    if before is None or before.channel != item.channel:
        element.dataset.channel = item.channel.id
        is_voice = item.channel.type == "voice"
        part(element, "icon").setAttribute("href", channel_icon(item.channel))
        field.value = name
        label = "channel.name_of_voice" if is_voice else "channel.name_of_text"
        field.setAttribute("aria-label", localize(label, channel=name))
        for button, label in _LABELS.items():
            part(element, button).setAttribute("aria-label", localize(label, channel=name))
    # Not `disabled`: whoever is at the button would lose the focus.
    part(element, "up").setAttribute("aria-disabled", "true" if item.is_first else "false")
    part(element, "down").setAttribute("aria-disabled", "true" if item.is_last else "false")
    part(element, "remove").hidden = not item.may_go
    part(element, "stays").hidden = item.may_go
