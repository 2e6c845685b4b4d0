"""The sidebar: the account, its rooms and channels, and a running import."""

import functools
from typing import Any

import js
from msgspec import Struct
from reaktiv import untracked

from roomkeep.app.calendar import Days
from roomkeep.app.channels import channels_of, has_choice
from roomkeep.app.people import picture_of
from roomkeep.app.previews import badge, preview
from roomkeep.app.room_order import order_rooms
from roomkeep.app.state import AccountState
from roomkeep.app.unread import total
from roomkeep.app.views import times
from roomkeep.app.views.avatars import Avatars
from roomkeep.app.views.channel_icons import channel_icon
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, pressed, set_text
from roomkeep.app.views.job_progress import show_share
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.localization import format_percent, localize
from roomkeep.models import Channel, Room

__all__ = ["SidebarView"]


class RoomItem(Struct, frozen=True):
    """A room in the list."""

    room: Room
    line: str
    time: str
    unread: int
    is_open: bool
    shows_channels: bool


class ChannelItem(Struct, frozen=True):
    """A channel under the open room."""

    room_id: str
    channel: Channel
    unread: int
    is_open: bool


class SidebarView(AccountView):
    """The account's button, the list of rooms, and the buttons under it."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._account = by_id("account-button")
        self._rooms: KeyedList[str, RoomItem] = KeyedList(
            by_id("rooms"), lambda: clone("room-item"), functools.partial(_fill_room, self.avatars)
        )
        # There is one list of channels: it goes to the room that is open.
        self._channels: KeyedList[str, ChannelItem] = KeyedList(
            clone("channel-list"), lambda: clone("channel-item"), _fill_channel
        )
        self._empty = by_id("rooms-empty")
        self._import = by_id("import-state")
        self.listen(by_id("rooms"), "click", self._on_press)
        self.listen(self._account, "click", lambda _: effects.accounts.open_dialog())
        switcher = by_id("open-switcher")
        self.listen(switcher, "click", lambda _: effects.overlays.open_quick_switcher())
        for button in ("new-room", "first-room"):
            self.listen(by_id(button), "click", lambda _: effects.rooms.open_dialog())
        for button in ("open-import", "first-import", "import-state"):
            self.listen(by_id(button), "click", lambda _: effects.imports.open_dialog())
        self.watch(self._show_account)
        self.watch(self._show_rooms)
        self.watch(self._show_import)
        self.watch(self._show_empty)
        self.watch(self._show_progress)

    def _on_press(self, event: Any) -> None:
        room_id = pressed(event, "data-room")
        if room_id is not None:
            self.effects.rooms.open(room_id, pressed(event, "data-channel"))

    def _show_account(self) -> None:
        account = self.account
        name = account.user().display_name
        avatar = part(self._account, "avatar")
        set_text(part(self._account, "name"), name)
        self.avatars.show(avatar, account.user_id, name, picture_of(account.user()))

    def _show_rooms(self) -> None:
        account = self.account
        rooms = account.rooms() or ()
        focused = js.document.activeElement
        days = self.page.days()
        rooms = order_rooms(rooms, account.previews(), account.room_order())
        order = tuple(room.id for room in rooms)
        untracked(lambda: self.effects.room_order.remember(account, order))
        items = (_room(account, room, days) for room in rooms)
        self._rooms.show({item.room.id: item for item in items})
        self._rooms.parent.hidden = not rooms
        by_id("open-switcher").hidden = not rooms
        self._show_channels()
        # An element that changes its place loses the focus.
        lost = not focused.isSameNode(js.document.activeElement)
        if lost and self._rooms.parent.contains(focused):
            focused.focus(preventScroll=True)

    def _show_channels(self) -> None:
        account = self.account
        room = account.room
        channels = self._channels.parent
        if room is None or not has_choice(room):
            self._channels.show({})
            channels.remove()
            return
        channels.setAttribute("aria-label", localize("channel.of_room", room=room.name))
        unread, open_id = account.unread(), account.channel_id()
        self._channels.show(
            {
                c.id: ChannelItem(room.id, c, unread.get((room.id, c.id), 0), c.id == open_id)
                for c in channels_of(room)
            }
        )
        parent = self._rooms.child(room.id)
        if parent is not None and not parent.isSameNode(channels.parentNode):
            parent.append(channels)

    def _show_import(self) -> None:
        importing = self.account.importing()
        is_running = importing is not None and importing.is_running
        self._import.hidden = not is_running
        if importing is not None and is_running:
            show_share(part(self._import, "progress"), importing)
            share = importing.done
            percent = "" if share is None else format_percent(share)
            set_text(part(self._import, "percent"), percent)

    def _show_empty(self) -> None:
        rooms = self.account.rooms()
        is_loading = self.account.sync.progress() is not None
        self._empty.hidden = rooms is None or bool(rooms) or is_loading

    def _show_progress(self) -> None:
        progress = self.account.sync.progress()
        place = by_id("sync-progress")
        place.hidden = progress is None
        if progress is None:
            return
        is_late = progress.step == "messages"
        text = "homeserver.loading_messages" if is_late else "homeserver.loading_rooms"
        set_text(part(place, "text"), localize(text))
        bar = part(place, "bar")
        if progress.count:
            bar.value = progress.done / progress.count
        else:
            # Without a value it shows only that something goes on.
            bar.removeAttribute("value")


def _room(account: AccountState, room: Room, days: Days) -> RoomItem:
    previews = account.previews()
    latest = previews.get(room.id)
    is_open = room.id == account.room_id()
    return RoomItem(
        room=room,
        line=preview(previews[room.id], account.user_id) if room.id in previews else "",
        time="" if latest is None else times.shortest(latest.timestamp, days),
        unread=total(account.unread(), room.id),
        is_open=is_open,
        shows_channels=is_open and has_choice(room),
    )


def _fill_room(avatars: Avatars, element: Any, item: RoomItem, before: RoomItem | None) -> None:
    button = element.firstElementChild
    if before is None:
        button.dataset.room = item.room.id
    if before is None or before.room != item.room:
        set_text(part(button, "name"), item.room.name)
        avatars.show_room(part(button, "picture"), item.room)
    set_text(part(button, "line"), item.line)
    set_text(part(button, "time"), item.time)
    _fill_count(button, item.unread)
    button.toggleAttribute("data-parted", item.shows_channels)
    _mark_open(button, is_open=item.is_open)


def _fill_channel(element: Any, item: ChannelItem, _before: ChannelItem | None) -> None:
    button = element.firstElementChild
    button.dataset.room = item.room_id
    button.dataset.channel = item.channel.id
    is_voice = item.channel.type == "voice"
    part(button, "icon").setAttribute("href", channel_icon(item.channel))
    set_text(part(button, "name"), item.channel.name)
    part(button, "voice").hidden = not is_voice
    _fill_count(button, item.unread)
    _mark_open(button, is_open=item.is_open)


def _fill_count(button: Any, unread: int) -> None:
    part(button, "unread").hidden = not unread
    set_text(part(button, "number"), badge(unread))
    button.toggleAttribute("data-unread", bool(unread))


def _mark_open(button: Any, *, is_open: bool) -> None:
    if is_open:
        button.setAttribute("aria-current", "true")
    else:
        button.removeAttribute("aria-current")
